import type { Clock, Stop } from "../protocol/time.ts";
import type { Log } from "./log.ts";

export type Round = {
  readonly firstMs: number;
  /** From the end of one run to the beginning of the next. */
  readonly everyMs: number;
  /** For the log, when a run fails: the next one comes all the same. */
  readonly what: string;
  run(): Promise<void>;
};

/** Runs something again and again, never twice at once, until stopped. */
export function every(clock: Clock, log: Log, { firstMs, everyMs, what, run }: Round): Stop {
  let isStopped = false;
  let stopTimer: Stop = () => undefined;
  const wait = (ms: number): void => {
    if (!isStopped) stopTimer = clock.after(ms, go);
  };
  const go = (): void => {
    run()
      .catch((error: unknown) => log.warn(what, { error }))
      .finally(() => wait(everyMs))
      .catch(() => undefined);
  };
  wait(firstMs);
  return () => {
    isStopped = true;
    stopTimer();
  };
}
