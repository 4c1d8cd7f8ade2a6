import type { Clock, Instant, Stop, WallMs } from "../../protocol/time.ts";

type Waiting = { readonly dueMs: number; readonly run: () => void; cancel: Stop };

/** Time as it is, of which some can be skipped: for pauses of minutes and days between parties that are really there. */
export class SkippingClock implements Clock {
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiting>();
  #skippedMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): Instant {
    const { clock, ms } = this.#clock.now();
    return { clock, ms: ms + this.#skippedMs };
  }

  wall(): WallMs {
    return this.#clock.wall() + this.#skippedMs;
  }

  after(ms: number, run: () => void): Stop {
    const waiting: Waiting = { dueMs: this.now().ms + ms, run, cancel: () => undefined };
    this.#waiting.add(waiting);
    this.#arm(waiting);
    return () => {
      waiting.cancel();
      this.#waiting.delete(waiting);
    };
  }

  /** So much later, at once: what was due in between runs in the next turns. */
  skip(ms: number): void {
    this.#skippedMs += ms;
    for (const waiting of this.#waiting) {
      waiting.cancel();
      this.#arm(waiting);
    }
  }

  #arm(waiting: Waiting): void {
    const leftMs = Math.max(0, waiting.dueMs - this.now().ms);
    waiting.cancel = this.#clock.after(leftMs, () => {
      this.#waiting.delete(waiting);
      waiting.run();
    });
  }
}

const DAY_MS = 86_400_000;
/** Western Indonesian time, which Midtrans and its acquirers live by. */
const WIB_MS = 7 * 3_600_000;

/** How long from `wall` until it is `time`, such as `23:57`, in Jakarta. */
export function untilInJakarta(time: string, wall: WallMs): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  const ofDay = (wall + WIB_MS) % DAY_MS;
  return ((hours * 60 + minutes) * 60_000 - ofDay + DAY_MS) % DAY_MS;
}
