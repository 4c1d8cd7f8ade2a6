import { describe, expect, test } from "vitest";
import { tellKinds } from "../../../backend/ledger/effects.ts";
import { ONLY_MERCHANT } from "../../../backend/merchants/merchants.ts";
import type { Standing } from "../../../backend/providers/provider.ts";
import { type Day, dayOf } from "../../../backend/reconcile/day.ts";
import type { Entry } from "../../../backend/reconcile/entry.ts";
import type { Begun, Reconciler } from "../../../backend/reconcile/reconciler.ts";
import type { Report, ReportRow } from "../../../backend/reconcile/report/rows.ts";
import type { Summary } from "../../../backend/reconcile/summary.ts";
import type { OrderId, StandId } from "../../../protocol/ids.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import { PRICE } from "../../support/sale.ts";
import { settle } from "../../support/virtual-clock.ts";
import { openShop, passing, type Shop } from "./shop.ts";

const DAY = "2026-11-20" as Day;
const HOUR = 3_600_000;
const unclear: Standing = { is: "unclear", detail: "no answer" };

const endOf = (begun: Begun): Promise<Summary | undefined> => {
  if (begun.is !== "begun") throw new Error(begun.is);
  return begun.ended;
};

/** Reconciles the shop's day as if it was over; resolves to what came out. */
async function reconcile(shop: Shop, more: { day?: Day; report?: Report; by?: Reconciler } = {}): Promise<Summary> {
  const { day = DAY, report, by = shop.reconciler() } = more;
  const summary = await passing(shop.clock, endOf(by.begin({ day, isWhole: true }, report)));
  if (summary === undefined) throw new Error(`nothing came out: ${by.failure?.problem}`);
  return summary;
}

const namesIn = ({ differences }: Summary) => differences.listed.map(({ is }) => is);

async function entriesOf(shop: Shop, day = DAY): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  for await (const entry of shop.results.entriesOf(day)) found.push(entry);
  return found;
}

describe("a reconciliation", () => {
  test("finds nothing where both books agree, and sums the day up", async () => {
    const shop = await openShop();
    await shop.sold();
    await shop.sold("stand-2" as StandId);
    await shop.cancelled();
    const summary = await reconcile(shop);
    expect(summary).toMatchObject({ day: DAY, isWhole: true, orders: 3, differences: { count: 0 } });
    expect(summary.totals.map(({ stand, payments, gross, acquirer }) => [stand, payments, gross, acquirer])).toEqual([
      ["stand-1", 1, PRICE, "gopay"],
      ["stand-2", 1, PRICE, "gopay"],
    ]);
    expect((await entriesOf(shop)).map(({ at }) => at)).toEqual(["delivered", "delivered", "voided"]);
    expect(shop.errors).toEqual([]);
  });

  test("looks at all orders of the day, however many there are", async () => {
    const shop = await openShop({ ordersAPage: 2 });
    for (let left = 5; left > 0; left -= 1) await shop.sold();
    expect(await reconcile(shop)).toMatchObject({ orders: 5, totals: [{ payments: 5 }] });
  });

  test("finds the money that came after a void and was never told: the ledger has it, and somebody is told", async () => {
    const shop = await openShop({ isSlowToLearn: true });
    const order = await shop.cancelled();
    shop.settle(order);
    const summary = await reconcile(shop);
    expect(summary.differences.listed).toEqual([
      { order, is: "paid-there-not-here", attempt: 1, there: PRICE, transaction: "t-1" },
    ]);
    expect(await shop.stateOf(order)).toMatchObject({ at: "paid", receipts: [{ attempt: 1 }] });
    await shop.work();
    expect(shop.errors).toEqual([
      expect.stringContaining('"alarm":"reconciliation"'),
      expect.stringContaining('"alarm":"paid-after-void"'),
    ]);
    expect(await entriesOf(shop)).toMatchObject([{ at: "paid", shares: { owed: PRICE } }]);
  });

  test("finds nothing more of it on the next day, though the finding is an event of that day", async () => {
    const shop = await openShop();
    shop.settle(await shop.cancelled());
    await shop.clock.advance(16 * HOUR);
    await reconcile(shop);
    const next = await reconcile(shop, { day: dayOf(shop.clock.wall()) });
    expect(next).toMatchObject({ orders: 1, differences: { count: 0 } });
  });

  test("looks at every attempt that was ever charged, not only at the last", async () => {
    const shop = await openShop();
    shop.provider.refusals.push({ is: "refused", retriable: true, because: "denied", detail: "900" });
    const order = await shop.cancelled();
    shop.settle(order, 1);
    const summary = await reconcile(shop);
    expect(shop.provider.asked.map(({ reference }) => reference)).toEqual([`${order}-1`, `${order}-2`]);
    expect(summary.differences.listed).toMatchObject([{ is: "paid-there-not-here", attempt: 1 }]);
  });

  test("ends what can still be paid though its order is over", async () => {
    const shop = await openShop();
    const order = await shop.cancelled();
    shop.provider.standings.set(`${order}-1`, { is: "pending", transaction: "t-9" });
    const summary = await reconcile(shop);
    expect(summary.differences.listed).toEqual([
      { order, is: "open-there-ended-here", attempt: 1, transaction: "t-9" },
    ]);
    shop.provider.voided.length = 0;
    await shop.work();
    expect(shop.provider.voided).toEqual([`${order}-1`]);
  });

  test("tells a refund that somebody made at the provider, once, however often the day is looked at", async () => {
    const shop = await openShop();
    const order = await shop.sold();
    shop.provider.standings.set(`${order}-1`, {
      is: "refunded",
      transaction: "t-1",
      isFull: false,
      refunds: [{ amount: rupiah(5_000), isConfirmed: true }],
    });
    expect((await reconcile(shop)).differences.listed).toEqual([
      { order, is: "refunded-there-not-here", attempt: 1, here: 0, there: 5_000 },
    ]);
    expect(namesIn(await reconcile(shop))).toEqual(["refunded-there-not-here"]);
    const told = (await shop.journal.story(order)).filter(
      ({ event }) => event.type === "news" && event.standing.is === "refunded",
    );
    expect(told).toHaveLength(1);
  });

  test("looks again at an order that moved while it was looked at, instead of calling that a difference", async () => {
    const shop = await openShop();
    const order = await shop.cancelled();
    shop.provider.meanwhile = async () => {
      shop.provider.meanwhile = () => undefined;
      shop.settle(order);
      const standing = shop.provider.standings.get(`${order}-1`);
      if (standing !== undefined) await shop.cashier.notified(ONLY_MERCHANT, `${order}-1`, standing);
    };
    expect(await reconcile(shop)).toMatchObject({ orders: 1, differences: { count: 0 } });
    expect(shop.provider.asked).toHaveLength(2);
  });

  test("looks three times at an order that never stands still, and no more", async () => {
    const shop = await openShop();
    const order = await shop.sold();
    let back = 0;
    shop.provider.meanwhile = async () => {
      back += 100;
      const refunds = [{ amount: rupiah(back), isConfirmed: true }];
      const standing: Standing = { is: "refunded", transaction: "t-1", isFull: false, refunds };
      await shop.cashier.notified(ONLY_MERCHANT, `${order}-1`, standing);
    };
    expect(await reconcile(shop)).toMatchObject({ orders: 1 });
    expect(shop.provider.asked).toHaveLength(3);
  });

  test("of orders that are gone from the ledger says nothing", async () => {
    const shop = await openShop();
    await shop.cancelled();
    const order = await shop.cancelled();
    shop.provider.meanwhile = async () => {
      const told = await shop.journal.take({ now: shop.clock.now(), kinds: tellKinds, limit: 10, leaseMs: 1 });
      for (const { id } of told) await shop.journal.finish(id);
      await shop.journal.sweep(shop.clock.wall() + 1);
    };
    expect(await reconcile(shop)).toMatchObject({ orders: 0, differences: { count: 0 } });
    expect(await shop.stateOf(order)).toBeUndefined();
  });
});

describe("the provider", () => {
  test("is asked no more often than so many times a second", async () => {
    const shop = await openShop({ callsPerSecond: 5 });
    for (let left = 12; left > 0; left -= 1) await shop.sold();
    await reconcile(shop);
    const times = shop.provider.asked.map(({ ms }) => ms);
    const gaps = times.slice(1).map((ms, at) => ms - (times[at] ?? 0));
    expect(gaps).toHaveLength(11);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(200);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(250);
  });

  test("is asked about one order no more often than every ten seconds, and about others meanwhile", async () => {
    const shop = await openShop();
    shop.provider.refusals.push({ is: "refused", retriable: true, because: "denied", detail: "900" });
    const order = await shop.cancelled();
    const other = await shop.sold();
    await reconcile(shop);
    expect(shop.provider.asked.map(({ reference }) => reference)).toEqual([`${order}-1`, `${other}-1`, `${order}-2`]);
    const [first, , last] = shop.provider.asked;
    expect((last?.ms ?? 0) - (first?.ms ?? 0)).toBeGreaterThanOrEqual(10_000);
  });

  test("that gives no clear answer is asked again within the run", async () => {
    const shop = await openShop();
    const order = await shop.cancelled();
    shop.settle(order);
    shop.provider.hiccups.push(unclear, unclear, unclear);
    expect(namesIn(await reconcile(shop))).toEqual(["paid-there-not-here"]);
    expect(shop.provider.asked).toHaveLength(4);
  });

  test("that gives no clear answer of one attempt is as patiently asked about the next", async () => {
    const shop = await openShop();
    shop.provider.refusals.push({ is: "refused", retriable: true, because: "denied", detail: "900" });
    await shop.cancelled();
    const ended: Standing = { is: "cancelled", transaction: "t-1" };
    shop.provider.hiccups.push(unclear, unclear, unclear, ended, unclear, unclear, unclear, ended);
    expect(await reconcile(shop)).toMatchObject({ differences: { count: 0 } });
    expect(shop.provider.asked).toHaveLength(8);
  });

  test("that never gives one leaves the order without an answer, and nothing is guessed", async () => {
    const shop = await openShop();
    const order = await shop.cancelled();
    shop.provider.hiccups.push(unclear, unclear, unclear, unclear);
    const summary = await reconcile(shop);
    expect(summary.differences.listed).toEqual([{ order, is: "no-answer", attempt: 1, detail: "no answer" }]);
    expect(await shop.stateOf(order)).toMatchObject({ at: "voided" });
  });

  test("is not asked for ever: what is left after six hours has no answer", async () => {
    const shop = await openShop();
    for (let left = 4; left > 0; left -= 1) await shop.sold();
    shop.provider.meanwhile = () => shop.clock.pass(3 * HOUR);
    const summary = await reconcile(shop);
    expect(shop.provider.asked).toHaveLength(2);
    expect(summary).toMatchObject({ orders: 4, differences: { count: 2 } });
    expect(namesIn(summary)).toEqual(["no-answer", "no-answer"]);
  });
});

test("what moved when there was no time left to look again has no answer, and is no difference of money", async () => {
  const shop = await openShop();
  shop.provider.refusals.push({ is: "refused", retriable: true, because: "denied", detail: "900" });
  const order = await shop.cancelled();
  shop.provider.meanwhile = async () => {
    shop.clock.pass(7 * HOUR);
    shop.settle(order);
    const standing = shop.provider.standings.get(`${order}-1`);
    if (standing !== undefined) await shop.cashier.learned(order, 1, standing);
  };
  expect(namesIn(await reconcile(shop))).toEqual(["no-answer", "no-answer"]);
});

describe("a run", () => {
  test("that is stopped is gone on with, and asks nothing twice", async () => {
    const shop = await openShop();
    const orders = [await shop.sold(), await shop.cancelled(), await shop.sold()];
    shop.settle(orders[1] as OrderId);
    const first = shop.reconciler();
    const begun = shop.clock.wall();
    shop.provider.meanwhile = () => {
      if (shop.provider.asked.length === 2) void first.stop();
    };
    expect(await passing(shop.clock, endOf(first.begin({ day: DAY, isWhole: true })))).toBeUndefined();
    expect(await shop.results.done()).not.toContain(DAY);
    expect(first.failure).toBeUndefined();
    expect(first.begin({ day: DAY, isWhole: true })).toEqual({ is: "stopped" });
    shop.provider.meanwhile = () => undefined;
    const summary = await reconcile(shop);
    const asked = shop.provider.asked.map(({ reference }) => reference);
    expect(asked.filter((reference) => reference === `${orders[0]}-1`)).toHaveLength(1);
    expect(summary).toMatchObject({ begun, orders: 3, differences: { count: 1 } });
    expect(summary.ended).toBeGreaterThan(begun);
    expect(summary.totals).toMatchObject([{ payments: 3 }]);
    expect((await entriesOf(shop)).map(({ order }) => order).sort()).toEqual([...orders].sort());
  });

  test("that is stopped is over when the stop is", async () => {
    const shop = await openShop();
    await shop.sold();
    const reconciler = shop.reconciler();
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      shop.provider.meanwhile = () => {
        resolve();
        return new Promise<void>((answered) => {
          answer = answered;
        });
      };
    });
    reconciler.begin({ day: DAY, isWhole: true });
    await passing(shop.clock, asked);
    let isStopped = false;
    const stopped = reconciler.stop().then(() => {
      isStopped = true;
    });
    await settle(5);
    expect(isStopped).toBe(false);
    answer();
    await passing(shop.clock, stopped);
    expect(reconciler.running).toBeUndefined();
  });

  test("that is stopped takes no interrupted question for one without an answer", async () => {
    const shop = await openShop();
    await shop.sold();
    shop.provider.hiccups.push(unclear, unclear, unclear, unclear);
    const first = shop.reconciler();
    shop.provider.meanwhile = () => {
      if (shop.provider.asked.length === 4) void first.stop();
    };
    await passing(shop.clock, endOf(first.begin({ day: DAY, isWhole: true })));
    expect(await reconcile(shop)).toMatchObject({ orders: 1, differences: { count: 0 } });
  });

  test("is alone, tells how far it is, and makes room when it is done", async () => {
    const shop = await openShop();
    for (let left = 3; left > 0; left -= 1) await shop.sold();
    const reconciler = shop.reconciler();
    const heard: unknown[] = [];
    shop.provider.meanwhile = () => {
      heard.push(reconciler.running?.done, reconciler.begin({ day: DAY, isWhole: true }));
    };
    await reconcile(shop, { by: reconciler });
    const busy = { is: "busy", day: DAY };
    expect(heard).toEqual([0, busy, 1, busy, 2, busy]);
    expect(reconciler.running).toBeUndefined();
    shop.provider.meanwhile = () => undefined;
    await reconcile(shop, { by: reconciler });
  });

  test("is begun by one backend of several, and by another one when that is gone", async () => {
    const shop = await openShop();
    await shop.sold();
    let leads = false;
    const reconciler = shop.reconciler(() => leads);
    expect(reconciler.begin({ day: DAY, isWhole: true })).toEqual({ is: "elsewhere" });
    leads = true;
    expect(await reconcile(shop, { by: reconciler })).toMatchObject({ orders: 1 });
  });

  test("that fails says why, and the next one may do better", async () => {
    const shop = await openShop();
    const reconciler = shop.reconciler();
    const mend = await shop.breakStore();
    const begun = reconciler.begin({ day: DAY, isWhole: true });
    expect(await passing(shop.clock, endOf(begun))).toBeUndefined();
    expect(reconciler.failure).toMatchObject({ day: DAY, problem: expect.stringContaining("no results today") });
    expect(shop.errors).toEqual([expect.stringContaining("reconciliation failed")]);
    await mend();
    await reconcile(shop, { by: reconciler });
    expect(reconciler.failure).toBeUndefined();
  });

  test("of a day that is not over covers what there is, and does not count as the day's", async () => {
    const shop = await openShop();
    await shop.sold();
    const reconciler = shop.reconciler();
    expect(reconciler.partOf(DAY)).toEqual({ day: DAY, isWhole: false });
    const summary = await passing(shop.clock, endOf(reconciler.begin(reconciler.partOf(DAY))));
    expect(summary).toMatchObject({ isWhole: false, orders: 1 });
    expect(await shop.results.done()).not.toContain(DAY);
    await shop.clock.advance(12 * HOUR + 15 * 60_000);
    expect(reconciler.partOf(DAY)).toEqual({ day: DAY, isWhole: true });
  });

  test("is of a whole day from the first moment of the next", async () => {
    const shop = await openShop();
    const reconciler = shop.reconciler();
    await shop.clock.advance(12 * HOUR + 15 * 60_000 - 1);
    expect(reconciler.partOf(DAY).isWhole).toBe(false);
    await shop.clock.advance(1);
    expect(reconciler.partOf(DAY).isWhole).toBe(true);
  });

  test("deletes older results than are kept, when the next one is made", async () => {
    const shop = await openShop({ keepDays: 32 });
    await reconcile(shop, { day: "2026-10-18" as Day });
    expect(await shop.results.done()).toContain("2026-10-18" as Day);
    await reconcile(shop, { day: "2026-10-19" as Day });
    expect(await shop.results.done()).not.toContain("2026-10-18" as Day);
    expect(await shop.results.done()).toContain("2026-10-19" as Day);
  });
});

describe("with the provider's report", () => {
  const rowOf = (reference: string, more: Partial<ReportRow> = {}): ReportRow => ({
    line: 2,
    reference,
    status: "settled",
    amount: PRICE,
    ...more,
  });
  const reportOf = (...rows: ReportRow[]): Report => ({ name: "r.csv", rows, unread: [] });

  test("that says the same there is nothing to say", async () => {
    const shop = await openShop();
    const order = await shop.sold();
    const summary = await reconcile(shop, { report: reportOf(rowOf(`${order}-1`)) });
    expect(summary).toMatchObject({ report: "r.csv", differences: { count: 0 } });
  });

  test("money of which nothing is known here is told, and payments that it does not name", async () => {
    const shop = await openShop();
    const [order] = [await shop.sold(), await shop.sold()];
    const summary = await reconcile(shop, { report: reportOf(rowOf(`${order}-1`), rowOf("QRIS-8f2a", { line: 3 })) });
    expect(namesIn(summary)).toEqual(["in-report-not-here", "missing-in-report"]);
  });

  test("that could not be read, or of a day that is not over, lacks nothing", async () => {
    const shop = await openShop();
    await shop.sold();
    const unread: Report = { ...reportOf(), unread: [{ because: "no CSV" }] };
    expect(namesIn(await reconcile(shop, { report: unread }))).toEqual(["report-not-read"]);
    const by = shop.reconciler();
    const begun = by.begin({ day: DAY, isWhole: false }, reportOf());
    expect(await passing(shop.clock, endOf(begun))).toMatchObject({ orders: 1, differences: { count: 0 } });
    expect(namesIn(await reconcile(shop, { report: reportOf() }))).toEqual(["missing-in-report"]);
  });

  test("the provider itself is asked about an order that the report names, of whatever day it is", async () => {
    const shop = await openShop();
    const order = await shop.cancelled();
    shop.settle(order);
    await shop.clock.advance(24 * HOUR);
    const tomorrow = "2026-11-21" as Day;
    expect((await reconcile(shop, { day: tomorrow })).orders).toBe(0);
    const summary = await reconcile(shop, { day: tomorrow, report: reportOf(rowOf(`${order}-1`)) });
    expect(namesIn(summary)).toEqual(["paid-there-not-here"]);
    expect(await shop.stateOf(order)).toMatchObject({ at: "paid" });
  });

  test("a payment that only the report knows of is told, and not believed", async () => {
    const shop = await openShop();
    const order = await shop.cancelled();
    const summary = await reconcile(shop, { report: reportOf(rowOf(`${order}-1`)) });
    expect(summary.differences.listed).toEqual([
      { order, is: "paid-in-report-only", attempt: 1, line: 2, there: PRICE },
    ]);
    expect(await shop.stateOf(order)).toMatchObject({ at: "voided" });
  });

  test("a payment around midnight may be in the report of either day", async () => {
    const shop = await openShop();
    await shop.clock.advance(12 * HOUR + 14 * 60_000 + 30_000);
    const order = await shop.cancelled();
    await shop.clock.advance(60_000);
    shop.settle(order);
    const standing = shop.provider.standings.get(`${order}-1`);
    if (standing !== undefined) await shop.cashier.notified(ONLY_MERCHANT, `${order}-1`, standing);
    const report = reportOf();
    expect((await reconcile(shop, { report })).differences.count).toBe(0);
    expect((await reconcile(shop, { day: "2026-11-21" as Day, report })).differences.count).toBe(0);
  });

  test("a run that was stopped remembers its report", async () => {
    const shop = await openShop();
    const orders = [await shop.sold(), await shop.sold()];
    const first = shop.reconciler();
    shop.provider.meanwhile = () => void first.stop();
    const report = reportOf(...orders.map((order) => rowOf(`${order}-1`)), rowOf("QRIS-1"));
    await passing(shop.clock, endOf(first.begin({ day: DAY, isWhole: true }, report)));
    shop.provider.meanwhile = () => undefined;
    const summary = await reconcile(shop);
    expect(summary).toMatchObject({ report: "r.csv", orders: 2 });
    expect(namesIn(summary)).toEqual(["in-report-not-here"]);
  });
});
