import { describe, expect, test } from "vitest";
import { Agenda } from "../../../backend/reconcile/agenda.ts";
import { pause } from "../../../backend/reconcile/pause.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";

const at = (ms: number) => ({ clock: "utc", ms });

describe("an agenda", () => {
  test("goes through its tasks in their order, and is empty after the last", () => {
    const agenda = new Agenda(["a", "b"]);
    expect([agenda.next(at(0)), agenda.next(at(0)), agenda.next(at(0))]).toEqual([
      { is: "task", task: "a" },
      { is: "task", task: "b" },
      { is: "empty" },
    ]);
  });

  test("takes what was put off first, once its time has come, and the earliest first", () => {
    const agenda = new Agenda(["fresh"]);
    agenda.putOff("late", at(20));
    agenda.putOff("early", at(10));
    agenda.putOff("early too", at(10));
    const tasks = [20, 20, 20, 20].map((ms) => agenda.next(at(ms)));
    expect(tasks.map((next) => (next.is === "task" ? next.task : next.is))).toEqual([
      "early",
      "early too",
      "late",
      "fresh",
    ]);
  });

  test("does something else meanwhile, and says how long to wait when there is nothing else", () => {
    const agenda = new Agenda(["fresh"]);
    agenda.putOff("later", at(10));
    expect(agenda.next(at(4))).toEqual({ is: "task", task: "fresh" });
    expect(agenda.next(at(4))).toEqual({ is: "wait", ms: 6 });
    expect(agenda.next(at(10))).toEqual({ is: "task", task: "later" });
  });
});

describe("a pause", () => {
  test("lasts as long as it should", async () => {
    const clock = new VirtualClock();
    let isOver = false;
    void pause(clock, 100, new AbortController().signal).then(() => {
      isOver = true;
    });
    await clock.advance(99);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect(isOver).toBe(true);
  });

  test("ends at once when the signal says so, and leaves no timer", async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const waiting = pause(clock, 100, stop.signal);
    expect(clock.pending).toBe(1);
    stop.abort();
    await waiting;
    await pause(clock, 100, stop.signal);
    await settle();
    expect(clock.pending).toBe(0);
  });
});
