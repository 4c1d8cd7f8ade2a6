import { expect, test } from "vitest";
import { type LevelsParts, openLevels } from "../../../backend/metrics/levels.ts";
import { openRegistry } from "../../../backend/metrics/registry.ts";
import { silentLog } from "../../../host/log.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { samplesIn, sumOf } from "./scraped.ts";

/* How things stand is looked at rarely enough, and told no longer than it is known. */

type Journal = LevelsParts["journal"];

function levelsOver(journal: Partial<Journal>) {
  const clock = new VirtualClock();
  const registry = openRegistry();
  const levels = openLevels({
    registry,
    journal: {
      unfinished: async () => [],
      backlog: async () => ({ count: 0 }),
      story: async () => [],
      ...journal,
    } as Journal,
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

test("many that scrape are told of one look, until five seconds have passed", async () => {
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
  clock.pass(5_000);
  await scrape();
  expect(looks).toBe(2 * first);
  stop();
});

test("open orders that take long to read are read once a minute", async () => {
  let reads = 0;
  const slow = levelsOver({
    unfinished: async () => {
      reads += 1;
      slow.clock.pass(50);
      return [];
    },
  });
  for (let seconds = 0; seconds < 120; seconds += 6) {
    await slow.scrape();
    slow.clock.pass(6_000);
  }
  expect(reads).toBe(3);
  slow.stop();
});

test("what cannot be looked at is not told any more, and the rest is", async () => {
  let isBroken = false;
  const { clock, scrape, stop } = levelsOver({
    unfinished: async () => {
      if (isBroken) throw new Error("the journal is away");
      return [];
    },
    backlog: async () => {
      if (isBroken) throw new Error("the journal is away");
      return { count: 7 };
    },
  });
  const before = await scrape();
  expect(sumOf(before, "qris_queue_length")).toBe(7 * 6);
  expect(before.some(({ name }) => name === "qris_owed_oldest_seconds")).toBe(true);
  isBroken = true;
  clock.pass(5_000);
  const samples = await scrape();
  const untold = ["qris_queue_length", "qris_orders_open", "qris_owed_oldest_seconds"];
  expect(samples.filter(({ name }) => untold.includes(name))).toEqual([]);
  expect([
    sumOf(samples, "qris_journal_up"),
    sumOf(samples, "qris_broker_connected"),
    sumOf(samples, "qris_leader"),
  ]).toEqual([1, 0, 0]);
  stop();
});
