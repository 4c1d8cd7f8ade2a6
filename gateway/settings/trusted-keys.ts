import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { FileHands } from "../../host/replace-file.ts";
import {
  type KeySet,
  type KnownKey,
  keySetOf,
  type PublicJwk,
  publicJwkSchema,
  thumbprintOf,
} from "../../protocol/keys.ts";
import { KeptFile } from "./kept.ts";

const trustedSchema = z.object({
  version: z.int().min(1),
  keys: z.array(publicJwkSchema).min(1),
  /** Of the keys that the stand was installed with: whoever installs others begins anew. */
  seed: z.string(),
});
type Trusted = z.output<typeof trustedSchema>;

export type TrustedKeysOptions = {
  readonly folder: string;
  /** The backend's keys that the stand was installed with; version 0. */
  readonly seed: readonly PublicJwk[];
  readonly hands?: FileHands;
};

/**
 * The backend's keys that this stand trusts: those that it was installed with, until the backend names others, sealed by one
 * that is trusted. Twice on the disk: without them a stand hears nobody.
 */
export class TrustedKeys implements KeySet {
  readonly #options: TrustedKeysOptions;
  readonly #seed: string;
  #version = 0;
  #keys: ReadonlyMap<string, KnownKey>;

  constructor(options: TrustedKeysOptions) {
    this.#options = options;
    this.#seed = createHash("sha256").update(options.seed.map(thumbprintOf).toSorted().join()).digest("hex");
    this.#keys = setOf(options.seed);
    for (const file of this.#files()) this.#takeFrom(file);
  }

  get(kid: string): KnownKey | undefined {
    return this.#keys.get(kid);
  }

  /** How many keys are trusted. */
  get size(): number {
    return this.#keys.size;
  }

  /** 0: those that it was installed with. */
  get version(): number {
    return this.#version;
  }

  /** Resolves when they are on the disk and the only ones trusted. Older ones than those known change nothing. */
  async replace(version: number, keys: readonly PublicJwk[]): Promise<"replaced" | "known"> {
    if (version <= this.#version || keys.length === 0) return "known";
    mkdirSync(this.#options.folder, { recursive: true, mode: 0o700 });
    for (const file of this.#files()) await file.write({ version, keys: [...keys], seed: this.#seed });
    this.#trust({ version, keys: [...keys], seed: this.#seed });
    return "replaced";
  }

  /** The newer of two that are whole. */
  #takeFrom(file: KeptFile<Trusted>): void {
    const read = file.read();
    const isNewer = read.is === "kept" && read.value.seed === this.#seed && read.value.version > this.#version;
    if (isNewer) this.#trust(read.value);
  }

  #trust({ version, keys }: Trusted): void {
    this.#version = version;
    this.#keys = setOf(keys);
  }

  #files(): readonly KeptFile<Trusted>[] {
    const { folder, hands } = this.#options;
    return ["keys.json", "keys-again.json"].map((name) => new KeptFile(join(folder, name), trustedSchema, hands));
  }
}

const setOf = (keys: readonly PublicJwk[]): ReadonlyMap<string, KnownKey> =>
  keySetOf(keys.map((jwk) => ({ owner: "backend", jwk })));
