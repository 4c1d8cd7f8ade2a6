import { describe, expect, onTestFinished, test } from "vitest";
import { keepReconciling } from "../../../backend/reconcile/daily.ts";
import type { Day } from "../../../backend/reconcile/day.ts";
import type { Report } from "../../../backend/reconcile/report/rows.ts";
import { silentLog } from "../../../host/log.ts";
import { settle } from "../../support/virtual-clock.ts";
import { NOON, openShop, passing, type Shop } from "./shop.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const HALF_PAST_THREE = 210;

type Kept = {
  readonly asked: string[];
  readonly reports: Map<string, Report>;
  /** What was begun and not ended when a report was asked for. */
  readonly begunThen: (readonly string[])[];
  /** How often left files were looked for. */
  taken: number;
  stop(): Promise<void>;
};

/** Lets the shop reconcile itself every day. */
function keep(shop: Shop, catchUpDays = 1, leads: () => boolean = () => true): Kept {
  const reconciler = shop.reconciler(leads);
  const stop = async (): Promise<void> => {
    stopDaily();
    await reconciler.stop();
  };
  const kept: Kept = { asked: [], reports: new Map(), begunThen: [], taken: 0, stop };
  const stopDaily = keepReconciling({
    reconciler,
    results: shop.results,
    clock: shop.clock,
    log: silentLog,
    at: HALF_PAST_THREE,
    catchUpDays,
    reportOf: async (day) => {
      kept.asked.push(day);
      kept.begunThen.push((await shop.results.begun()).map((part) => part.day));
      return kept.reports.get(day);
    },
    takeLeft: async () => {
      kept.taken += 1;
    },
  });
  onTestFinished(stop);
  return kept;
}

/** So much time passes; what waits for a disk is waited for before it goes on. */
async function pass(shop: Shop, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= MINUTE) {
    while (shop.clock.pending === 0) await settle(1);
    await shop.clock.advance(MINUTE);
  }
  while (shop.clock.pending === 0) await settle(1);
}

async function isDone(shop: Shop, ...days: readonly string[]): Promise<readonly boolean[]> {
  const done = await shop.results.done();
  return days.map((day) => done.includes(day as Day));
}

describe("every day", () => {
  test("the day before is reconciled at half past three in western Indonesia, once", async () => {
    const shop = await openShop();
    await shop.sold();
    const { asked } = keep(shop);
    await pass(shop, 15 * HOUR + 43 * MINUTE);
    expect(await isDone(shop, "2026-11-19", "2026-11-20")).toEqual([true, false]);
    await pass(shop, 10 * MINUTE);
    expect(await isDone(shop, "2026-11-20", "2026-11-21")).toEqual([true, false]);
    await pass(shop, 3 * HOUR);
    expect(asked).toEqual(["2026-11-19", "2026-11-20"]);
    expect(shop.provider.asked).toHaveLength(1);
  });

  test("days that a stop has missed are made up for, oldest first, as many as wanted", async () => {
    const shop = await openShop();
    const { asked } = keep(shop, 3);
    await pass(shop, 5 * MINUTE);
    expect(asked).toEqual(["2026-11-17", "2026-11-18", "2026-11-19"]);
    expect(await isDone(shop, "2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19")).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  test("what was interrupted is gone on with first, without another report, be it a day that was asked for by hand", async () => {
    const shop = await openShop();
    for (const isWhole of [false, true]) {
      await shop.results.begin({ day: "2026-11-10" as Day, isWhole }, { begun: NOON });
    }
    const { asked, begunThen } = keep(shop);
    await pass(shop, 5 * MINUTE);
    expect(await shop.results.begun()).toEqual([]);
    expect(await isDone(shop, "2026-11-10", "2026-11-19")).toEqual([true, true]);
    expect(asked).toEqual(["2026-11-19"]);
    expect(begunThen).toEqual([[]]);
  });

  test("one backend of several does it, and takes over once what an earlier version has left", async () => {
    const shop = await openShop();
    let leads = false;
    const kept = keep(shop, 1, () => leads);
    await pass(shop, 5 * MINUTE);
    expect([kept.taken, kept.asked]).toEqual([0, []]);
    leads = true;
    await pass(shop, 5 * MINUTE);
    expect([kept.taken, kept.asked]).toEqual([1, ["2026-11-19"]]);
  });

  test("the report of the day is compared, where there is one", async () => {
    const shop = await openShop();
    const { reports } = keep(shop);
    const rows = [{ line: 2, reference: "QRIS-1", status: "settled" as const }];
    reports.set("2026-11-19", { name: "r.csv", rows, unread: [] });
    await pass(shop, 5 * MINUTE);
    expect(await shop.results.summaryOf("2026-11-19" as Day)).toMatchObject({
      report: "r.csv",
      differences: { count: 1 },
    });
  });

  test("a stop in the middle of what is made up for leaves the days behind it untouched", async () => {
    const shop = await openShop();
    await shop.sold();
    await shop.clock.advance(48 * HOUR);
    const { asked, stop } = keep(shop, 3);
    const stopped = new Promise<void>((resolve) => {
      shop.provider.meanwhile = () => void stop().then(resolve);
    });
    await passing(shop.clock, stopped);
    expect(asked).toEqual(["2026-11-19", "2026-11-20"]);
    expect(await isDone(shop, "2026-11-19", "2026-11-20", "2026-11-21")).toEqual([true, false, false]);
    expect(await shop.results.begun()).toEqual([{ day: "2026-11-20", isWhole: true }]);
  });

  test("a run that failed is tried again after ten minutes, not every minute, and nothing behind it before", async () => {
    const shop = await openShop();
    keep(shop, 3);
    const mend = await shop.breakStore();
    await pass(shop, 9 * MINUTE);
    expect(shop.errors).toHaveLength(1);
    await mend();
    await pass(shop, 5 * MINUTE);
    expect(await isDone(shop, "2026-11-17", "2026-11-18", "2026-11-19")).toEqual([true, true, true]);
  });
});
