import { expect, test } from "vitest";
import { type LevelsParts, openLevels } from "../../../backend/metrics/levels.ts";
import { openRegistry } from "../../../backend/metrics/registry.ts";
import { orderLevels } from "../../../backend/metrics/store-levels.ts";
import { silentLog } from "../../../host/log.ts";
import { freshStore } from "../../support/stores.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { intoBook, openShop, SOLD, sell } from "../sales/orders.ts";
import { samplesIn, sumOf } from "./scraped.ts";

/* How things stand is looked at rarely enough, and told no longer than it is known. */

type Journal = LevelsParts["journal"];

function levelsOver(journal: Partial<Journal>) {
  const clock = new VirtualClock();
  const registry = openRegistry();
  const levels = openLevels({
    registry,
    journal: { backlog: async () => ({ count: 0 }), ...journal },
    clock,
    stopwatch: () => clock.now().ms,
    log: silentLog,
    version: "1",
    condition: async () => ({ journal: "ok", store: "ok", broker: "down" }),
    leads: () => false,
  });
  const scrape = async () => {
    await levels.look();
    return samplesIn((await registry.text()).body);
  };
  return { clock, scrape, stop: levels.stop };
}

test("many that scrape are told of one look, until two seconds have passed", async () => {
  let looks = 0;
  const { clock, scrape, stop } = levelsOver({
    backlog: async () => {
      looks += 1;
      return { count: looks };
    },
  });
  await Promise.all(Array.from({ length: 10 }, scrape));
  const first = looks;
  await scrape();
  expect(looks).toBe(first);
  clock.pass(2_000);
  await scrape();
  expect(looks).toBe(2 * first);
  stop();
});

test("open orders are counted by state, and the money that waits longest is timed; while nobody writes the book neither is told", async () => {
  const [store, shop] = [await freshStore(), openShop(Date.UTC(2026, 0, 1))];
  const clock = new VirtualClock({ wall: shop.wall.now });
  const registry = openRegistry();
  const { look, forget } = orderLevels(registry, store, clock);
  const scrape = async () => {
    await look();
    return samplesIn((await registry.text()).body);
  };
  await expect(scrape()).rejects.toThrow("behind");
  await store.insertInto("sales_cursors").values({ name: "book", until_ms: clock.wall() }).execute();
  const none = await scrape();
  expect([sumOf(none, "qris_orders_open"), sumOf(none, "qris_owed_oldest_seconds")]).toEqual([0, 0]);
  const owed = await sell(shop, ["asked", "offered", "paid", "failed"]);
  await intoBook(store, shop, [owed, await sell(shop, ["asked"]), await sell(shop, SOLD)]);
  clock.pass(60_000);
  const samples = await scrape();
  const open = samples.filter(({ name, value }) => name === "qris_orders_open" && value > 0);
  expect(open.map(({ labels, value }) => [labels["state"], value])).toEqual([
    ["charging", 1],
    ["owed", 1],
  ]);
  expect(sumOf(samples, "qris_owed_oldest_seconds")).toBe(58);
  clock.pass(1_000);
  await expect(scrape()).rejects.toThrow("behind");
  forget?.();
  const names = samplesIn((await registry.text()).body).map(({ name }) => name);
  expect(names.filter((name) => /open|oldest/.test(name))).toEqual([]);
});

test("what cannot be looked at is not told any more, and the rest is", async () => {
  let isBroken = false;
  const { clock, scrape, stop } = levelsOver({
    backlog: async () => {
      if (isBroken) throw new Error("the journal is away");
      return { count: 7 };
    },
  });
  const before = await scrape();
  expect(sumOf(before, "qris_queue_length")).toBe(7 * 6);
  isBroken = true;
  clock.pass(5_000);
  const samples = await scrape();
  expect(samples.filter(({ name }) => name === "qris_queue_length")).toEqual([]);
  expect([
    sumOf(samples, "qris_journal_up"),
    sumOf(samples, "qris_broker_connected"),
    sumOf(samples, "qris_leader"),
  ]).toEqual([1, 0, 0]);
  stop();
});
