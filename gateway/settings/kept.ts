import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { type FileHands, removeFile, replaceFile } from "../../host/replace-file.ts";

export type KeptRead<Value> =
  | { readonly is: "kept"; readonly value: Value }
  | { readonly is: "absent" }
  /** It is there, and is not what was written. */
  | { readonly is: "damaged" };

/** Its owner's alone. */
const MODE = 0o600;

/** One value in a file of its own, with its sum: a card that forgets or mixes up bytes is found out. */
export class KeptFile<Value> {
  readonly #file: string;
  readonly #schema: z.ZodType<Value>;
  readonly #hands: FileHands | undefined;

  constructor(file: string, schema: z.ZodType<Value>, hands?: FileHands) {
    this.#file = file;
    this.#schema = schema;
    this.#hands = hands;
  }

  read(): KeptRead<Value> {
    const text = textIn(this.#file);
    if (text === undefined) return { is: "absent" };
    const [sum = "", body = ""] = text.split("\n");
    if (sum !== sumOf(body)) return { is: "damaged" };
    const read = this.#schema.safeParse(JSON.parse(body));
    return read.success ? { is: "kept", value: read.data } : { is: "damaged" };
  }

  /** Resolves when it is on the disk; rejects when it cannot be put there: then the one before may still be. */
  async write(value: Value): Promise<void> {
    const body = JSON.stringify(value);
    await replaceFile(this.#file, `${sumOf(body)}\n${body}\n`, MODE, this.#hands);
  }

  async remove(): Promise<void> {
    await removeFile(this.#file, this.#hands);
  }
}

const sumOf = (body: string): string => createHash("sha256").update(body).digest("hex");

/** What cannot be read is as good as damaged; `undefined`: there is no file. */
function textIn(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT" ? undefined : "";
  }
}
