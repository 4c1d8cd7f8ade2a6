import type { Clock, Stop } from "../../protocol/time.ts";

/** Pauses that end early when the sandbox closes, so that no timer outlives it. */
export class Waits {
  readonly #clock: Clock;
  readonly #open = new Map<Stop, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#clock.after(ms, () => {
        this.#open.delete(stop);
        resolve();
      });
      this.#open.set(stop, resolve);
    });
  }

  close(): void {
    for (const [stop, resolve] of this.#open) {
      stop();
      resolve();
    }
    this.#open.clear();
  }
}
