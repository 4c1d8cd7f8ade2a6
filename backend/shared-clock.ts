import type { Clock } from "../protocol/time.ts";

export type SharedClockParts = {
  /** Steady, of this machine. */
  readonly own: Clock;
  /** What the clock that all share shows: milliseconds since 1970. */
  ask(): Promise<number>;
};

export type SharedClock = {
  readonly clock: Clock;
  /** Sets it by the shared one again. */
  check(): Promise<void>;
};

/** An answer that took longer says too little of when it was true. */
const LONGEST_ASK_MS = 1_000;
/** When it is ahead it goes slower until it is not, over about so long; never slower than at half its pace. */
const EASE_MS = 60_000;

/**
 * A backend's clock that shows what one clock shows that all backends can ask, so that a lease or a deadline of one of them is over for
 * all at the same time, whatever their machines' clocks say. It follows forwards at once and never goes back. The machine's own
 * wall clock stays what it is: for receipts, logs and the provider.
 */
export async function sharedClock({ own, ask }: SharedClockParts): Promise<SharedClock> {
  const asked = async (): Promise<{ readonly at: number; readonly ms: number; readonly tookMs: number }> => {
    const before = own.now().ms;
    const ms = await ask();
    const after = own.now().ms;
    return { at: after, ms: ms + (after - before) / 2, tookMs: after - before };
  };
  const first = await asked();
  let base = { at: first.at, ms: first.ms, pace: 1 };
  const show = (at: number): number => base.ms + (at - base.at) * base.pace;
  return {
    clock: {
      now: () => ({ clock: "utc", ms: Math.floor(show(own.now().ms)) }),
      wall: () => own.wall(),
      after: (ms, run) => own.after(ms, run),
    },
    check: async () => {
      const { at, ms, tookMs } = await asked();
      if (tookMs > LONGEST_ASK_MS) return;
      const aheadMs = show(at) - ms;
      base = aheadMs <= 0 ? { at, ms, pace: 1 } : { at, ms: show(at), pace: Math.max(0.5, 1 - aheadMs / EASE_MS) };
    },
  };
}
