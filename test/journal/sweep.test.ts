import { expect, test } from "vitest";
import { sweepAll } from "../../journal/sweep.ts";

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
