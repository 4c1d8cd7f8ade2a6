import { readFileSync } from "node:fs";
import type { Clock, Instant, Stop } from "../protocol/time.ts";

/** setTimeout takes no more than 31 bits; a longer wait is made of several. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export type ClockOptions = {
  /** Whether a waiting `after` keeps the process alive. Default true: a daemon with a deadline ahead of it must not end. */
  readonly keepsAlive?: boolean;
};

/** The id that Linux gives to this boot; another after every boot. Throws where there is none: no deadline could be trusted. */
export function readBootId(path = "/proc/sys/kernel/random/boot_id"): string {
  const id = readFileSync(path, "utf8").trim();
  if (id === "") throw new Error(`${path} is empty: without a boot id no stored deadline can be judged`);
  return id;
}

/** The stand's clock: milliseconds since boot (CLOCK_MONOTONIC), named by the boot; jumps of the wall clock do not touch it. */
export function steadyClock(bootId: string, options: ClockOptions = {}): Clock {
  return {
    now: (): Instant => ({ clock: bootId, ms: Math.floor(steadyMs()) }),
    wall: () => Date.now(),
    after: (ms, run) => startTimer(ms, run, options.keepsAlive ?? true),
  };
}

/**
 * The backend's clock: milliseconds since 1970, comparable between backend processes. It follows the wall clock forwards;
 * when that is set back, it goes on at its own pace instead of going back or standing still.
 */
export function utcClock(options: ClockOptions = {}): Clock {
  let offset = Number.NEGATIVE_INFINITY;
  return {
    now: (): Instant => {
      const steady = steadyMs();
      offset = Math.max(offset, Date.now() - steady);
      return { clock: "utc", ms: Math.floor(steady + offset) };
    },
    wall: () => Date.now(),
    after: (ms, run) => startTimer(ms, run, options.keepsAlive ?? true),
  };
}

/** CLOCK_MONOTONIC in microseconds, as systemd counts them. */
export const monotonicUsec = (): bigint => process.hrtime.bigint() / 1_000n;

/** Milliseconds since some moment, with fractions, never back: for how long things take, never for what is due. */
export const stopwatch = (): number => steadyMs();

const steadyMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Node's timers can be up to a millisecond early, and wrap beyond 31 bits: both are met by looking again and waiting on. */
function startTimer(ms: number, run: () => void, keepsAlive: boolean): Stop {
  if (Number.isNaN(ms)) throw new RangeError("a timer needs a length in milliseconds, got NaN");
  const due = steadyMs() + Math.ceil(ms);
  let timer = setTimeout(look, portion(ms));
  if (!keepsAlive) timer.unref();
  function look(): void {
    const left = due - steadyMs();
    if (left > 0) {
      timer = setTimeout(look, portion(left));
      if (!keepsAlive) timer.unref();
    } else run();
  }
  return () => clearTimeout(timer);
}

const portion = (ms: number): number => Math.min(LONGEST_TIMER_MS, Math.max(0, Math.ceil(ms)));
