import type { Clock } from "../../protocol/time.ts";

/** Resolves after `ms` milliseconds, at once when `signal` says so. With 0 it lets whatever else is due run. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      stop();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const stop = clock.after(ms, end);
    signal.addEventListener("abort", end, { once: true });
  });
}
