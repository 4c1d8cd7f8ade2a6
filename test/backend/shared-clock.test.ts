import { beforeEach, expect, test } from "vitest";
import { type SharedClock, sharedClock } from "../../backend/shared-clock.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/** What the clock that all share is ahead of this machine's steady one. */
let offset: number;
let own: VirtualClock;
/** How long an answer is on its way back. */
let wayMs: number;
let shared: SharedClock;

const FIRST = 1_700_000_000_000;

const ask = async (): Promise<number> => {
  const answer = own.now().ms + offset;
  own.pass(wayMs);
  return answer;
};

beforeEach(async () => {
  [offset, own, wayMs] = [FIRST, new VirtualClock(), 0];
  shared = await sharedClock({ own, ask });
});

const ms = (): number => shared.clock.now().ms;

test("shows what the shared clock shows, whatever the machine's wall clock says", () => {
  expect(shared.clock.now()).toEqual({ clock: "utc", ms: FIRST });
  own.pass(5_000);
  expect(ms()).toBe(FIRST + 5_000);
});

test("follows at once when the shared clock has gone forwards", async () => {
  offset += 90_000;
  await shared.check();
  expect(ms()).toBe(FIRST + 90_000);
});

test("goes slower, never back, when the shared clock is behind, until they are together again", async () => {
  offset -= 20_000;
  let before = ms();
  for (let nth = 0; nth < 20; nth += 1) {
    await shared.check();
    expect(ms()).toBeGreaterThanOrEqual(before);
    own.pass(30_000);
    expect(ms()).toBeGreaterThan(before);
    before = ms();
  }
  expect(ms() - (own.now().ms + offset)).toBeLessThan(100);
});

test("goes at half its pace and no slower, however far it is ahead", async () => {
  offset -= 3_600_000;
  const before = ms();
  await shared.check();
  own.pass(10_000);
  expect(ms()).toBe(before + 5_000);
});

test("leaves the machine's own wall clock, and its timers, what they are", () => {
  let isOver = false;
  shared.clock.after(100, () => {
    isOver = true;
  });
  own.pass(100);
  expect([shared.clock.wall(), isOver]).toEqual([own.wall(), true]);
});

test("takes half of what an answer was on its way, and does not believe one that took too long", async () => {
  wayMs = 200;
  shared = await sharedClock({ own, ask });
  expect(Math.abs(ms() - (own.now().ms + offset))).toBeLessThanOrEqual(100);
  const before = ms() - own.now().ms;
  [wayMs, offset] = [5_000, offset + 600_000];
  await shared.check();
  expect(Math.abs(ms() - own.now().ms - before)).toBeLessThan(100);
});
