import { expect, test } from "vitest";
import { Turns } from "../../../backend/store/turns.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const nothing = (): void => undefined;

test("One has the turn, the others wait, and get it in the sequence in which they came", async () => {
  const turns = new Turns(new VirtualClock());
  const had: number[] = [];
  const first = await turns.next(nothing);
  const others = [1, 2, 3].map(async (nth) => {
    const turn = await turns.next(nothing);
    had.push(nth);
    turn.end();
  });
  expect(had).toEqual([]);
  first.end();
  first.end();
  await Promise.all(others);
  expect(had).toEqual([1, 2, 3]);
});

test("Whoever keeps the turn too long loses what it began, and can do nothing more with it", async () => {
  const clock = new VirtualClock();
  const turns = new Turns(clock);
  let lost = 0;
  const slow = await turns.next(() => {
    lost += 1;
  });
  const next = turns.next(nothing);
  clock.pass(7_999);
  slow.check();
  clock.pass(1);
  expect(lost).toBe(1);
  expect(() => slow.check()).toThrow("took longer than 8000 ms");
  const turn = await next;
  slow.end();
  turn.check();
  turn.end();
  expect(clock.pending).toBe(0);
});

test("A queue that is too long is refused", async () => {
  const turns = new Turns(new VirtualClock());
  const first = await turns.next(nothing);
  const waiting = Array.from({ length: 10_000 }, async () => (await turns.next(nothing)).end());
  await expect(turns.next(nothing)).rejects.toMatchObject({ code: "busy" });
  first.end();
  await Promise.all(waiting);
});
