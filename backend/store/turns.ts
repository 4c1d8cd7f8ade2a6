import { JournalFault } from "../../journal/journal.ts";
import type { Clock } from "../../protocol/time.ts";

/** The right to use the one connection. */
export type Turn = {
  /** Throws `JournalFault` `busy` when the turn was taken away. */
  check(): void;
  end(): void;
};

/** Longer than all that is asked of a file in one transaction. */
const LONGEST_TURN_MS = 8_000;
/** A queue that is longer says that nothing is answered any more. */
const MOST_WAITING = 10_000;

/** Lends a connection to one after the other. Who keeps it too long loses it, and nobody waits longer than that by far. */
export class Turns {
  readonly #clock: Pick<Clock, "after">;
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  constructor(clock: Pick<Clock, "after">) {
    this.#clock = clock;
  }

  /** `lost` undoes what whoever keeps it too long has begun. Rejects with `JournalFault` `busy` when too many wait. */
  async next(lost: () => void): Promise<Turn> {
    if (this.#isTaken) await this.#wait();
    this.#isTaken = true;
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      stop();
      this.#pass();
    };
    const stop = this.#clock.after(LONGEST_TURN_MS, () => {
      if (isOver) return;
      try {
        lost();
      } finally {
        end();
      }
    });
    return { check: () => refuse(isOver), end };
  }

  async #wait(): Promise<void> {
    if (this.#waiting.length >= MOST_WAITING)
      throw new JournalFault("busy", `the store is asked by ${MOST_WAITING} at once: its disk is too slow`);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The connection stays taken while it goes from one to the next. */
  #pass(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#isTaken = false;
    else next();
  }
}

function refuse(isOver: boolean): void {
  if (isOver) throw new JournalFault("busy", `a transaction on the store took longer than ${LONGEST_TURN_MS} ms`);
}
