import type { Clock } from "../../protocol/time.ts";
import { alarmKinds } from "../alarms/kinds.ts";
import type { State } from "../ledger/words.ts";
import { bookedUntil } from "../sales/catching-up.ts";
import { oldestPaid, openByState } from "../sales/waiting.ts";
import { probe } from "../store/probe.ts";
import { sql } from "../store/query.ts";
import type { Store } from "../store/store.ts";
import { type Look, secondsSince } from "./levels.ts";
import type { Stopwatch } from "./metered.ts";
import type { MetricsRegistry } from "./registry.ts";

/** What the store tells of itself and of the fleet; the same on every backend that shares it. */
export function storeLevels(registry: MetricsRegistry, store: Store, stopwatch: Stopwatch): Look {
  const up = registry.level({ name: "qris_store_up", help: "1 while the store answers." });
  const lasted = registry.level({ name: "qris_store_probe_seconds", help: "How long the store took for an answer." });
  const alarms = registry.level({
    name: "qris_alarms_open",
    help: "Alarms that are not over, or that nobody has acknowledged, by kind.",
    labels: ["kind"],
  });
  return {
    look: async () => {
      const began = stopwatch();
      await probe(store);
      lasted.set((stopwatch() - began) / 1_000);
      up.set(1);
      const count = sql<number>`count(*)`.as("count");
      const open = store.selectFrom("alarms").where("closed_ms", "is", null).groupBy("kind");
      const found = await open.select(["kind", count]).execute();
      for (const kind of alarmKinds) alarms.set(Number(found.find((row) => row.kind === kind)?.count ?? 0), { kind });
    },
    forget: () => {
      up.set(0);
      lasted.clear();
      alarms.clear();
    },
  };
}

const OPEN_STATES = [
  "charging",
  "payable",
  "voiding",
  "paid",
  "owed",
  "refunding",
] as const satisfies readonly State["at"][];

/** What is owed must not seem less than it is because nobody writes the book. */
const MOST_BEHIND_MS = 60_000;

/** Counted by the database in the sales book, while that follows the journal; the same on every backend: take the largest, not the sum. */
export function orderLevels(registry: MetricsRegistry, store: Store, clock: Pick<Clock, "wall">): Look {
  const open = registry.level({
    name: "qris_orders_open",
    help: "Orders that are not finished, by state.",
    labels: ["state"],
  });
  const oldest = registry.level({
    name: "qris_owed_oldest_seconds",
    help: "How long the money of the oldest order that is paid, and neither delivered nor given back, has been here; 0: there is none.",
  });
  return {
    look: async () => {
      if (clock.wall() - (await bookedUntil(store)) > MOST_BEHIND_MS) throw new Error("the sales book is behind");
      const counts = await openByState(store);
      for (const state of OPEN_STATES) open.set(counts.get(state) ?? 0, { state });
      const since = await oldestPaid(store);
      oldest.set(since === undefined ? 0 : secondsSince(since, clock));
    },
    forget: () => {
      open.clear();
      oldest.clear();
    },
  };
}

/** The stands by how they are, as this backend sees them. */
export function standLevels(registry: MetricsRegistry, counts: () => Readonly<Record<string, number>>): Look {
  const stands = registry.level({ name: "qris_stands", help: "Stands, by how they are.", labels: ["state"] });
  return {
    look: () => {
      for (const [state, count] of Object.entries(counts())) stands.set(count, { state });
    },
    forget: () => stands.clear(),
  };
}
