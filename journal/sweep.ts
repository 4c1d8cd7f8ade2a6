import type { WallMs } from "../protocol/time.ts";
import type { Journal } from "./journal.ts";

type Swept = Pick<Journal<never, never, never>, "sweep">;

/** Deletes all finished orders older than `beforeWall`. One sweep deletes some hundreds, so that sales in between do not wait. */
export async function sweepAll(journal: Swept, beforeWall: WallMs): Promise<number> {
  let total = 0;
  for (let swept = await journal.sweep(beforeWall); swept > 0; swept = await journal.sweep(beforeWall)) total += swept;
  return total;
}

export type Sweeping = {
  readonly journal: Swept;
  readonly keepDays: number;
  wall(): WallMs;
  /** Told after a sweep that found something. */
  swept(orders: number): void;
};

const DAY_MS = 24 * 3_600_000;
/** What is switched off every night sweeps too, but not while it is starting. */
const FIRST_SWEEP_MS = 10 * 60_000;

/** Once a day, everything that was finished more than `keepDays` ago: a round for whoever has the timers. */
export const dailySweep = ({ journal, keepDays, wall, swept }: Sweeping) => ({
  firstMs: FIRST_SWEEP_MS,
  everyMs: DAY_MS,
  what: "sweep failed",
  run: async (): Promise<void> => {
    const orders = await sweepAll(journal, wall() - keepDays * DAY_MS);
    if (orders > 0) swept(orders);
  },
});
