/** A point in milliseconds since 1970 on the wall clock. For receipts, logs and the provider only: it may jump. */
export type WallMs = number;

/**
 * A point on one particular clock. `clock` names it: a stand uses the boot id of its Pi, because the monotonic clock starts
 * again at every boot; a backend uses "utc", which every backend process shares. Instants of two clocks cannot be compared.
 */
export type Instant = { readonly clock: string; readonly ms: number };

/** Undoes a subscription or a timer; calling it twice is harmless. */
export type Stop = () => void;

/** The only source of time in this project; nothing else calls `Date.now`, `setTimeout` or `hrtime`. */
export interface Clock {
  /** Steady time, for every duration and deadline. Never goes back while `clock` stays the same. */
  now(): Instant;
  wall(): WallMs;
  /** Runs `run` once, no earlier than `ms` milliseconds from now, unless stopped before. */
  after(ms: number, run: () => void): Stop;
}

/** Resolves after `ms` milliseconds; nothing ends it before. */
export const pause = (clock: Pick<Clock, "after">, ms: number): Promise<void> =>
  new Promise((resolve) => void clock.after(ms, resolve));

export const later = (at: Instant, ms: number): Instant => ({ clock: at.clock, ms: at.ms + ms });

/** A due time of another clock belongs to an earlier boot: it is over. */
export const isReached = (due: Instant, now: Instant): boolean => due.clock !== now.clock || due.ms <= now.ms;

/** Milliseconds from `now` until `due`; 0 when it is reached. */
export const leftMs = (due: Instant, now: Instant): number => (isReached(due, now) ? 0 : due.ms - now.ms);

/** Milliseconds since `from`; `undefined` when it lies in an earlier boot, where nobody knows. */
export const sinceMs = (from: Instant, now: Instant): number | undefined =>
  from.clock === now.clock ? Math.max(0, now.ms - from.ms) : undefined;
