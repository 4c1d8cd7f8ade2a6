import { type Clock, type Instant, later, leftMs, type Stop } from "../protocol/time.ts";

/** One pause at a time, that can be made shorter while it lasts. */
export class Pause {
  readonly #clock: Pick<Clock, "now" | "after">;
  #running: { readonly stop: Stop; readonly over: Instant; readonly run: () => void } | undefined;

  constructor(clock: Pick<Clock, "now" | "after">) {
    this.#clock = clock;
  }

  get isOn(): boolean {
    return this.#running !== undefined;
  }

  /** Runs this after so many milliseconds; what was to run before does not. */
  begin(ms: number, run: () => void): void {
    this.end();
    const stop = this.#clock.after(ms, () => {
      this.#running = undefined;
      run();
    });
    this.#running = { stop, over: later(this.#clock.now(), ms), run };
  }

  /** The same in so many milliseconds from now, where that is sooner; nothing without a pause. */
  bringForward(ms: number): void {
    if (this.#running === undefined || ms >= leftMs(this.#running.over, this.#clock.now())) return;
    this.begin(ms, this.#running.run);
  }

  /** What was to run does not. */
  end(): void {
    this.#running?.stop();
    this.#running = undefined;
  }
}
