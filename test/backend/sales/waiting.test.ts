import { expect, test } from "vitest";
import {
  moneyWaiting,
  oldestPaid,
  openByMerchant,
  openByState,
  openOfMerchants,
  openOfStates,
  paidLongest,
  waitingIn,
} from "../../../backend/sales/waiting.ts";
import { sql } from "../../../backend/store/query.ts";
import type { Store } from "../../../backend/store/store.ts";
import { storeSuites } from "../../support/stores.ts";
import { type EventName, intoBook, openShop, SOLD, sell } from "./orders.ts";

const NOON = Date.parse("2026-11-20T12:00:00+07:00");
const FAILED: readonly EventName[] = ["asked", "offered", "paid", "failed"];

/** So many sales of years that are at their end. */
async function fill(store: Store, count: number): Promise<void> {
  const row = await store.selectFrom("sales").selectAll().where("is_finished", "=", 1).executeTakeFirstOrThrow();
  for (let from = 0; from < count; from += 500) {
    const rows = Array.from({ length: 500 }, (_, nth) => ({ ...row, order_id: `OLD${from + nth}` }));
    await store.insertInto("sales").values(rows).execute();
  }
}

const queriesOf = (store: Store) =>
  [waitingIn(store), openOfMerchants(store), openOfStates(store), paidLongest(store)] as const;

async function planOf(store: Store, query: ReturnType<typeof queriesOf>[number]): Promise<string> {
  const isFile = waitingIn(store).compile().sql.includes("?");
  const { rows } = isFile
    ? await sql`EXPLAIN QUERY PLAN SELECT * FROM ${query} AS open`.execute(store)
    : await sql`EXPLAIN ${query}`.execute(store);
  return JSON.stringify(rows);
}

storeSuites("Orders whose money waits", (fresh) => {
  test("are named, the longest paid first, and those that are at their end or not paid are not", async () => {
    const [store, shop] = [await fresh(), openShop(NOON)];
    const first = await sell(shop, FAILED);
    const back = await sell(shop, [...FAILED, "refund"]);
    const paid = await sell(shop, ["asked", "offered", "paid"]);
    const all = [paid, back, first, await sell(shop, SOLD), await sell(shop, ["asked", "offered"])];
    await intoBook(store, shop, all);
    expect(await moneyWaiting(store, 10)).toEqual([first, back, paid]);
    expect(await moneyWaiting(store, 2)).toEqual([first, back]);
    expect([...(await openByMerchant(store))]).toEqual([["main", 4]]);
  });

  test("are counted by state, and the longest paid tells since when: what is on its way back does not count there", async () => {
    const [store, shop] = [await fresh(), openShop(NOON)];
    expect([[...(await openByState(store))], await oldestPaid(store)]).toEqual([[], undefined]);
    const back = await sell(shop, [...FAILED, "refund"]);
    const first = await sell(shop, FAILED);
    const all = [back, first, await sell(shop, FAILED), await sell(shop, ["asked", "offered"]), await sell(shop, SOLD)];
    await intoBook(store, shop, all);
    expect(Object.fromEntries(await openByState(store))).toEqual({ refunding: 1, owed: 2, payable: 1 });
    // Five events of the first order; the third of the second is its payment.
    expect(await oldestPaid(store)).toBe(NOON + 5_000 + 2_000);
  });

  test("are found by an index of the open ones, however long the book is", async () => {
    const [store, shop] = [await fresh(), openShop(NOON)];
    await intoBook(store, shop, [await sell(shop, FAILED), await sell(shop, SOLD)]);
    await fill(store, 5_000);
    await sql`ANALYZE`.execute(store);
    for (const query of queriesOf(store)) {
      const plan = await planOf(store, query);
      expect(plan).toContain("sales_open");
      expect(plan).not.toMatch(/Seq Scan|SCAN sales(?! USING (COVERING )?INDEX sales_open)/);
    }
  });
});
