import type { DeviceClock } from "../clock.ts";
import { HardwareFault, type Stop } from "../device.ts";
import type { RelayMode } from "./shape.ts";

/** No relay of a stand has a reason to stay closed for longer. */
const LONGEST_PULSE_MS = 60_000;

/** Hears when the contact closes and opens; `ms` is how long it was closed, `whole` whether that was as long as asked. */
export type ContactEars = {
  closed(order: string): void;
  opened(order: string, ms: number, whole: boolean): void;
};

type Closed = { readonly open: (whole: boolean) => void };

/** One relay: open or closed, and in good order or stuck open. */
export class Contact {
  mode: RelayMode = "working";
  #closed: Closed | undefined;
  readonly #line: string;
  readonly #clock: DeviceClock;
  readonly #ears: ContactEars;

  constructor(line: string, clock: DeviceClock, ears: ContactEars) {
    this.#line = line;
    this.#clock = clock;
    this.#ears = ears;
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  get isReady(): boolean {
    return this.mode === "working" && !this.isClosed;
  }

  /** Closes for `ms` milliseconds and resolves when open again; rejects when it did not close, or was opened early. */
  pulse(ms: number, order: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const fault = this.#obstacle(ms);
      if (fault === undefined) this.#close(ms, order, (whole) => (whole ? resolve() : reject(this.#cutShort())));
      else reject(fault);
    });
  }

  /** Opens at once, whatever is under way. */
  openNow(): void {
    this.#closed?.open(false);
  }

  #close(ms: number, order: string, opened: (whole: boolean) => void): void {
    const since = this.#clock.now().ms;
    let stop: Stop = () => undefined;
    const open = (whole: boolean): void => {
      stop();
      this.#closed = undefined;
      this.#ears.opened(order, this.#clock.now().ms - since, whole);
      opened(whole);
    };
    this.#closed = { open };
    this.#ears.closed(order);
    stop = this.#clock.after(ms, () => open(true));
  }

  #obstacle(ms: number): HardwareFault | undefined {
    if (!Number.isFinite(ms) || ms <= 0 || ms > LONGEST_PULSE_MS)
      return new HardwareFault(
        `a pulse of ${ms} ms on relay ${this.#line}: give a length above 0 and up to ${LONGEST_PULSE_MS} ms`,
      );
    if (this.isClosed)
      return new HardwareFault(`relay ${this.#line} is closed by another pulse: wait until that one has ended`);
    if (this.mode === "stuck")
      return new HardwareFault(`relay ${this.#line} did not close: it is stuck, set it to working and try again`);
    return undefined;
  }

  #cutShort(): HardwareFault {
    return new HardwareFault(`the pulse on relay ${this.#line} was cut short: look whether the goods came out`);
  }
}
