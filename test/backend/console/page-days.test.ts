import { describe, expect, test } from "vitest";
import { dayOf, spanFilled, startOf } from "../../../backend/console/page/days.js";

/** The company's days, for a browser anywhere. */

const wall = (text: string): number => Date.parse(`${text}+07:00`);
const NOW = wall("2026-11-21T00:30:00");

test("a day is Jakarta's, also while another has begun elsewhere", () => {
  expect(dayOf(NOW)).toBe("2026-11-21");
  expect(startOf("2026-11-21")).toBe(wall("2026-11-21T00:00:00"));
});

describe("what is filled in to search by", () => {
  test.each([
    ["nothing", {}, undefined, undefined],
    ["a first day", { from: "2026-11-19" }, "2026-11-19T00:00:00", undefined],
    ["a last day, all of it", { to: "2026-11-19" }, undefined, "2026-11-20T00:00:00"],
    [
      "clocks on one day",
      { from: "2026-11-19", since: "14:00", till: "14:20" },
      "2026-11-19T14:00:00",
      "2026-11-19T14:21:00",
    ],
    ["clocks alone: today", { since: "00:10", till: "00:20" }, "2026-11-21T00:10:00", "2026-11-21T00:21:00"],
    ["a clock and a last day", { since: "22:00", to: "2026-11-19" }, "2026-11-19T22:00:00", "2026-11-20T00:00:00"],
    [
      "days and clocks",
      { from: "2026-11-18", since: "22:00", to: "2026-11-19", till: "06:00" },
      "2026-11-18T22:00:00",
      "2026-11-19T06:01:00",
    ],
  ] as const)("%s", (_what, filled, from, to) => {
    expect(spanFilled(filled, NOW)).toEqual({ from: from && wall(from), to: to && wall(to) });
  });
});
