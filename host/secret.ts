import { readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";

const LARGEST_SECRET = 64 * 1024;

/** A key or password. Only `reveal` gives it out; printed, logged or serialised it is `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }
}

export type SecretRead =
  | { readonly is: "read"; readonly secret: Secret }
  | { readonly is: "unreadable"; readonly problem: string };

/**
 * Reads a secret from a file and drops the line break at its end. `place` is an absolute path, or `credential:NAME` for what
 * systemd hands over by `LoadCredential=NAME:…`. The problem says which file, what is wrong and what to do; never the content.
 */
export function readSecretFile(place: string, env: NodeJS.ProcessEnv = process.env): SecretRead {
  const found = pathOf(place, env);
  if ("problem" in found) return { is: "unreadable", problem: found.problem };
  try {
    return judge(found.path, readFileSync(found.path));
  } catch (error) {
    return { is: "unreadable", problem: explain(found.path, error) };
  }
}

function pathOf(place: string, env: NodeJS.ProcessEnv): { path: string } | { problem: string } {
  const credential = /^credential:(.*)$/s.exec(place);
  if (credential === null) {
    if (isAbsolute(place)) return { path: place };
    return { problem: `"${place}" is not an absolute path: write /etc/… or credential:NAME` };
  }
  const name = credential[1] ?? "";
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    return { problem: `"${place}" names no credential: write credential:NAME with letters, digits, dots, "-" and "_"` };
  }
  const folder = env["CREDENTIALS_DIRECTORY"];
  if (folder === undefined || folder === "") {
    return {
      problem: `"${place}" needs systemd: add LoadCredential=${name}:/path/to/file to the unit, or write a path`,
    };
  }
  return { path: join(folder, name) };
}

function judge(path: string, bytes: Buffer): SecretRead {
  if (bytes.length > LARGEST_SECRET) {
    return {
      is: "unreadable",
      problem: `${path} holds ${bytes.length} bytes, no secret is that long: is it the right file?`,
    };
  }
  const text = bytes.toString("utf8").replace(/[\r\n]+$/, "");
  if (text === "") return { is: "unreadable", problem: `${path} is empty: write the secret into it` };
  return { is: "read", secret: new Secret(text) };
}

function explain(path: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return `${path} does not exist: create it, readable by the daemon's user only`;
  if (code === "EACCES")
    return `${path} may not be read by this user: give it to the daemon's user (chown, chmod 0400)`;
  if (code === "EISDIR") return `${path} is a folder: name the file in it`;
  return `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
