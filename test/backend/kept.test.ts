import { expect, test } from "vitest";
import { kept } from "../../backend/kept.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

function counting() {
  const clock = new VirtualClock();
  const seen = { asked: 0, isBroken: false };
  const ask = kept(clock, 1_000, async () => {
    seen.asked += 1;
    if (seen.isBroken) throw new Error("away");
    return seen.asked;
  });
  return { clock, seen, ask };
}

test("however many ask, there is one answer a second", async () => {
  const { clock, ask } = counting();
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
  clock.pass(999);
  expect(await ask()).toBe(1);
  clock.pass(1);
  expect(await ask()).toBe(2);
});

test("what failed is asked anew, and so is what was forgotten, also while it is on its way", async () => {
  const { seen, ask } = counting();
  seen.isBroken = true;
  await expect(ask()).rejects.toThrow("away");
  seen.isBroken = false;
  const before = ask();
  ask.forget();
  expect([await ask(), await before, await ask()]).toEqual([3, 2, 3]);
});
