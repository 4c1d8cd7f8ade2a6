import { expect, test } from "vitest";
import { dailySweep, sweepAll } from "../../journal/sweep.ts";

test("sweeps until nothing old is left, and says how much that was", async () => {
  const left = [500, 500, 12];
  const asked: number[] = [];
  const journal = {
    sweep: async (beforeWall: number) => {
      asked.push(beforeWall);
      return left.shift() ?? 0;
    },
  };
  expect(await sweepAll(journal, 77)).toBe(1_012);
  expect(asked).toEqual([77, 77, 77, 77]);
});

test("once a day sweeps what was finished more than its days ago, and tells only of what it found", async () => {
  const left = [3, 0, 0];
  const asked: number[] = [];
  const told: number[] = [];
  const sweep = async (beforeWall: number): Promise<number> => {
    asked.push(beforeWall);
    return left.shift() ?? 0;
  };
  const wall = (): number => Date.UTC(2026, 10, 21);
  const round = dailySweep({ journal: { sweep }, keepDays: 90, wall, swept: (orders) => told.push(orders) });
  expect([round.firstMs, round.everyMs]).toEqual([600_000, 24 * 3_600_000]);
  await round.run();
  await round.run();
  expect(asked).toEqual(Array(3).fill(Date.UTC(2026, 7, 23)));
  expect(told).toEqual([3]);
});
