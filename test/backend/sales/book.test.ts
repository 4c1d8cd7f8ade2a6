import { expect, test } from "vitest";
import type { Day } from "../../../backend/reconcile/day.ts";
import { csvOfDay, csvOfSales, dayOfSales } from "../../../backend/sales/report.ts";
import { sweepSales } from "../../../backend/sales/retention.ts";
import { saleOf } from "../../../backend/sales/sale.ts";
import { type SalesFilter, searchSales } from "../../../backend/sales/search.ts";
import { owedNow, salesSums, salesTotal } from "../../../backend/sales/sums.ts";
import type { Store } from "../../../backend/store/store.ts";
import { claimCodeOf, type OrderId } from "../../../protocol/ids.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import { storeSuites } from "../../support/stores.ts";
import { COFFEE, eventsOf, intoBook, openShop, type Shop, SOLD, sell, TEA } from "./orders.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const at = (text: string): number => Date.parse(`${text}+07:00`);
const MORNING = at("2026-11-20T08:15:00");
const found = async (store: Store, filter: SalesFilter): Promise<readonly string[]> =>
  (await searchSales(store, filter)).sales.map(({ order_id }) => order_id);

async function wholeOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

/** Coffee at 08:15 at stand-1, tea and coffee at 09:15 at stand-2, and one that was never paid. */
async function threeOrders(store: Store): Promise<{ shop: Shop; orders: readonly [OrderId, OrderId, OrderId] }> {
  const shop = openShop(MORNING);
  const coffee = await sell(shop, SOLD, { issuer: "gopay" });
  shop.wall.now = MORNING + HOUR_MS;
  const both = await sell(shop, ["asked", "offered", "paid", "failed"], {
    stand: "stand-2",
    items: [{ ...TEA, quantity: 2 }, COFFEE],
  });
  const unpaid = await sell(shop, ["asked", "offered", "voided"], { items: [TEA] });
  await intoBook(store, shop, [coffee, both, unpaid]);
  return { shop, orders: [coffee, both, unpaid] };
}

storeSuites("The sales book", (freshStore) => {
  test("finds an order by its id, its claim code, the provider's id, its amount, and words of what was sold", async () => {
    const store = await freshStore();
    const [coffee, both, unpaid] = (await threeOrders(store)).orders;
    const claim = claimCodeOf(coffee);
    for (const text of [coffee, coffee.toLowerCase(), claim, claim.toLowerCase().replace("-", " "), `t-${coffee}`])
      expect(await found(store, { text })).toEqual([coffee]);
    for (const text of ["25000", "25.000", "Rp 25.000"]) expect(await found(store, { text })).toEqual([both]);
    expect(await found(store, { text: "susu KOPI" })).toEqual([both, coffee]);
    expect(await found(store, { text: "teh" })).toEqual([unpaid, both]);
    for (const text of ["%", "_eh", "\\", "' OR 1=1 --"]) expect(await found(store, { text })).toEqual([]);
  });

  test("filters by stand, merchant, state, time and amount, all together", async () => {
    const store = await freshStore();
    const { shop, orders } = await threeOrders(store);
    const [coffee, both, unpaid] = orders;
    expect(await found(store, {})).toEqual([unpaid, both, coffee]);
    expect(await found(store, { stand: "stand-2" })).toEqual([both]);
    expect(await found(store, { state: "delivered" })).toEqual([coffee]);
    expect(await found(store, { merchant: "elsewhere" })).toEqual([]);
    expect(await found(store, { fromMs: MORNING, toMs: MORNING + HOUR_MS })).toEqual([coffee]);
    expect(await found(store, { least: 15_000, most: 25_000 })).toEqual([both, coffee]);
    expect(await found(store, { least: 15_000, stand: "stand-1", toMs: shop.wall.now, text: "kopi" })).toEqual([
      coffee,
    ]);
  });

  test("is paged through without a gap or a repeat, also among orders of one moment and with a filter that few pass", async () => {
    const store = await freshStore();
    const shop = openShop(MORNING);
    const orders: OrderId[] = [];
    for (let nth = 0; nth < 25; nth += 1) {
      const order = shop.newOrder();
      await shop.tell(order, eventsOf(order, { items: nth % 5 === 0 ? [TEA] : [COFFEE] }).asked);
      orders.push(order);
    }
    await intoBook(store, shop, orders);
    for (const filter of [{}, { text: "teh" }]) {
      const pages: string[] = [];
      let after: string | undefined;
      do {
        const page = await searchSales(store, filter, { limit: 4, ...(after === undefined ? {} : { after }) });
        pages.push(...page.sales.map(({ order_id }) => order_id));
        after = page.next;
      } while (after !== undefined);
      const wanted = orders.filter((_, nth) => !("text" in filter) || nth % 5 === 0);
      expect(pages).toEqual([...wanted].sort().reverse());
    }
    await expect(searchSales(store, {}, { after: "1; DROP TABLE sales" })).rejects.toThrow("was given by no page");
  });

  test("is looked through part by part where it is long: what is old and rare is found, once", async () => {
    const store = await freshStore();
    const shop = openShop(MORNING);
    const order = await sell(shop, SOLD);
    await intoBook(store, shop, [order]);
    const [row] = (await searchSales(store, { text: order })).sales;
    if (row === undefined) throw new Error("no such order");
    const rows = Array.from({ length: 4_100 }, (_, nth) => ({
      ...row,
      order_id: `${order}-${String(nth).padStart(4, "0")}`,
      began_ms: MORNING + nth,
      words: nth % 2_000 === 7 ? "kacang" : row.words,
    }));
    for (let from = 0; from < rows.length; from += 500)
      await store
        .insertInto("sales")
        .values(rows.slice(from, from + 500))
        .execute();
    const pages: (readonly string[])[] = [];
    for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
      const page = await searchSales(
        store,
        { text: "kacang" },
        { limit: 2, ...(after === undefined ? {} : { after }) },
      );
      pages.push(page.sales.map(({ began_ms }) => String(began_ms - MORNING)));
      after = page.next;
    }
    expect(pages.flat()).toEqual(["4007", "2007", "7"]);
    expect((await searchSales(store, {}, { limit: 100_000 })).sales).toHaveLength(500);
    expect((await searchSales(store, {}, { limit: 0 })).sales).toHaveLength(1);
  });

  test("is summed up by hour, day, stand and product in western Indonesian time", async () => {
    const store = await freshStore();
    await threeOrders(store);
    const span = { fromMs: at("2026-11-20T00:00:00"), toMs: at("2026-11-21T00:00:00") };
    const coffee = { sales: 1, amount: 15_000, refunded: 0, owed: 0 };
    const both = { sales: 1, amount: 25_000, refunded: 0, owed: 1 };
    expect(await salesTotal(store, span)).toEqual({ sales: 2, amount: 40_000, refunded: 0, owed: 1 });
    expect(await salesSums(store, "hour", span)).toEqual([
      { key: String(at("2026-11-20T08:00:00")), ...coffee },
      { key: String(at("2026-11-20T09:00:00")), ...both },
    ]);
    expect(await salesSums(store, "day", span)).toEqual([
      { key: String(span.fromMs), sales: 2, amount: 40_000, refunded: 0, owed: 1 },
    ]);
    expect(await salesSums(store, "stand", span)).toEqual([
      { key: "stand-1", ...coffee },
      { key: "stand-2", ...both },
    ]);
    expect(await salesSums(store, "product", span)).toEqual([
      { key: "Kopi Susu", sales: 2, amount: 30_000, refunded: 0, owed: 0 },
      { key: "Teh Botol", sales: 2, amount: 10_000, refunded: 0, owed: 0 },
    ]);
    expect(await salesTotal(store, { ...span, stand: "stand-2" })).toEqual(both);
    expect(await salesTotal(store, { fromMs: span.toMs, toMs: span.toMs + DAY_MS })).toEqual({
      sales: 0,
      amount: 0,
      refunded: 0,
      owed: 0,
    });
    expect(await owedNow(store)).toEqual({ orders: 1, oldestMs: MORNING + HOUR_MS + 2_000 });
  });

  test("counts what was paid at a time's first moment and not what was paid at its end, of one stand where one is asked for", async () => {
    const store = await freshStore();
    const shop = openShop(MORNING);
    const order = await sell(shop, ["asked", "offered", "paid"]);
    const other = await sell(shop, ["asked", "offered", "paid"], { stand: "stand-2" });
    await intoBook(store, shop, [order, other]);
    const paidMs = MORNING + 2_000;
    const sales = async (fromMs: number, toMs: number) => (await salesTotal(store, { fromMs, toMs })).sales;
    expect([await sales(paidMs, paidMs + 1), await sales(paidMs - 1, paidMs)]).toEqual([1, 0]);
    for (const by of ["hour", "stand", "product"] as const) {
      const count = async (fromMs: number, toMs: number) => (await salesSums(store, by, { fromMs, toMs })).length;
      expect([await count(paidMs, paidMs + 1), await count(paidMs - 1, paidMs)], by).toEqual([1, 0]);
      const of = { fromMs: 0, toMs: shop.wall.now, stand: "stand-2" };
      expect(
        (await salesSums(store, by, of)).map((row) => row.sales),
        by,
      ).toEqual([1]);
    }
  });

  test("calls owed what waits for goods or money, since the oldest, and not what is on its way", async () => {
    const store = await freshStore();
    const shop = openShop(MORNING);
    const orders = [
      await sell(shop, ["asked", "offered", "paid"]),
      await sell(shop, ["asked", "offered", "paid", "failed"]),
      await sell(shop, ["asked", "offered", "paid", "failed"]),
      await sell(shop, ["asked", "offered", "paid", "failed", "refund"]),
      await sell(shop, ["asked", "offered", "paid", "failed", "remedied"]),
    ];
    await intoBook(store, shop, orders);
    expect(await salesTotal(store, { fromMs: 0, toMs: shop.wall.now })).toMatchObject({ sales: 5, owed: 3 });
    expect(await owedNow(store)).toEqual({ orders: 2, oldestMs: MORNING + 3_000 + 2_000 });
  });

  test("takes midnight in Jakarta for the end of a day", async () => {
    const store = await freshStore();
    const shop = openShop(at("2026-11-20T23:59:57.500"));
    const before = await sell(shop, ["asked", "offered", "paid"]);
    const behind = await sell(shop, ["asked", "offered", "paid"]);
    await intoBook(store, shop, [before, behind]);
    const days = await salesSums(store, "day", { fromMs: 0, toMs: shop.wall.now + DAY_MS });
    expect(days.map(({ key, sales }) => [Number(key), sales])).toEqual([
      [at("2026-11-20T00:00:00"), 1],
      [at("2026-11-21T00:00:00"), 1],
    ]);
  });

  test("counts what has gone back, of each product its share", async () => {
    const store = await freshStore();
    const shop = openShop(MORNING);
    const items = [TEA, COFFEE];
    const whole = await sell(shop, ["asked", "offered", "paid", "failed", "refund", "refunded"], { items });
    await intoBook(store, shop, [whole]);
    const span = { fromMs: 0, toMs: shop.wall.now };
    expect(await salesTotal(store, span)).toEqual({ sales: 1, amount: 20_000, refunded: 20_100, owed: 0 });
    const products = await salesSums(store, "product", span);
    expect(products.map(({ key, refunded }) => [key, refunded])).toEqual([
      ["Kopi Susu", 15_000],
      ["Teh Botol", 5_000],
    ]);
  });

  test("gives each product its share of a part that has gone back, rounded down, and all of its price at most", async () => {
    const store = await freshStore();
    const shop = openShop(MORNING);
    const items = [{ ...TEA, quantity: 2 }, COFFEE];
    const order = await sell(shop, ["asked", "offered", "paid", "failed"], { items });
    await intoBook(store, shop, [order]);
    await store.updateTable("sales").set({ refunded: 9_999 }).execute();
    const products = await salesSums(store, "product", { fromMs: 0, toMs: shop.wall.now });
    expect(products.map(({ key, refunded }) => [key, refunded])).toEqual([
      ["Kopi Susu", Math.floor((15_000 * 9_999) / 25_000)],
      ["Teh Botol", Math.floor((10_000 * 9_999) / 25_000)],
    ]);
  });

  test("gives a day's report, and the same as a table", async () => {
    const store = await freshStore();
    await threeOrders(store);
    const report = await dayOfSales(store, "2026-11-20" as Day);
    expect(report.total.amount).toBe(40_000);
    expect((await wholeOf(csvOfDay(report))).split("\r\n")).toEqual([
      "day,of,name,sales,amount,refunded,owed",
      "2026-11-20,all,,2,40000,0,1",
      "2026-11-20,stand,stand-1,1,15000,0,0",
      "2026-11-20,stand,stand-2,1,25000,0,1",
      "2026-11-20,product,Kopi Susu,2,30000,0,0",
      "2026-11-20,product,Teh Botol,2,10000,0,0",
      "",
    ]);
  });

  test("is written as a table that no spreadsheet takes for formulas", async () => {
    const store = await freshStore();
    const shop = openShop(MORNING);
    const evil = { ...TEA, name: '=HYPERLINK("http://x","y"),\r\n+1', price: rupiah(5_000) };
    const order = await sell(shop, SOLD, { items: [evil], issuer: "@SUM(A1)" });
    await intoBook(store, shop, [order]);
    const text = await wholeOf(csvOfSales(store, {}));
    const [, row = ""] = /\r\n([\s\S]*)\r\n$/.exec(text) ?? [];
    expect(row).toContain(`,"'=HYPERLINK(""http://x"",""y""),\r\n+1",`);
    expect(row).toContain(",'@SUM(A1)");
    expect(row.startsWith(`${order},${claimCodeOf(order)},stand-1,main,delivered,,5000,5000,100,0,`)).toBe(true);
    expect(row).toContain("2026-11-20 08:15:02");
  });

  test("writes no more orders into a table than wanted, and says so", async () => {
    const store = await freshStore();
    await threeOrders(store);
    const text = await wholeOf(csvOfSales(store, {}, { most: 2 }));
    const lines = text.trimEnd().split("\r\n");
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toBe("cut after 2 orders: ask for a shorter time");
  });

  test("forgets who paid and who decided when it is time, deletes what is old, and keeps what is owed", async () => {
    const store = await freshStore();
    const shop = openShop(MORNING);
    const owed = await sell(shop, ["asked", "offered", "paid", "failed"], { issuer: "gopay" });
    const old = await sell(shop, SOLD, { issuer: "gopay" });
    shop.wall.now += 60 * DAY_MS;
    const decided = await sell(shop, ["asked", "offered", "paid", "failed", "remedied"], { issuer: "ovo" });
    shop.wall.now += 40 * DAY_MS;
    const fresh = await sell(shop, SOLD, { issuer: "dana" });
    await intoBook(store, shop, [owed, old, decided, fresh]);
    const retention = { personal_days: 30, sales_days: 90 };
    expect(await sweepSales(store, retention, shop.wall.now)).toEqual({ deleted: 1, forgotten: 1 });
    const rows = await store
      .selectFrom("sales")
      .select(["order_id", "issuer", "decided_by", "decided_why", "amount"])
      .orderBy("order_id")
      .execute();
    expect(rows).toEqual([
      { order_id: owed, issuer: "gopay", decided_by: null, decided_why: null, amount: 15_000 },
      { order_id: decided, issuer: null, decided_by: null, decided_why: null, amount: 15_000 },
      { order_id: fresh, issuer: "dana", decided_by: null, decided_why: null, amount: 15_000 },
    ]);
    const lines = await store.selectFrom("sale_items").select("order_id").orderBy("order_id").execute();
    expect(lines.map(({ order_id }) => order_id)).toEqual([owed, decided, fresh]);
    expect(await sweepSales(store, retention, shop.wall.now)).toEqual({ deleted: 0, forgotten: 0 });
    await intoBook(store, shop, [decided]);
    expect(await store.selectFrom("sales").select("issuer").where("order_id", "=", decided).execute()).toEqual([
      { issuer: null },
    ]);
  });
});

test("a row says who decided last and why, when what happened, and what came and went back", async () => {
  const shop = openShop(MORNING);
  const order = await sell(shop, ["asked", "offered", "paid", "failed", "remedied"], { issuer: "gopay" });
  const state = await shop.journal.stateOf(order);
  if (state === undefined) throw new Error("no such order");
  expect(saleOf(state, await shop.journal.story(order))).toMatchObject({
    state: "remedied",
    because: "settled-by-staff",
    is_finished: 1,
    began_ms: MORNING,
    paid_ms: MORNING + 2_000,
    delivered_ms: null,
    ended_ms: MORNING + 4_000,
    paid: 15_000,
    fee: 100,
    refunded: 0,
    attempts: 1,
    payment: `t-${order}`,
    issuer: "gopay",
    decided_by: "ani",
    decided_why: "gave another one to Pak Budi",
    events: 5,
  });
});
