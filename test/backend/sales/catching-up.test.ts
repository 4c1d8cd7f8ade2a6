import { expect, onTestFinished, test } from "vitest";
import { bookedUntil, CatchingUp, type CatchingUpParts } from "../../../backend/sales/catching-up.ts";
import { Projector, type ProjectorOptions } from "../../../backend/sales/projector.ts";
import { saleOf } from "../../../backend/sales/sale.ts";
import { cursorsIn, dropCursor, setCursor, writeSales } from "../../../backend/sales/writing.ts";
import { openStore, type Store } from "../../../backend/store/store.ts";
import { steadyClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { JournalFault } from "../../../journal/journal.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";
import { openShop, type Shop, SOLD, sell } from "./orders.ts";

/* What a backend has to ask the journal for, and when it says that the book has everything. */

const NOON = Date.parse("2026-11-20T12:00:00+07:00");
const HOUR_MS = 3_600_000;

async function opened(): Promise<{ readonly shop: Shop; readonly store: Store }> {
  const store = await openStore({ place: { file: ":memory:" }, clock: steadyClock("test") });
  onTestFinished(() => store.destroy());
  return { shop: openShop(NOON), store };
}

/** A backend's catching up, and which orders it has had written, page by page. */
function catching(
  { shop, store }: { readonly shop: Shop; readonly store: Store },
  more: Partial<CatchingUpParts> = {},
) {
  const pages: (readonly string[])[] = [];
  const clock = { ...steadyClock("test"), wall: () => shop.wall.now };
  const write = async (orders: readonly string[]): Promise<void> => void pages.push(orders);
  const own = { journal: shop.journal, store, clock, name: "own", leads: () => false, isAlone: false, write };
  return { behind: new CatchingUp({ ...own, ...more }), pages, orders: () => pages.flat() };
}

test("what was lost first is asked for, also when more is lost later", async () => {
  const world = await opened();
  const { behind, orders } = catching(world);
  const early = await sell(world.shop, SOLD);
  behind.lost(NOON);
  world.shop.wall.now += 2 * HOUR_MS;
  const late = await sell(world.shop, SOLD);
  behind.lost(world.shop.wall.now);
  await behind.run();
  expect([orders(), behind.isBehind]).toEqual([[early, late], false]);
});

test("what is lost while the journal is being asked is asked for again", async () => {
  const world = await opened();
  const written: string[] = [];
  const { behind } = catching(world, {
    write: async (orders) => {
      written.push(...orders);
      if (written.length === 1) behind.lost(world.shop.wall.now);
    },
  });
  const order = await sell(world.shop, SOLD);
  behind.lost(NOON);
  await behind.run();
  expect([written, behind.isBehind]).toEqual([[order, order], false]);
});

test("a journal that does not answer is asked again from the same moment, and whoever is behind does not say that he has all", async () => {
  const world = await opened();
  let isAway = true;
  const inSpan: Shop["journal"]["inSpan"] = async (span) => {
    if (isAway) throw new JournalFault("busy", "away");
    return world.shop.journal.inSpan(span);
  };
  const { behind, orders } = catching(world, { journal: { inSpan } });
  const order = await sell(world.shop, SOLD);
  await setCursor(world.store, { name: "own", until_ms: NOON });
  behind.lost(NOON);
  world.shop.wall.now += HOUR_MS;
  await expect(behind.run()).rejects.toThrow("away");
  await behind.leave();
  expect([behind.isBehind, await cursorsIn(world.store)]).toEqual([true, [{ name: "own", until_ms: NOON }]]);
  isAway = false;
  await behind.run();
  expect(orders()).toEqual([order]);
  await behind.leave();
  expect(await cursorsIn(world.store)).toEqual([]);
});

test("orders of many pages all come, also those that a clock that was ahead has marked", async () => {
  const world = await opened();
  const sold = [];
  for (let nth = 0; nth < 45; nth += 1) sold.push(await sell(world.shop, ["asked"]));
  world.shop.wall.now -= 4 * 60_000;
  const { behind, pages, orders } = catching(world);
  behind.lost(NOON);
  await behind.run();
  expect([orders(), pages.map(({ length }) => length)]).toEqual([sold, [20, 20, 5]]);
});

test("two that catch up at once are one; a backend that stops asks for no further page", async () => {
  const world = await opened();
  for (let nth = 0; nth < 45; nth += 1) await sell(world.shop, ["asked"]);
  const twice = catching(world);
  twice.behind.lost(NOON);
  const first = twice.behind.run();
  await twice.behind.run();
  expect(twice.pages.length).toBeLessThan(3);
  await first;
  expect(twice.pages).toHaveLength(3);
  const pages: number[] = [];
  const { behind } = catching(world, {
    write: async (orders) => {
      pages.push(orders.length);
      behind.stop();
    },
  });
  behind.lost(NOON);
  await expect(behind.run()).rejects.toThrow("stopped");
  expect(pages).toEqual([20]);
});

test("whoever comes to lead looks once at what the one before may have left; alone, all others are gone at once", async () => {
  const world = await opened();
  await setCursor(world.store, { name: "book", until_ms: NOON });
  const order = await sell(world.shop, SOLD);
  const leader = catching(world, { leads: () => true });
  await leader.behind.run();
  expect(leader.orders()).toEqual([order]);
  await leader.behind.run();
  expect(leader.pages).toHaveLength(1);
  const until = world.shop.wall.now - 1;
  await setCursor(world.store, { name: "another", until_ms: until });
  await leader.behind.run();
  expect(await bookedUntil(world.store)).toBe(until);
  expect((await cursorsIn(world.store)).map(({ name }) => name).sort()).toEqual(["another", "book"]);
  await catching(world, { leads: () => true, isAlone: true }).behind.run();
  expect((await cursorsIn(world.store)).map(({ name }) => name)).toEqual(["book"]);
});

test("one that was thought gone and has come on is not forgotten", async () => {
  const { store } = await opened();
  await setCursor(store, { name: "slow", until_ms: 5 });
  await setCursor(store, { name: "slow", until_ms: 6 });
  await dropCursor(store, { name: "slow", until_ms: 5 });
  expect(await cursorsIn(store)).toEqual([{ name: "slow", until_ms: 6 }]);
});

/** In virtual time: what a backend writes by itself. */
async function running(more: (parts: ProjectorOptions) => Partial<ProjectorOptions> = () => ({})) {
  const { shop, store } = await opened();
  const clock = new VirtualClock({ wall: NOON });
  const own = { journal: shop.journal, store, clock, log: silentLog, name: "own", leads: () => false, isAlone: false };
  const projector = new Projector({ ...own, ...more(own) });
  const states = () => store.selectFrom("sales").select("state").execute();
  const saidUntil = async () => (await cursorsIn(store)).find(({ name }) => name === "own")?.until_ms;
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await settle(30);
  };
  return { shop, store, clock, projector, states, saidUntil, pass };
}

test("a change is written at once also when nothing has happened for long, and a quiet backend goes on saying that it is there", async () => {
  const { shop, clock, projector, states, saidUntil, pass } = await running();
  projector.start();
  for (let seconds = 0; seconds < 30; seconds += 1) await pass(1_000);
  expect(clock.wall() - ((await saidUntil()) ?? 0)).toBeLessThan(11_000);
  projector.changed(await sell(shop, SOLD));
  await pass(500);
  expect(await states()).toEqual([{ state: "delivered" }]);
  const stopped = projector.stop();
  await pass(1_000);
  await stopped;
});

test("a store that is away is tried every ten seconds, however long it is away", async () => {
  let tries = 0;
  const { shop, projector, pass } = await running(({ store }) => ({
    store: new Proxy(store, {
      get: (target, name) => {
        if (name === "transaction") {
          tries += 1;
          throw new JournalFault("unwritable", "away");
        }
        const value = Reflect.get(target, name, target) as unknown;
        return typeof value === "function" ? value.bind(target) : value;
      },
    }),
  }));
  projector.start();
  projector.changed(await sell(shop, SOLD));
  for (let seconds = 0; seconds < 120; seconds += 1) await pass(1_000);
  const before = tries;
  for (let seconds = 0; seconds < 60; seconds += 1) await pass(1_000);
  expect(tries - before).toBeGreaterThanOrEqual(5);
  expect(tries - before).toBeLessThanOrEqual(7);
  const stopped = projector.stop();
  await pass(1_000);
  await stopped;
});

test("a backend says that it has written all only when it has: not after the first of several commits, nor while it is behind", async () => {
  let commits = 0;
  const { shop, clock, projector, saidUntil } = await running(({ store }) => ({
    clock: steadyClock("test"),
    store: new Proxy(store, {
      get: (target, name) => {
        if (name === "transaction") commits += 1;
        if (name === "transaction" && commits === 2) throw new JournalFault("unwritable", "away");
        const value = Reflect.get(target, name, target) as unknown;
        return typeof value === "function" ? value.bind(target) : value;
      },
    }),
  }));
  for (let nth = 0; nth < 25; nth += 1) projector.changed(await sell(shop, ["asked"]));
  await expect(projector.flush()).rejects.toThrow("away");
  expect([commits, projector.waiting, await saidUntil()]).toEqual([2, 5, undefined]);
  await projector.flush();
  expect(await saidUntil()).toBeGreaterThan(0);
  expect(clock.pending).toBe(0);
});

test("an order that changes again takes no more room: nothing is lost by it", async () => {
  const { shop, projector, saidUntil } = await running(() => ({ clock: steadyClock("test"), most: 1 }));
  const order = await sell(shop, SOLD);
  for (let nth = 0; nth < 3; nth += 1) projector.changed(order);
  await projector.flush();
  expect(await saidUntil()).toBeGreaterThan(0);
});

test("a backend that is stopped while it writes leaves nothing that others would have to wait for", async () => {
  const { shop, store, clock, projector, states, pass } = await running(({ journal, clock: time }) => ({
    journal: {
      inSpan: (span) => journal.inSpan(span),
      several: async (orders) => {
        await new Promise<void>((resolve) => time.after(1_000, resolve));
        return journal.several(orders);
      },
    },
  }));
  projector.start();
  await pass(1_000);
  projector.changed(await sell(shop, SOLD));
  clock.pass(400);
  let isStopped = false;
  const stopped = projector.stop().then(() => {
    isStopped = true;
  });
  for (let nth = 0; nth < 200 && !isStopped; nth += 1) await pass(10);
  await stopped;
  expect([await states(), await cursorsIn(store)]).toEqual([[{ state: "delivered" }], []]);
});

test("orders and how far they bring the reader are written together or not at all", async () => {
  const { shop, store } = await opened();
  const order = await sell(shop, SOLD);
  const { journal } = shop;

  const [state, story] = [await journal.stateOf(order), await journal.story(order)];
  if (state === undefined) throw new Error("no such order");
  const nowhere = { name: "own", until_ms: null as unknown as number };
  await expect(writeSales(store, [{ row: saleOf(state, story), items: [] }], nowhere)).rejects.toThrow("NOT NULL");
  expect(await store.selectFrom("sales").selectAll().execute()).toEqual([]);
});
