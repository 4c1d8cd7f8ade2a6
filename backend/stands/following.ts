import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import type { Store } from "../store/store.ts";
import type { RosterInMemory } from "./roster.ts";
import { changedSince, revisionNow } from "./rows.ts";

export type FollowingParts = {
  readonly store: Store;
  readonly roster: RosterInMemory;
  readonly clock: Clock;
  readonly log: Log;
};

/** So long after another backend's change this one acts by it; the store's own time comes on top. */
const LOOK_MS = 500;

/** Brings a roster to where the store is, and keeps it there. */
export class Following {
  readonly #parts: FollowingParts;
  #revision = 0;
  #look: Promise<void> = Promise.resolve();

  constructor(parts: FollowingParts) {
    this.#parts = parts;
  }

  /** Up to which change the roster has come. */
  get revision(): number {
    return this.#revision;
  }

  /** Resolves when the roster has all that was committed before the call. Rejects when the store does not answer. */
  look(): Promise<void> {
    const mine = this.#look.then(() => this.#catchUp());
    this.#look = mine.catch(() => undefined);
    return mine;
  }

  /** Looks again and again. A store that does not answer leaves the roster as it was, with a word in the log. */
  keep(): Stop {
    const { clock, log } = this.#parts;
    return every(clock, log, {
      firstMs: LOOK_MS,
      everyMs: LOOK_MS,
      what: "stands not looked after",
      run: () => this.look(),
    });
  }

  async #catchUp(): Promise<void> {
    const { store, roster } = this.#parts;
    const revision = await revisionNow(store);
    if (revision === this.#revision) return;
    roster.put(await changedSince(store, this.#revision));
    this.#revision = revision;
  }
}
