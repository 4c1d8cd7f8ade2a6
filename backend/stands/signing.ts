import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import type { StandId } from "../../protocol/ids.ts";
import type { SigningKey } from "../../protocol/keys.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import type { Store } from "../store/store.ts";
import { announceKeys, type KeySetVersion, newestKeys, type OwnKeys, trustedSince, usedVersions } from "./key-sets.ts";
import type { Roster } from "./roster.ts";

export type SigningParts = {
  readonly store: Store;
  readonly own: OwnKeys;
  readonly roster: Pick<Roster, "all" | "size">;
  readonly clock: Clock;
  readonly log: Log;
};

/** How the change of the backend's key goes. `trusting`: stands that said that they trust the next one. */
export type KeysStatus = {
  readonly current: string;
  readonly next?: string;
  readonly version: number;
  readonly stands: number;
  readonly trusting: number;
  /** At most fifty of those that do not yet. */
  readonly missing: readonly StandId[];
};

const UNKNOWN = "the backend's key is one that the stands were never told of";
const HINT = {
  hint: "they will believe nothing: put the former key back into keys.private_file, and this one into keys.next_private_file",
};
const LOOK_MS = 10_000;
const MISSING_SHOWN = 50;

/**
 * With which key to speak to whom. A stand is spoken to by the next key from when on it says that it trusts it; by the current
 * one until then, and for as long as both are configured. So no stand is ever spoken to by a key that it does not know, however
 * long it was away.
 */
export class Signing {
  readonly #parts: SigningParts;
  readonly #trusting = new Set<StandId>();
  #newest: KeySetVersion;

  private constructor(parts: SigningParts, newest: KeySetVersion) {
    this.#parts = parts;
    this.#newest = newest;
  }

  /** Announces the keys of the configuration. */
  static async open(parts: SigningParts): Promise<Signing> {
    const { store, own, clock, log } = parts;
    const before = await newestKeys(store);
    if (before !== undefined && !before.keys.some(({ x }) => x === own.current.publicJwk.x)) log.error(UNKNOWN, HINT);
    const signing = new Signing(parts, await announceKeys(store, own, clock.wall()));
    await signing.look();
    return signing;
  }

  /** What every stand shall trust. */
  desired(): KeySetVersion {
    return this.#newest;
  }

  keyFor(stand: StandId): SigningKey {
    const { current, next } = this.#parts.own;
    return next !== undefined && this.#trusting.has(stand) ? next : current;
  }

  /** Reads anew who trusts what. */
  async look(): Promise<void> {
    const { store, own } = this.#parts;
    this.#newest = (await newestKeys(store)) ?? this.#newest;
    const since = own.next && (await trustedSince(store, own.next));
    const used = since === undefined ? [] : await usedVersions(store);
    this.#trusting.clear();
    if (since === undefined) return;
    for (const [stand, version] of used) if (version >= since) this.#trusting.add(stand);
  }

  keep(): Stop {
    const { clock, log, own } = this.#parts;
    if (own.next === undefined) return () => undefined;
    const run = (): Promise<void> => this.look();
    return every(clock, log, { firstMs: LOOK_MS, everyMs: LOOK_MS, what: "trust in keys not looked after", run });
  }

  async status(): Promise<KeysStatus> {
    await this.look();
    const { own, roster } = this.#parts;
    const stands = [...roster.all()].filter(({ state }) => state === "active").map(({ id }) => id);
    const missing = own.next === undefined ? [] : stands.filter((id) => !this.#trusting.has(id));
    return {
      current: own.current.kid,
      ...(own.next && { next: own.next.kid }),
      version: this.#newest.version,
      stands: stands.length,
      trusting: stands.length - missing.length,
      missing: missing.sort().slice(0, MISSING_SHOWN),
    };
  }
}
