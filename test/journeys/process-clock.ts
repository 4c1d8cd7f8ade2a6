import type { Clock, Stop } from "../../protocol/time.ts";

/** A clock whose timers die with the process that set them. */
export type ProcessClock = Clock & { end(): void };

export function processClock(clock: Clock): ProcessClock {
  const waiting = new Set<Stop>();
  let isOver = false;
  return {
    now: () => clock.now(),
    wall: () => clock.wall(),
    after: (ms, run) => {
      if (isOver) return () => undefined;
      const cancel = clock.after(ms, () => {
        waiting.delete(stop);
        run();
      });
      const stop = (): void => {
        cancel();
        waiting.delete(stop);
      };
      waiting.add(stop);
      return stop;
    },
    end: () => {
      isOver = true;
      for (const stop of [...waiting]) stop();
    },
  };
}
