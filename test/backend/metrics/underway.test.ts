import { expect, test } from "vitest";
import { Underway } from "../../../backend/metrics/underway.ts";

const opened = () => {
  const now = { ms: 100 };
  const lasted: number[] = [];
  const underway = new Underway<string>(() => now.ms);
  const end = (name: string): boolean => underway.end(name, (ms) => void lasted.push(ms));
  return { now, lasted, underway, end };
};

test("what is under way lasts from its first beginning to its first end", () => {
  const { now, lasted, underway, end } = opened();
  underway.begin("a", 40);
  now.ms = 200;
  underway.begin("a");
  now.ms = 250;
  expect([end("a"), end("a"), end("b")]).toEqual([true, false, false]);
  expect(lasted).toEqual([190]);
});

test("of very much that never ends the oldest is forgotten", () => {
  const { underway, end } = opened();
  for (let nth = 0; nth <= 20_000; nth += 1) underway.begin(`order-${nth}`);
  expect([end("order-0"), end("order-1"), end("order-20000")]).toEqual([false, true, true]);
});
