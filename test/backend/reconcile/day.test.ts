import { describe, expect, test } from "vitest";
import {
  type Day,
  dayOf,
  daysBefore,
  dueDays,
  readDay,
  readTimeOfDay,
  spanOf,
} from "../../../backend/reconcile/day.ts";

const HOUR = 3_600_000;
const day = (text: string): Day => text as Day;

describe("a day in western Indonesian time", () => {
  test.each([
    ["2026-11-20", true],
    ["2028-02-29", true],
    ["2026-02-29", false],
    ["2026-11-31", false],
    ["2026-1-2", false],
    ["20-11-2026", false],
    ["2026-11-20 ", false],
    ["yesterday", false],
    ["", false],
  ])("is read from %j: %j", (text, isDay) => {
    expect(readDay(text)).toBe(isDay ? text : undefined);
  });

  test("begins seven hours before the one in Greenwich, and lasts twenty-four", () => {
    const { fromWall, toWall } = spanOf(day("2026-11-20"));
    expect(new Date(fromWall).toISOString()).toBe("2026-11-19T17:00:00.000Z");
    expect(toWall - fromWall).toBe(24 * HOUR);
    expect([fromWall - 1, fromWall, toWall - 1, toWall].map(dayOf)).toEqual([
      "2026-11-19",
      "2026-11-20",
      "2026-11-20",
      "2026-11-21",
    ]);
  });

  test("is counted back over the ends of months and years", () => {
    expect(daysBefore(day("2026-03-01"), 1)).toBe("2026-02-28");
    expect(daysBefore(day("2026-01-02"), 3)).toBe("2025-12-30");
  });
});

test.each([
  ["03:30", 210],
  ["00:00", 0],
  ["23:59", 1_439],
  ["24:00", undefined],
  ["3:30", undefined],
  ["03:60", undefined],
  ["03.30", undefined],
])("the time of day %j is %j minutes", (text, minutes) => {
  expect(readTimeOfDay(text)).toBe(minutes);
});

describe("the days whose turn has come", () => {
  const at = 210;
  const due = (time: string, atMost: number, ...done: string[]) =>
    dueDays(Date.parse(`${time}+07:00`), at, atMost, (each) => done.includes(each));

  test("are those before yesterday until half past three, and yesterday from then on", () => {
    expect(due("2026-11-21T03:29", 1)).toEqual(["2026-11-19"]);
    expect(due("2026-11-21T03:30", 1)).toEqual(["2026-11-20"]);
    expect(due("2026-11-21T23:59", 1)).toEqual(["2026-11-20"]);
  });

  test("are the missed ones too, oldest first, as far back as wanted", () => {
    expect(due("2026-11-21T04:00", 3)).toEqual(["2026-11-18", "2026-11-19", "2026-11-20"]);
    expect(due("2026-11-21T04:00", 3, "2026-11-19")).toEqual(["2026-11-18", "2026-11-20"]);
    expect(due("2026-11-21T04:00", 3, "2026-11-18", "2026-11-19", "2026-11-20")).toEqual([]);
  });
});
