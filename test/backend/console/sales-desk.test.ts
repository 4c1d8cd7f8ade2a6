import { expect, onTestFinished, test } from "vitest";
import type { OrderLine } from "../../../backend/console/api/words.ts";
import { salesDesk } from "../../../backend/console/desks/sales.ts";
import { steadyClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { claimCodeOf, type OrderId } from "../../../protocol/ids.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import { freshStore } from "../../support/stores.ts";
import { type EventName, eventsOf, intoBook, openShop, SOLD, sell, terms } from "../sales/orders.ts";

const NOON = Date.parse("2026-11-20T12:00:00+07:00");
const FAILED: readonly EventName[] = ["asked", "offered", "paid", "failed"];

async function openDesk() {
  const shop = openShop(NOON);
  const store = await freshStore();
  const now = () => ({ clock: "utc", ms: shop.wall.now });
  const clock = { ...steadyClock("test"), now, wall: () => shop.wall.now };
  const book = (...orders: readonly OrderId[]): Promise<void> => intoBook(store, shop, orders);
  return {
    shop,
    store,
    book,
    desk: salesDesk({ store, journal: shop.journal, clock, log: silentLog, termsFor: () => terms }),
  };
}

async function wholeOf(pieces: AsyncIterable<string> | Iterable<string> | "busy"): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

test("what is owed is told oldest first, with what can be done about it, as the journal has it now", async () => {
  const { shop, book, desk } = await openDesk();
  const first = await sell(shop, FAILED);
  const dealtWith = await sell(shop, FAILED);
  const twice = await sell(shop, [...SOLD, "paidAgain"]);
  await book(twice, first, dealtWith, await sell(shop, SOLD));
  await shop.tell(dealtWith, eventsOf(dealtWith).remedied);
  const owed = await desk.owed();
  expect(owed.map(({ order, goodsOut, actions }) => ({ order, goodsOut, actions }))).toEqual([
    { order: first, goodsOut: false, actions: ["refund", "release", "remedy"] },
    { order: twice, goodsOut: true, actions: ["refund", "remedy"] },
  ]);
  expect(owed[0]).toMatchObject({ claim: claimCodeOf(first), because: "release-failed", sinceMs: NOON + 2_000 });
});

test("money that could not be given back is owed with the reason", async () => {
  const { shop, book, desk } = await openDesk();
  const order = await sell(shop, [...FAILED, "refund"]);
  const answer = { is: "refused", because: "by-bank", detail: "418" } as const;
  await shop.tell(order, { type: "refund-answered", key: `${order}-1-r1`, answer });
  await book(order);
  expect(await desk.owed()).toMatchObject([{ order, state: "owed", refused: "by-bank" }]);
});

test("a machine at work is not owed; one that was paid a minute ago and says nothing is", async () => {
  const { shop, book, desk } = await openDesk();
  const order = await sell(shop, ["asked", "offered", "paid"]);
  await book(order);
  expect(await desk.owed()).toEqual([]);
  shop.wall.now += 61_000;
  expect((await desk.owed()).map(({ state }) => state)).toEqual(["paid"]);
});

test("an order's page tells its story without the payer, the picture and what refunds are named by", async () => {
  const { shop, desk } = await openDesk();
  const order = await sell(shop, [...FAILED, "refund", "refunded"], { issuer: "bank-of-the-payer" });
  const page = await desk.page(order);
  expect(page?.events.map(({ type }) => type)).toEqual([
    "asked",
    "charged",
    "news",
    "not-delivered",
    "refund-ordered",
    "refund-answered",
  ]);
  expect(page?.refunds).toEqual([{ amount: 15_100, stage: "confirmed" }]);
  expect(page?.actions).toEqual([]);
  expect(page?.payments).toEqual([{ amount: 15_000, fee: 100, paidAt: "2026-11-20T12:00:00+07:00" }]);
  const told = JSON.stringify(page);
  for (const hidden of ["bank-of-the-payer", "-r1", "000201"]) expect(told).not.toContain(hidden);
});

test("an order that the journal has let go of is still told as the book has it", async () => {
  const { shop, store, book } = await openDesk();
  const order = await sell(shop, SOLD);
  await book(order);
  const { journal } = openShop(NOON);
  const desk = salesDesk({ store, journal, clock: steadyClock("test"), log: silentLog, termsFor: () => terms });
  expect(await desk.page(order)).toMatchObject({ order, state: "delivered", actions: [], events: [] });
  expect(await desk.page(shop.newOrder())).toBeUndefined();
});

test("whoever listens hears of each change of an order once, whichever backend wrote it", async () => {
  const { shop, book, desk } = await openDesk();
  const heard: OrderLine[] = [];
  const stop = desk.onChange((order) => heard.push(order));
  onTestFinished(stop);
  const order = await sell(shop, ["asked"]);
  await book(order);
  await expect.poll(() => heard.map(({ state }) => state), { timeout: 5_000 }).toEqual(["charging"]);
  await shop.tell(order, eventsOf(order).offered);
  await book(order);
  await expect.poll(() => heard.map(({ state }) => state), { timeout: 5_000 }).toEqual(["charging", "payable"]);
});

test("today's figures are those of Jakarta's day", async () => {
  const { shop, book, desk } = await openDesk();
  await book(await sell(shop, SOLD));
  expect(await desk.today()).toEqual({ sales: 1, amount: 15_000, refunded: 0 });
  expect(await desk.report("2026-11-20")).toMatchObject({ total: { sales: 1 }, owed: 0 });
  await expect(desk.report("2026-11-31")).rejects.toThrow("no day of the calendar");
  shop.wall.now += 12 * 3_600_000;
  expect(await desk.today()).toEqual({ sales: 0, amount: 0, refunded: 0 });
});

test("no name that somebody gave a product is a formula in a table that staff takes home", async () => {
  const { shop, book, desk } = await openDesk();
  const price = rupiah(5_000);
  const items = ['=HYPERLINK("http://evil.example")', "+1", "-1", "@SUM(A1)", "\tx"].map((name) => ({
    product: "teh",
    name,
    price,
    quantity: 1,
  }));
  for (const item of items) await book(await sell(shop, SOLD, { items: [item] }));
  const tables = [await wholeOf(desk.csv({})), await wholeOf(await desk.reportCsv("2026-11-20"))];
  for (const table of tables) {
    expect(table).toContain("'=HYPERLINK");
    for (const cell of table.split(/[,\r\n]+/)) expect(cell).not.toMatch(/^"?[=+@\t]|^"?-\d*[^\d]/);
  }
});

test("a table is read from the book as fast as somebody takes it, and only a few at once", async () => {
  const { store, shop, book } = await openDesk();
  await book(await sell(shop, SOLD), await sell(shop, SOLD));
  const desk = salesDesk({
    store,
    journal: shop.journal,
    clock: steadyClock("test"),
    log: silentLog,
    termsFor: () => terms,
  });
  const open = [];
  for (let nth = 0; nth < 4; nth += 1) {
    const table = desk.csv({});
    if (table === "busy") throw new Error("the first four are read");
    const pieces = table[Symbol.asyncIterator]();
    expect((await pieces.next()).value).toMatch(/^order,claim,/);
    open.push(pieces);
  }
  expect(desk.csv({})).toBe("busy");
  await open[0]?.return?.();
  expect((await wholeOf(desk.csv({}))).trimEnd().split("\r\n")).toHaveLength(3);
  for (const pieces of open) await pieces.return?.();
});
