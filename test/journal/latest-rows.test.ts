import { expect, test } from "vitest";
import { LatestRows } from "../../journal/latest-rows.ts";

test("the rows that were written last are kept, and of those only the last words", () => {
  const rows = new LatestRows<number>(2);
  rows.set("A", 1);
  rows.set("B", 1);
  rows.set("A", 2);
  rows.set("C", 1);
  expect(["A", "B", "C"].map((order) => rows.get(order))).toEqual([2, undefined, 1]);
});

test("one row is forgotten, or all", () => {
  const rows = new LatestRows<number>(2);
  rows.set("A", 1);
  rows.set("B", 1);
  rows.forget("A");
  expect(["A", "B"].map((order) => rows.get(order))).toEqual([undefined, 1]);
  rows.clear();
  expect(rows.get("B")).toBeUndefined();
});
