import type { StandId } from "../../protocol/ids.ts";
import type { Presence } from "../../protocol/statements.ts";

/** What a stand, or its last will, said last of being there. */
export type Known = Presence & {
  /** On the clock that the backends share. */
  readonly heardMs: number;
  /** Runs of the daemon before this one, the last first: what comes late of them says nothing. */
  readonly before: readonly string[];
};

const BEFORE_KEPT = 3;

/** A will of an earlier connection, or of an earlier run of the daemon, says nothing of the one that is there now. */
export const isStale = (said: Presence, known: Known | undefined): boolean =>
  known !== undefined &&
  (known.boot === said.boot ? said.connection < known.connection : known.before.includes(said.boot));

/** What is known after a stand said this; what is stale changes nothing. */
export function afterHearing(said: Presence, known: Known | undefined, nowMs: number): Known {
  if (known === undefined) return { ...said, heardMs: nowMs, before: [] };
  if (isStale(said, known)) return known;
  const before = known.boot === said.boot ? known.before : [known.boot, ...known.before].slice(0, BEFORE_KEPT);
  return { ...said, heardMs: nowMs, before };
}

/** Presence of the stands that `isKnown` knows, and of no other: it is not sealed, and anybody at the broker can make it up. */
export class Presences implements ReadonlyPresences {
  readonly #known = new Map<StandId, Known>();
  readonly #isKnown: (stand: StandId) => boolean;
  readonly #bound: number;
  #strangers = 0;

  /** Beyond `bound` the longest silent are forgotten. */
  constructor(isKnown: (stand: StandId) => boolean, bound: number = Number.POSITIVE_INFINITY) {
    this.#isKnown = isKnown;
    this.#bound = bound;
  }

  /** How often somebody spoke for a stand that nobody knows. */
  get strangers(): number {
    return this.#strangers;
  }

  /** `changed`: it came or went; `stranger`: nobody knows this stand. */
  hear(stand: StandId, said: Presence, nowMs: number): "changed" | "same" | "stranger" {
    if (!this.#isKnown(stand)) {
      this.#strangers += 1;
      return "stranger";
    }
    const before = this.#known.get(stand);
    const after = afterHearing(said, before, nowMs);
    this.#known.delete(stand);
    this.#known.set(stand, after);
    const [longestSilent] = this.#known.keys();
    if (this.#known.size > this.#bound && longestSilent !== undefined) this.#known.delete(longestSilent);
    return before?.online === after.online ? "same" : "changed";
  }

  get(stand: StandId): Known | undefined {
    return this.#known.get(stand);
  }

  has(stand: StandId): boolean {
    return this.#known.has(stand);
  }

  values(): Iterable<Known> {
    return this.#known.values();
  }

  get size(): number {
    return this.#known.size;
  }

  /** These are not in the roster any more. */
  forget(stands: Iterable<StandId>): void {
    for (const stand of stands) this.#known.delete(stand);
  }
}

export interface ReadonlyPresences {
  readonly size: number;
  has(stand: StandId): boolean;
  get(stand: StandId): Known | undefined;
  values(): Iterable<Known>;
}
