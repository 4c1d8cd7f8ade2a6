import type { DeviceClock } from "../clock.ts";

/** Statuses are a few bytes; a device that sends more is no printer, and only its newest words count. */
const MOST_BYTES = 1_024;
const NOTHING = new Uint8Array();

/** Bytes that came, until somebody asks. */
export class Inbox {
  #held = NOTHING;
  #wake = (): void => undefined;
  readonly #clock: DeviceClock;

  constructor(clock: DeviceClock) {
    this.#clock = clock;
  }

  put(bytes: Uint8Array): void {
    this.#held = Uint8Array.from([...this.#held, ...bytes].slice(-MOST_BYTES));
    this.#wake();
  }

  /** Whoever waits has waited long enough. */
  wake(): void {
    this.#wake();
  }

  async take(withinMs: number): Promise<Uint8Array> {
    if (this.#held.length === 0 && withinMs > 0) await this.#news(withinMs);
    const taken = this.#held;
    this.#held = NOTHING;
    return taken;
  }

  #news(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#clock.after(withinMs, resolve);
      this.#wake = () => {
        stop();
        resolve();
      };
    });
  }
}
