import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

/** How long whoever wanted something of a process had to wait for its turn, in milliseconds. */
export type StoodStill = { readonly p50: number; readonly p99: number; readonly max: number };

const RESOLUTION_MS = 10;

/** Whether a process that plays a part of the fleet is itself what is slow. */
export class Standstill {
  readonly #delays: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#delays.enable();
  }

  /** Since the last time that this was asked. */
  since(): StoodStill {
    const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    const { max } = this.#delays;
    const [p50, p99] = [this.#delays.percentile(50), this.#delays.percentile(99)];
    this.#delays.reset();
    return { p50: ms(p50), p99: ms(p99), max: ms(max) };
  }
}

export const longer = (one: StoodStill, other: StoodStill): StoodStill => ({
  p50: Math.max(one.p50, other.p50),
  p99: Math.max(one.p99, other.p99),
  max: Math.max(one.max, other.max),
});
