import { type Instant, isReached } from "../../protocol/time.ts";

type Calm = {
  readonly kinds: readonly string[];
  readonly next: Instant | undefined;
  readonly freed: Instant | undefined;
  readonly askedMs: number;
};

/** What other processes do is seen after so long at the latest. */
const BELIEVED_MS = 1_000;

/**
 * Remembers for a moment that nothing of some kinds is due before its time, so that a process need not ask the database at every turn
 * of its own. Whatever this process itself changes ends that at once.
 */
export class Quiet {
  readonly #steadyMs: () => number;
  readonly #calms = new Map<string, Calm>();
  #changes = 0;

  /** `steadyMs`: real time, in milliseconds. */
  constructor(steadyMs: () => number) {
    this.#steadyMs = steadyMs;
  }

  /** How often this process has changed what is owed. */
  get changes(): number {
    return this.#changes;
  }

  /** Something is owed anew, of these kinds or of any. */
  disturb(kinds?: readonly string[]): void {
    this.#changes += 1;
    for (const [name, calm] of this.#calms)
      if (kinds === undefined || calm.kinds.some((kind) => kinds.includes(kind))) this.#calms.delete(name);
  }

  /**
   * The database said when the next of these is due, and when the first that somebody has in hand is free again; `changes` as it was
   * before it was asked.
   */
  keep(kinds: readonly string[], next: Instant | undefined, changes: number, freed?: Instant): void {
    if (changes !== this.#changes) return;
    this.#calms.set(kinds.join(" "), { kinds, next, freed, askedMs: this.#steadyMs() });
  }

  /** When the next of these is due, where that is known and has not come. */
  until(kinds: readonly string[], now: Instant): { readonly next: Instant | undefined } | undefined {
    const calm = this.#calms.get(kinds.join(" "));
    if (calm === undefined) return undefined;
    const isOld = this.#steadyMs() - calm.askedMs > BELIEVED_MS;
    const isOver = [calm.next, calm.freed].some((end) => end !== undefined && isReached(end, now));
    return isOld || isOver ? undefined : { next: calm.next };
  }
}
