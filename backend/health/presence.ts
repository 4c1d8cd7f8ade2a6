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

  constructor(isKnown: (stand: StandId) => boolean) {
    this.#isKnown = isKnown;
  }

  /** `changed`: it came or went; `stranger`: nobody knows this stand. */
  hear(stand: StandId, said: Presence, nowMs: number): "changed" | "same" | "stranger" {
    if (!this.#isKnown(stand)) return "stranger";
    const before = this.#known.get(stand);
    const after = afterHearing(said, before, nowMs);
    this.#known.set(stand, after);
    return before?.online === after.online ? "same" : "changed";
  }

  get(stand: StandId): Known | undefined {
    return this.#known.get(stand);
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
  get(stand: StandId): Known | undefined;
}
