import fc from "fast-check";
import { expect, test } from "vitest";
import { Throttle } from "../../../backend/pay/throttle.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const admitted = (throttle: Throttle, address: string, times: number): number =>
  Array.from({ length: times }, () => throttle.admits(address)).filter(Boolean).length;

test.each([1, 7, 60, 600])("of one address %i requests a minute are answered, however they come", (aMinute) => {
  const clock = new VirtualClock();
  const throttle = new Throttle({ clock, aMinute });
  expect(admitted(throttle, "10.0.0.1", 2 * aMinute)).toBe(aMinute);
  clock.pass(60_000);
  expect(admitted(throttle, "10.0.0.1", 2 * aMinute)).toBe(aMinute);
  clock.pass(Math.ceil(60_000 / aMinute));
  expect(admitted(throttle, "10.0.0.1", 2)).toBe(1);
});

test("whoever asks steadily within the bound is always answered, and never more than twice the bound in any minute", () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 200 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 50 }), (pauses, aMinute) => {
      const clock = new VirtualClock();
      const throttle = new Throttle({ clock, aMinute });
      const answered = pauses.flatMap((ms) => {
        clock.pass(ms);
        return throttle.admits("10.0.0.1") ? [clock.now().ms] : [];
      });
      for (const from of answered) {
        const within = answered.filter((at) => at >= from && at < from + 60_000).length;
        expect(within).toBeLessThanOrEqual(2 * aMinute);
      }
    }),
  );
  const clock = new VirtualClock();
  const steady = new Throttle({ clock, aMinute: 20 });
  for (let times = 0; times < 200; times += 1) {
    expect(steady.admits("10.0.0.1")).toBe(true);
    clock.pass(3_000);
  }
});

test("one address does not use up another's", () => {
  const throttle = new Throttle({ clock: new VirtualClock(), aMinute: 2 });
  expect(admitted(throttle, "10.0.0.1", 5)).toBe(2);
  expect(admitted(throttle, "10.0.0.2", 5)).toBe(2);
});

test("all addresses of one IPv6 network are one, however they are written, and another network is another", () => {
  const throttle = new Throttle({ clock: new VirtualClock(), aMinute: 3 });
  const same = ["2001:db8::1", "2001:DB8:0:0:ffff::2", "2001:0db8:0000:0000:1:2:3:4", "2001:db8::"];
  expect(same.map((address) => throttle.admits(address))).toEqual([true, true, true, false]);
  expect(throttle.admits("2001:db8:0:1::1")).toBe(true);
  expect(throttle.admits("::1")).toBe(true);
});

test("a flood of addresses takes no more memory than its bound, and the longest quiet are forgotten", () => {
  const throttle = new Throttle({ clock: new VirtualClock(), aMinute: 1, bound: 100 });
  for (let nth = 0; nth < 100_000; nth += 1) throttle.admits(`a${nth}`);
  expect(throttle.size).toBe(100);
  expect(throttle.admits("a99999")).toBe(false);
  expect(throttle.admits("a0")).toBe(true);
});

test("one that keeps asking is not forgotten in a flood of others", () => {
  const throttle = new Throttle({ clock: new VirtualClock(), aMinute: 5, bound: 100 });
  expect(admitted(throttle, "10.0.0.1", 4)).toBe(4);
  for (let nth = 0; nth < 99; nth += 1) throttle.admits(`a${nth}`);
  expect(throttle.admits("10.0.0.1")).toBe(true);
  for (let nth = 0; nth < 99; nth += 1) throttle.admits(`b${nth}`);
  expect(throttle.admits("10.0.0.1")).toBe(false);
});
