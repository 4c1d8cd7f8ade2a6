import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { Projector } from "../../../backend/sales/projector.ts";
import { saleItemsOf, saleOf } from "../../../backend/sales/sale.ts";
import { writeSales } from "../../../backend/sales/writing.ts";
import { openStore, type Store } from "../../../backend/store/store.ts";
import { steadyClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { JournalFault } from "../../../journal/journal.ts";
import type { OrderId } from "../../../protocol/ids.ts";
import { storeSuites } from "../../support/stores.ts";
import { type EventName, eventsOf, openShop, type Shop, SOLD, sell } from "./orders.ts";

/** Where nothing may stand, and a number does not. */
const TEXTS = ["because", "payment", "issuer", "decided_by", "decided_why"];
const NOON = Date.parse("2026-11-20T12:00:00+07:00");
const HOUR_MS = 3_600_000;

type Options = Partial<ConstructorParameters<typeof Projector>[0]>;

let made = 0;
function projectorOf(shop: Shop, store: Store, options: Options = {}): Projector {
  made += 1;
  const clock = { ...steadyClock("test"), wall: () => shop.wall.now };
  const parts = { journal: shop.journal, store, clock, log: silentLog, name: `backend-${made}`, isAlone: false };
  return new Projector({ ...parts, leads: () => true, ...options });
}

/** What the book should hold. */
async function foldOf({ journal }: Shop, orders: readonly OrderId[]): Promise<readonly object[]> {
  const rows = [];
  for (const order of orders) {
    const [state, story] = [await journal.stateOf(order), await journal.story(order)];
    if (state !== undefined) rows.push({ ...saleOf(state, story), lines: saleItemsOf(state) });
  }
  return rows.sort((one, other) => (one.order_id < other.order_id ? -1 : 1));
}

async function bookIn(store: Store): Promise<readonly object[]> {
  const rows = await store.selectFrom("sales").selectAll().orderBy("order_id").execute();
  const lines = await store.selectFrom("sale_items").selectAll().orderBy("nth").execute();
  return rows.map((row) => ({ ...row, lines: lines.filter(({ order_id }) => order_id === row.order_id) }));
}

type Doing =
  | { readonly do: "tell"; readonly order: number; readonly event: EventName; readonly by: number }
  | { readonly do: "flush" | "kill" | "catch-up"; readonly by: number }
  | { readonly do: "wait"; readonly ms: number };

const names = Object.keys(eventsOf("x" as OrderId)) as EventName[];
const by = fc.nat(1);
const doing: fc.Arbitrary<Doing> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("tell" as const), order: fc.nat(4), event: fc.constantFrom(...names), by }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("flush" as const, "kill" as const, "catch-up" as const), by }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: -60_000, max: HOUR_MS }) }),
  },
);

async function play(doings: readonly Doing[], store: Store): Promise<readonly [readonly object[], readonly object[]]> {
  const shop = openShop(NOON);
  const orders = Array.from({ length: 5 }, () => shop.newOrder());
  const options = { most: 2 };
  const backends = [projectorOf(shop, store, options), projectorOf(shop, store, { ...options, leads: () => false })];
  // Each has looked once already: what it finds later, it finds because somebody is gone.
  for (const backend of backends) await backend.flush();
  for (const backend of backends) await backend.catchUp();
  for (const each of doings) {
    if (each.do === "wait") shop.wall.now += each.ms;
    else if (each.do === "tell") {
      const order = orders[each.order] as OrderId;
      shop.wall.now += 100;
      await shop.tell(order, eventsOf(order)[each.event]);
      backends[each.by]?.changed(order);
    } else if (each.do === "kill")
      backends[each.by] = projectorOf(shop, store, { ...options, leads: () => each.by === 0 });
    else if (each.do === "flush") await backends[each.by]?.flush();
    else await backends[each.by]?.catchUp();
  }
  // Whoever is alive goes on; who is not has said nothing for long.
  shop.wall.now += HOUR_MS;
  for (const backend of backends) await backend.flush();
  for (const backend of backends) await backend.catchUp();
  return [await bookIn(store), await foldOf(shop, orders)];
}

storeSuites("The sales book", (freshStore) => {
  test("holds what the journal holds, once somebody has caught up, whoever is killed when", async () => {
    const store = await freshStore();
    const property = fc.asyncProperty(fc.array(doing, { maxLength: 30 }), async (doings) => {
      for (const table of ["sales", "sale_items", "sales_cursors"] as const) await store.deleteFrom(table).execute();
      const [book, fold] = await play(doings, store);
      expect(book).toEqual(fold);
    });
    await fc.assert(property, { numRuns: 15 });
  }, 60_000);

  test("is written by several at once, in whatever sequence each has heard of the orders", async () => {
    const store = await freshStore();
    const shop = openShop(NOON);
    const order = await sell(shop, SOLD);
    const [state, story] = [await shop.journal.stateOf(order), await shop.journal.story(order)];
    if (state === undefined) throw new Error("no such order");
    const row = saleOf(state, story);
    const drawn = Array.from({ length: 600 }, (_, nth) => ({
      row: { ...row, order_id: `${order}-${String(nth).padStart(3, "0")}` },
      items: [],
    }));
    for (let nth = 0; nth < 3; nth += 1) {
      await Promise.all([writeSales(store, drawn), writeSales(store, drawn.toReversed())]);
      await store.deleteFrom("sales").execute();
    }
  });

  test("takes a longer story over a shorter one, with all that has changed, and none that is shorter", async () => {
    const store = await freshStore();
    const shop = openShop(NOON);
    const order = await sell(shop, ["asked", "offered"]);
    const drawn = async () => {
      const [state, story] = [await shop.journal.stateOf(order), await shop.journal.story(order)];
      if (state === undefined) throw new Error("no such order");
      return { row: saleOf(state, story), items: saleItemsOf(state) };
    };
    const early = await drawn();
    await shop.tell(order, eventsOf(order).paid);
    const late = await drawn();
    await writeSales(store, [early]);
    await writeSales(store, [late]);
    await writeSales(store, [early]);
    expect(await store.selectFrom("sales").selectAll().execute()).toEqual([late.row]);
    const changed = Object.entries(late.row).map(([name, value]) => {
      const isKept = ["order_id", "claim", "stand"].includes(name);
      return [name, isKept ? value : typeof value === "string" ? `${value}, other` : (value ?? 0) + 7];
    });
    const last = { ...late, row: Object.fromEntries(changed) as typeof late.row };
    await writeSales(store, [last]);
    const [row] = await store.selectFrom("sales").selectAll().execute();
    const kept = Object.entries(last.row).filter(([name]) => !TEXTS.includes(name));
    expect(row).toMatchObject(Object.fromEntries(kept));
  });

  test("is written within half a second of an event, without being asked", async () => {
    const store = await freshStore();
    const shop = openShop(NOON);
    const projector = projectorOf(shop, store);
    projector.start();
    onTestFinished(() => projector.stop());
    projector.changed(await sell(shop, SOLD));
    await expect.poll(() => bookIn(store), { timeout: 5_000 }).toHaveLength(1);
  });
});

describe("What becomes of the sales book", () => {
  const open = async () => {
    const clock = steadyClock("test");
    const store = await openStore({ place: { file: ":memory:" }, clock });
    onTestFinished(() => store.destroy());
    return { shop: openShop(NOON), store };
  };

  test("while the store is away: nothing is forgotten, and it is written when the store is back", async () => {
    const { shop, store } = await open();
    const isAway = { now: true };
    const away = new Proxy(store, {
      get: (target, name) => {
        if (isAway.now && name === "transaction") throw new JournalFault("unwritable", "the store is away");
        const value = Reflect.get(target, name, target) as unknown;
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const projector = projectorOf(shop, away);
    projector.changed(await sell(shop, SOLD));
    await expect(projector.flush()).rejects.toThrow("away");
    expect(projector.waiting).toBe(1);
    isAway.now = false;
    await projector.flush();
    expect(await bookIn(store)).toHaveLength(1);
  });

  test("when more changes than can be remembered: the journal is asked", async () => {
    const { shop, store } = await open();
    const projector = projectorOf(shop, store, { most: 1, leads: () => false });
    const orders = [await sell(shop, SOLD), await sell(shop, SOLD), await sell(shop, ["asked"])];
    for (const order of orders) projector.changed(order);
    expect(projector.waiting).toBe(1);
    await projector.catchUp();
    expect(await bookIn(store)).toEqual(await foldOf(shop, orders));
  });

  test("when another backend dies before it has written: whoever leads writes it a minute later, and forgets the dead", async () => {
    const { shop, store } = await open();
    const leader = projectorOf(shop, store);
    const dying = projectorOf(shop, store, { leads: () => false });
    for (const each of [leader, dying]) await each.flush();
    await leader.catchUp();
    const order = await sell(shop, SOLD);
    dying.changed(order);
    shop.wall.now += 40_000;
    await leader.flush();
    await leader.catchUp();
    expect(await bookIn(store)).toEqual([]);
    shop.wall.now += 20_000;
    await leader.flush();
    await leader.catchUp();
    expect(await bookIn(store)).toEqual(await foldOf(shop, [order]));
    expect(await store.selectFrom("sales_cursors").selectAll().execute()).toHaveLength(2);
  });

  test("when a backend dies that had more than it could remember: it has not said that it wrote all", async () => {
    const { shop, store } = await open();
    const leader = projectorOf(shop, store);
    const dying = projectorOf(shop, store, { leads: () => false, most: 1 });
    const look = async (): Promise<void> => {
      await leader.flush();
      await leader.catchUp();
    };
    await dying.flush();
    await look();
    const orders = [await sell(shop, SOLD), await sell(shop, SOLD)];
    for (const order of orders) dying.changed(order);
    for (let minutes = 10; minutes > 0; minutes -= 1) {
      await dying.flush();
      await look();
      shop.wall.now += 60_000;
    }
    shop.wall.now += 60_000;
    await look();
    expect(await bookIn(store)).toEqual(await foldOf(shop, orders));
  });

  test("of a journal that was there before it: it is read from its beginning", async () => {
    const { shop, store } = await open();
    const old = await sell(shop, SOLD);
    shop.wall.now += 80 * 24 * HOUR_MS;
    const orders = [old, await sell(shop, ["asked", "voided"])];
    await projectorOf(shop, store).catchUp();
    expect(await bookIn(store)).toEqual(await foldOf(shop, orders));
  });

  test("by a backend that does not lead: nothing of what another one left", async () => {
    const { shop, store } = await open();
    await sell(shop, SOLD);
    await projectorOf(shop, store, { leads: () => false }).catchUp();
    expect(await bookIn(store)).toEqual([]);
  });

  test("when the backend is stopped: what is left is written, and nobody has to catch up", async () => {
    const { shop, store } = await open();
    const projector = projectorOf(shop, store);
    await projector.flush();
    projector.changed(await sell(shop, SOLD));
    await projector.stop();
    expect(await bookIn(store)).toHaveLength(1);
    expect(await store.selectFrom("sales_cursors").selectAll().execute()).toEqual([]);
  });

  test("when one order cannot be read: the others are in it", async () => {
    const { shop, store } = await open();
    const orders = [await sell(shop, SOLD), await sell(shop, SOLD)];
    const journal: Options["journal"] = {
      inSpan: (span) => shop.journal.inSpan(span),
      several: async (some) => {
        const wholes = await shop.journal.several(some);
        const fault = new JournalFault("newer", "of a later program");
        return wholes.map((whole) => (whole.order === orders[0] ? { order: whole.order, fault } : whole));
      },
    };
    const projector = projectorOf(shop, store, { journal });
    for (const order of orders) projector.changed(order);
    await projector.flush();
    expect(await bookIn(store)).toEqual(await foldOf(shop, orders.slice(1)));
  });
});
