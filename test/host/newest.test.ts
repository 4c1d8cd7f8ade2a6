import { expect, test } from "vitest";
import { putNewest } from "../../host/newest.ts";

test("the newest stay, and whatever is put in again is new again", () => {
  const map = new Map<string, number>();
  for (const [nth, key] of ["a", "b", "c", "a", "d"].entries()) putNewest(map, key, nth, 3);
  expect([...map]).toEqual([
    ["c", 2],
    ["a", 3],
    ["d", 4],
  ]);
});

test("a place for one holds the last one, and a place for none holds none", () => {
  const [one, none] = [new Map<string, number>(), new Map<string, number>()];
  for (const key of ["a", "b"]) putNewest(one, key, 1, 1);
  putNewest(none, "a", 1, 0);
  expect([[...one.keys()], none.size]).toEqual([["b"], 0]);
});
