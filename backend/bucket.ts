import { type Instant, later, leftMs } from "../protocol/time.ts";

/** One in `intervalMs` in the long run, `burst` at once after a quiet time; `burst` is 1 or more. */
export type Pace = { readonly intervalMs: number; readonly burst: number };

/** `waitMs`: until one more is admitted, 0 where it is at once. `next`: what to remember when it is. */
export type Look = { readonly waitMs: number; readonly next: Instant };

/**
 * A token bucket as one instant (the generic cell rate algorithm): when the bucket will be full again; absent: it is. Each admission
 * moves it one interval on, and it may lie at most a burst ahead.
 */
export function look({ intervalMs, burst }: Pace, fullAt: Instant | undefined, now: Instant): Look {
  const aheadMs = fullAt === undefined ? 0 : leftMs(fullAt, now);
  return { waitMs: Math.max(0, aheadMs - (burst - 1) * intervalMs), next: later(now, aheadMs + intervalMs) };
}
