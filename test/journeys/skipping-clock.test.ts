import { expect, test } from "vitest";
import { VirtualClock } from "../support/virtual-clock.ts";
import { SkippingClock, untilInJakarta } from "./skipping-clock.ts";

test("what is due runs in its own time, or in the turns after a skip that passes it, once", () => {
  const street = new VirtualClock();
  const clock = new SkippingClock(street);
  const rang: string[] = [];
  for (const ms of [3_600_000, 60_000, 100]) clock.after(ms, () => rang.push(`${ms}`));
  const stop = clock.after(50, () => rang.push("stopped"));
  stop();
  street.pass(100);
  expect(rang).toEqual(["100"]);
  clock.skip(60_000);
  street.pass(0);
  expect(rang).toEqual(["100", "60000"]);
  expect([clock.now().ms, clock.wall() - street.wall()]).toEqual([60_100, 60_000]);
  street.pass(3_539_900);
  expect(rang).toEqual(["100", "60000", "3600000"]);
});

test("Jakarta is seven hours before Greenwich", () => {
  const noonInJakarta = Date.UTC(2026, 0, 1, 5);
  expect(untilInJakarta("12:00", noonInJakarta)).toBe(0);
  expect(untilInJakarta("23:57", noonInJakarta)).toBe((11 * 60 + 57) * 60_000);
  expect(untilInJakarta("06:00", noonInJakarta)).toBe(18 * 3_600_000);
});
