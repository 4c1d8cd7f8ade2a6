import { type Clock, pause } from "../../protocol/time.ts";
import { JournalFault } from "../journal.ts";
import { faultOf, verdictOf } from "./faults.ts";

export type PatienceOptions = {
  /** Real time, for pauses between attempts. */
  readonly clock: Pick<Clock, "now" | "after">;
  /** How long a call is tried again while the database is away. Default 10 s. */
  readonly patienceMs?: number;
};

const PATIENCE_MS = 10_000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

/** Tries again while the database is away, and says so when it has been for too long. */
export class Patience {
  readonly #clock: PatienceOptions["clock"];
  readonly #patienceMs: number;
  #isOver = false;

  constructor({ clock, patienceMs = PATIENCE_MS }: PatienceOptions) {
    this.#clock = clock;
    this.#patienceMs = patienceMs;
  }

  /** What is under way is not tried again any more. */
  end(): void {
    this.#isOver = true;
  }

  async lasting<T>(where: string, work: () => Promise<T>): Promise<T> {
    const begun = this.#clock.now().ms;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
      if (this.#isOver) throw new JournalFault("unwritable", `the journal ${where} is closed`);
      try {
        return await work();
      } catch (error) {
        const isLate = this.#clock.now().ms - begun + pauseMs > this.#patienceMs;
        if (isLate || this.#isOver || verdictOf(error) === "final") throw faultOf(error, where);
      }
      await pause(this.#clock, pauseMs);
    }
  }
}
