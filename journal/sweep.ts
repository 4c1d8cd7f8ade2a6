import type { Journal } from "./journal.ts";

/** Deletes all finished orders older than `beforeWall`. One sweep deletes some hundreds, so that sales in between do not wait. */
export async function sweepAll(
  journal: Pick<Journal<never, never, never>, "sweep">,
  beforeWall: number,
): Promise<number> {
  let total = 0;
  for (let swept = await journal.sweep(beforeWall); swept > 0; swept = await journal.sweep(beforeWall)) total += swept;
  return total;
}
