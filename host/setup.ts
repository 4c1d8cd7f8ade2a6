import type { z } from "zod";
import { type Complete, explainErrors, readConfigFile } from "./config.ts";
import type { ConfigError } from "./config-errors.ts";
import { readSecretFile, Secret } from "./secret.ts";

export type SetupRead<Setup> =
  | { readonly is: "good"; readonly setup: Setup }
  /** For a person: what is wrong, everything at once. */
  | { readonly is: "bad"; readonly explained: string };

export type SetupSource<Schema extends z.ZodType> = {
  readonly file: string;
  readonly schema: Schema;
  readonly env: NodeJS.ProcessEnv;
  readonly complete?: Complete;
  /** See `NamedFiles`. */
  readonly tellable: readonly Tellable[];
};

/** Reads a configuration and, by `gather`, every file that it names. No setup, or any problem with a file, makes it bad. */
export function readSetupFile<Schema extends z.ZodType, Setup>(
  { file, schema, complete, env, tellable }: SetupSource<Schema>,
  gather: (config: z.output<Schema>, files: NamedFiles) => Setup | undefined,
): SetupRead<Setup> {
  const read = readConfigFile(file, schema, complete);
  if (read.is === "bad") return { is: "bad", explained: explainErrors(file, read.errors) };
  const files = new NamedFiles(env, tellable);
  const setup = gather(read.config, files);
  if (setup !== undefined && files.problems.length === 0) return { is: "good", setup };
  return { is: "bad", explained: explainErrors(file, files.problems) };
}

/** A file's content is not what the configuration takes it for. The message holds nothing of the content. */
export class BadFile extends Error {}

export type Tellable = abstract new (...parts: never[]) => Error;

/**
 * The files that a configuration names, and everything that is wrong with them. `tellable` are, beside `BadFile`, the errors
 * whose message is for a person and holds nothing of the content; any other is a bug and goes on.
 */
export class NamedFiles {
  readonly #env: NodeJS.ProcessEnv;
  readonly #tellable: readonly Tellable[];
  #problems: readonly ConfigError[] = [];

  constructor(env: NodeJS.ProcessEnv, tellable: readonly Tellable[]) {
    this.#env = env;
    this.#tellable = [BadFile, ...tellable];
  }

  get problems(): readonly ConfigError[] {
    return this.#problems;
  }

  /** The same way to the files, with no problem yet. */
  again(): NamedFiles {
    return new NamedFiles(this.#env, this.#tellable);
  }

  /** What `understand` makes of the file that `path` names; nothing, and a problem, where it cannot be had. */
  read<Value>(path: string, place: string | undefined, understand: (text: string) => Value): Value | undefined {
    if (place === undefined) return undefined;
    const read = readSecretFile(place, this.#env);
    if (read.is === "unreadable") return this.#refuse(path, read.problem);
    return this.#try(path, `${place}: `, () => understand(read.secret.reveal()));
  }

  /** `read` for what is kept as it is; `check` throws what is wrong with it. */
  secret(path: string, place: string | undefined, check: (text: string) => unknown = String): Secret | undefined {
    return this.read(path, place, (text) => {
      check(text);
      return new Secret(text);
    });
  }

  /** What `make` makes of the configuration itself; nothing, and a problem at `path`, where it cannot. */
  make<Value>(path: string, make: () => Value): Value | undefined {
    return this.#try(path, "", make);
  }

  #try<Value>(path: string, before: string, make: () => Value): Value | undefined {
    try {
      return make();
    } catch (error) {
      const isTellable = this.#tellable.some((kind) => error instanceof kind);
      if (!(isTellable && error instanceof Error)) throw error;
      return this.#refuse(path, before + error.message);
    }
  }

  #refuse(path: string, problem: string): undefined {
    this.#problems = [...this.#problems, { path, problem, example: undefined }];
    return undefined;
  }
}
