import { expect, test } from "vitest";
import { isReached, later, leftMs } from "../../protocol/time.ts";
import { VirtualClock } from "./virtual-clock.ts";

test("timers run in the order of their due time, each at its own time", async () => {
  const clock = new VirtualClock();
  const ran: string[] = [];
  clock.after(30, () => ran.push(`late at ${clock.now().ms}`));
  clock.after(10, () => ran.push(`early at ${clock.now().ms}`));
  clock.after(10, () => ran.push(`early too at ${clock.now().ms}`));
  clock.after(31, () => ran.push("too late"));
  await clock.advance(30);
  expect(ran).toEqual(["early at 10", "early too at 10", "late at 30"]);
});

test("a timer that a timer sets runs within the same stretch of time", () => {
  const clock = new VirtualClock();
  const at: number[] = [];
  const again = () => {
    at.push(clock.now().ms);
    clock.after(20, again);
  };
  clock.after(20, again);
  clock.pass(65);
  expect(at).toEqual([20, 40, 60]);
  expect(clock.now().ms).toBe(65);
});

test("promises set off by one timer go on before the next timer runs", async () => {
  const clock = new VirtualClock();
  const heard: string[] = [];
  clock.after(1, () => void Promise.resolve().then(() => heard.push("first, after its promise")));
  clock.after(2, () => heard.push("second"));
  await clock.advance(2);
  expect(heard).toEqual(["first, after its promise", "second"]);
});

test("a stopped timer never runs, and stopping twice is harmless", () => {
  const clock = new VirtualClock();
  let ran = 0;
  const stop = clock.after(5, () => (ran += 1));
  stop();
  stop();
  clock.pass(10);
  expect([ran, clock.pending]).toEqual([0, 0]);
});

test("a jump of the wall clock moves no steady time and no timer", () => {
  const clock = new VirtualClock({ wall: 1_000_000 });
  let ran = 0;
  clock.after(100, () => (ran += 1));
  clock.jumpWall(3_600_000);
  clock.pass(99);
  expect([ran, clock.now().ms, clock.wall()]).toEqual([0, 99, 4_600_099]);
});

test("after a reboot steady time has another name, begins at 0, and no timer is left", () => {
  const clock = new VirtualClock();
  let ran = 0;
  clock.after(10, () => (ran += 1));
  const due = later(clock.now(), 50);
  expect(leftMs(due, clock.now())).toBe(50);
  clock.pass(5);
  clock.reboot();
  clock.pass(20);
  expect([ran, clock.now().ms, clock.pending, isReached(due, clock.now())]).toEqual([0, 20, 0, true]);
});
