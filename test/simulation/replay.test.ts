import { expect, test } from "vitest";
import { simulate } from "./run.ts";

test("the same seed tells the same story, another seed another one", async () => {
  const [one, again, other] = [await simulate(11), await simulate(11), await simulate(12)];
  expect(again).toEqual(one);
  expect(other.steps).not.toBe(one.steps);
});
