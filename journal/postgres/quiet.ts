import { type Instant, isReached } from "../../protocol/time.ts";

type Calm = {
  readonly kinds: readonly string[];
  readonly next: Instant | undefined;
  readonly freed: Instant | undefined;
  readonly askedMs: number;
};

/** An effect that is not owed any more, and when it would have been due, in milliseconds; `null` where somebody had it in hand. */
export type Dropped = { readonly kind: string | null; readonly due: number | null };

/** What other processes do is seen after so long at the latest. */
const BELIEVED_MS = 1_000;

/**
 * Remembers for a moment that nothing of some kinds is due before its time, so that a process need not ask the database at every turn
 * of its own. What this process itself changes is followed, or ends that at once.
 */
export class Quiet {
  readonly #steadyMs: () => number;
  readonly #calms = new Map<string, Calm>();
  readonly #changesOf = new Map<string, number>();
  #changesOfAny = 0;

  /** `steadyMs`: real time, in milliseconds. */
  constructor(steadyMs: () => number) {
    this.#steadyMs = steadyMs;
  }

  /** How often this process has changed what is owed of these kinds. */
  changes(kinds: readonly string[]): number {
    return kinds.reduce((sum, kind) => sum + (this.#changesOf.get(kind) ?? 0), this.#changesOfAny);
  }

  /** Something may be due, of these kinds or of any. */
  disturb(kinds?: readonly string[]): void {
    if (kinds === undefined) {
      this.#changesOfAny += 1;
      this.#calms.clear();
    } else for (const kind of kinds) this.#change(kind, (name) => this.#calms.delete(name));
  }

  /** Something of this kind becomes due then. */
  waits(kind: string, due: Instant): void {
    this.#change(kind, (name, calm) => {
      if (calm.next === undefined || due.ms < calm.next.ms) this.#calms.set(name, { ...calm, next: due });
    });
  }

  /** These are owed no more. What was in nobody's hands had a `due`, and perhaps it was the next one. */
  drop(dropped: readonly Dropped[]): void {
    for (const { kind, due } of dropped) {
      if (kind === null || due === null) continue;
      this.#change(kind, (name, { next }) => {
        if (next !== undefined && due <= next.ms) this.#calms.delete(name);
      });
    }
  }

  /**
   * The database said when the next of these is due, and when the first that somebody has in hand is free again; `changes` as it was
   * before it was asked.
   */
  keep(kinds: readonly string[], next: Instant | undefined, changes: number, freed?: Instant): void {
    if (changes !== this.changes(kinds)) return;
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

  #change(kind: string, follow: (name: string, calm: Calm) => void): void {
    this.#changesOf.set(kind, (this.#changesOf.get(kind) ?? 0) + 1);
    for (const [name, calm] of this.#calms) if (calm.kinds.includes(kind)) follow(name, calm);
  }
}
