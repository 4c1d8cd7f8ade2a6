import type { Clock, Stop } from "../../protocol/time.ts";

const WAITING_MAX = 20_000;

/** What shall happen later. Beyond 20,000 things that wait, the next happens at once. */
export class Agenda {
  readonly #clock: Clock;
  readonly #waiting = new Set<Stop>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  in(ms: number, run: () => void): void {
    if (this.#waiting.size >= WAITING_MAX) {
      run();
      return;
    }
    const stop = this.#clock.after(ms, () => {
      this.#waiting.delete(stop);
      run();
    });
    this.#waiting.add(stop);
  }

  close(): void {
    for (const stop of this.#waiting) stop();
    this.#waiting.clear();
  }
}
