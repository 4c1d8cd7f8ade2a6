import { beforeAll, expect, test } from "vitest";
import { TROUBLES } from "./faults.ts";
import { type RunReport, runFleet } from "./run.ts";
import { judge } from "./verdict.ts";

/* The short form of `npm run fleet`: 24 stands, each trouble once. */

let report: RunReport;
const told: string[] = [];

beforeAll(async () => {
  report = await runFleet({
    ...{ stands: 24, backends: 3, houses: 2, seed: 7, pauseMs: 1_500, diskMb: 400 },
    ...{ sellMs: 40_000, afterMs: 5_000, troubleEveryMs: 1_500, restWithinMs: 150_000 },
    firstTroubles: TROUBLES,
    tell: (what) => told.push(what),
  });
}, 300_000);

test("amid every trouble, each order that was paid is delivered, refunded or owed, none twice, and nothing is left to do", () => {
  expect(report.wrongs, told.join("\n")).toEqual([]);
  expect(report.tally.delivered).toBeGreaterThan(100);
  expect(report.tally.unpaid).toBeGreaterThan(5);
  expect(report.tally.owed + report.tally.refunded).toBeGreaterThan(0);
});

test("each order has its fate, of those amid the troubles and of those after them", () => {
  const told = Object.values(report.accounts).flatMap(({ fates }) => [...fates]);
  expect(told.reduce((sum, [, count]) => sum + count, 0)).toBe(report.tally.orders);
  expect(told.map(([fate]) => fate)).not.toContain("unpaid, and nobody saw why");
});

test("every trouble was there", () => {
  const rootOnly = process.getuid?.() === 0 ? [] : ["disk full"];
  expect([...report.troubles.keys()].sort()).toEqual(TROUBLES.filter((each) => !rootOnly.includes(each)).sort());
  expect(report.deaths).toBeGreaterThan(0);
});

test("a doubled release and a lost settlement among these orders would be found", () => {
  const sold = report.truth.find(({ ledger }) => ledger?.at === "delivered");
  const others = report.truth.filter((each) => each !== sold);
  if (sold === undefined) throw new Error("nothing was sold");
  const lost = { at: "voided", received: 0, because: undefined };
  expect(judge([...others, { ...sold, pulses: 2 }], {})).toEqual([`${sold.order} was released 2 times`]);
  expect(judge([...others, { ...sold, ledger: lost }], {})).toContain(`${sold.order} was paid and is voided`);
});
