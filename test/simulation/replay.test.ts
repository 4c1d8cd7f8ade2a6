import { expect, test } from "vitest";
import { midtransFor, simulate } from "./run.ts";

test("the same seed tells the same story, another seed another one", async () => {
  const [one, again, other] = [await simulate(11), await simulate(11), await simulate(12)];
  expect(again).toEqual(one);
  expect(other.steps).not.toBe(one.steps);
});

test("the same seed tells the same story over our providers too", async () => {
  const banks = midtransFor(11);
  const [one, again] = [await simulate(11, { banks }), await simulate(11, { banks })];
  expect(again).toEqual(one);
});
