import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import type { StandId } from "../../protocol/ids.ts";
import type { PublicJwk } from "../../protocol/keys.ts";
import type { CareBody } from "../../protocol/statements.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import type { Store } from "../store/store.ts";
import { behind, desiredOf, usingOf } from "./book.ts";
import { differs } from "./differs.ts";

/** The backend's keys that stands shall trust, all of them. */
export type DesiredKeys = { readonly version: number; readonly keys: readonly PublicJwk[] };

export type PusherParts = {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** False when it did not reach the broker. */
  say(stand: StandId, body: CareBody): Promise<boolean>;
  isKnown(stand: StandId): boolean;
  isOnline(stand: StandId): boolean;
  /** Whether this backend looks every minute for stands that differ. */
  leads(): boolean;
  /** Absent where nobody changes the backend's keys. */
  desiredKeys?(): DesiredKeys | undefined;
  /** At most so many stands are told in a second. Default 50. */
  readonly aSecond?: number;
};

const A_SECOND = 50;
const ROUND_MS = 60_000;
const TURN_MS = 200;

/**
 * Tells stands by what they shall work, until they say that they do: when one says by what it works, when something was saved for
 * it, and every minute. Nothing is owed to anybody: what gets lost is said again. A version that a stand refused is not.
 */
export class Pusher {
  readonly #parts: PusherParts;
  /** Who is looked at next, the first first; bounded, as only known stands are in it. */
  readonly #queue = new Set<StandId>();
  readonly #stops: readonly Stop[];

  constructor(parts: PusherParts) {
    const { clock, log } = parts;
    this.#parts = parts;
    const turn = { firstMs: TURN_MS, everyMs: TURN_MS, what: "settings not pushed", run: () => this.#turn() };
    const round = { firstMs: ROUND_MS, everyMs: ROUND_MS, what: "settings not compared", run: () => this.#round() };
    this.#stops = [every(clock, log, turn), every(clock, log, round)];
  }

  /** How many stands wait to be looked at. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Looks soon whether these stands should be told something. */
  look(stands: Iterable<StandId>): void {
    for (const stand of stands) if (this.#parts.isKnown(stand)) this.#queue.add(stand);
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  async #turn(): Promise<void> {
    const most = Math.max(1, Math.round(((this.#parts.aSecond ?? A_SECOND) * TURN_MS) / 1_000));
    const next = [...first(this.#queue, most)];
    for (const stand of next) this.#queue.delete(stand);
    for (const stand of next) await this.#tell(stand);
  }

  async #tell(stand: StandId): Promise<void> {
    const { store, say, log, desiredKeys } = this.#parts;
    const using = await usingOf(store, stand);
    const keys = desiredKeys?.();
    // Keys first: what comes after may be sealed by a new one.
    if (keys !== undefined && using !== undefined && using.keysVersion < keys.version)
      await say(stand, { type: "keys", version: keys.version, keys: [...keys.keys] });
    const desired = await desiredOf(store, stand);
    if (desired === undefined || differs(desired.version, using) !== "push") return;
    const isSaid = await say(stand, { type: "settings", version: desired.version, settings: desired.settings });
    log.info("settings pushed", { stand, version: desired.version, using: using?.version, reached: isSaid });
  }

  async #round(): Promise<void> {
    const { store, leads, isOnline, desiredKeys } = this.#parts;
    if (!leads()) return;
    const stands = await behind(store, desiredKeys?.()?.version ?? 0);
    this.look(stands.filter(isOnline));
  }
}

function* first<Of>(all: Iterable<Of>, most: number): Iterable<Of> {
  let left = most;
  for (const each of all) {
    if (left === 0) return;
    left -= 1;
    yield each;
  }
}
