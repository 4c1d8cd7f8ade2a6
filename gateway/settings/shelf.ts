import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Log } from "../../host/log.ts";
import type { FileHands } from "../../host/replace-file.ts";
import type { StandId } from "../../protocol/ids.ts";
import { heardSettingsSchema } from "../../protocol/settings.ts";
import { standIdSchema } from "../../protocol/statements.ts";
import { KeptFile } from "./kept.ts";

const versionedSchema = z.object({
  /** A card that was in another stand's machine says nothing here. */
  stand: standIdSchema,
  version: z.int().min(1),
  settings: heardSettingsSchema,
});
const nextSchema = versionedSchema.extend({ tries: z.int().min(0) });
const refusedSchema = versionedSchema.extend({ because: z.string(), by: z.enum(["fit", "use"]) });

export type Versioned = Omit<z.output<typeof versionedSchema>, "stand">;
/** `tries`: how often the stand began to take them up; a process that ended in the midst of it is counted. */
export type Next = Versioned & { readonly tries: number };
/** `fit`: by the configuration, so that another configuration may make them good; `use`: when they were tried. */
export type Refused = Versioned & { readonly because: string; readonly by: "fit" | "use" };

const fileOf = (folder: string, name: "settings" | "settings-before"): string => join(folder, `${name}.json`);

/** What the stand last sold by, for who only looks; `undefined`: its own configuration, or nothing whole. */
export function readSelling(folder: string, stand: StandId): Versioned | undefined {
  for (const name of ["settings", "settings-before"] as const) {
    const read = new KeptFile(fileOf(folder, name), versionedSchema).read();
    if (read.is === "kept" && read.value.stand === stand) return read.value;
  }
  return undefined;
}

export type ShelfOptions = {
  /** Made when it is missing. */
  readonly folder: string;
  readonly stand: StandId;
  readonly log: Log;
  readonly hands?: FileHands;
};

/**
 * The settings that this stand has, on its disk: those it sells by, those before them in case a card forgets, those that are
 * to come, and those that it cannot use. What is said here is on the disk already.
 */
export class Shelf {
  readonly #options: ShelfOptions;
  readonly #files;
  #selling: Versioned | undefined;
  #next: Next | undefined;
  #refused: Refused | undefined;
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: ShelfOptions) {
    this.#options = options;
    const { folder, hands } = options;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#files = {
      selling: new KeptFile(fileOf(folder, "settings"), versionedSchema, hands),
      before: new KeptFile(fileOf(folder, "settings-before"), versionedSchema, hands),
      next: new KeptFile(join(folder, "settings-next.json"), nextSchema, hands),
      refused: new KeptFile(join(folder, "settings-refused.json"), refusedSchema, hands),
    };
    const { selling, before, next, refused } = this.#files;
    this.#selling = this.#read(selling, "those it sells by") ?? this.#read(before, "those before");
    this.#next = this.#read(next, "those to come");
    this.#refused = this.#read(refused, "those it cannot use");
  }

  /** By what it sells; `undefined`: by its configuration. */
  get selling(): Versioned | undefined {
    return this.#selling;
  }

  get next(): Next | undefined {
    return this.#next;
  }

  get refused(): Refused | undefined {
    return this.#refused;
  }

  /** The newest that it has heard of, whatever became of them. */
  get newest(): number {
    return Math.max(0, ...[this.#selling, this.#next, this.#refused].map((each) => each?.version ?? 0));
  }

  /** They are to come, when there is nobody in front. */
  async want(next: Next): Promise<void> {
    await this.#inTurn(async () => {
      await this.#files.next.write(this.#mine(next));
      this.#next = next;
      if (this.#refused?.version === next.version) await this.#dropRefused();
    });
  }

  /** The stand begins to take them up, once more. Newer ones that have come meanwhile stay those to come. */
  async tried({ version, settings, tries }: Next): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#next?.version !== version) return;
      const next = { version, settings, tries: tries + 1 };
      await this.#files.next.write(this.#mine(next));
      this.#next = next;
    });
  }

  /** The stand sells by them. */
  async sell(settings: Versioned): Promise<void> {
    const { version } = settings;
    await this.#inTurn(async () => {
      if (this.#selling !== undefined) await this.#files.before.write(this.#mine(this.#selling));
      await this.#files.selling.write(this.#mine({ version, settings: settings.settings }));
      this.#selling = settings;
      await this.#dropNext(version);
      if (this.#refused !== undefined && this.#refused.version <= version) await this.#dropRefused();
    });
  }

  /** The stand cannot use them. Where it did, it sells by its configuration. */
  async refuse(refused: Refused): Promise<void> {
    await this.#inTurn(async () => {
      await this.#files.refused.write(this.#mine(refused));
      this.#refused = refused;
      await this.#dropNext(refused.version);
      if (this.#selling?.version === refused.version) this.#selling = undefined;
    });
  }

  /** As if nothing had ever been heard. */
  async forget(): Promise<void> {
    await this.#inTurn(async () => {
      for (const file of Object.values(this.#files)) await file.remove();
      this.#selling = undefined;
      this.#next = undefined;
      this.#refused = undefined;
    });
  }

  /** What was refused is nothing to tell any more. */
  async forgive(): Promise<void> {
    await this.#inTurn(() => this.#dropRefused());
  }

  async #dropNext(version: number): Promise<void> {
    if (this.#next?.version !== version) return;
    await this.#files.next.remove();
    this.#next = undefined;
  }

  async #dropRefused(): Promise<void> {
    await this.#files.refused.remove();
    this.#refused = undefined;
  }

  #mine<Kept extends object>(kept: Kept): Kept & { readonly stand: StandId } {
    return { ...kept, stand: this.#options.stand };
  }

  #read<Value extends { readonly stand: StandId }>(file: KeptFile<Value>, what: string): Value | undefined {
    const read = file.read();
    if (read.is === "damaged") this.#options.log.error("settings are damaged", { what });
    return read.is === "kept" && read.value.stand === this.#options.stand ? read.value : undefined;
  }

  /** One change of the disk at a time; one that fails does not hold up the next. */
  async #inTurn(change: () => Promise<void>): Promise<void> {
    const mine = this.#work.then(change);
    this.#work = mine.catch(() => undefined);
    await mine;
  }
}
