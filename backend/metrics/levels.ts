import type { Log } from "../../host/log.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import type { LedgerJournal } from "../cashier.ts";
import type { Condition } from "../condition.ts";
import { kept } from "../kept.ts";
import { tellKinds } from "../ledger/effects.ts";
import type { Stopwatch } from "./metered.ts";
import { processLevels } from "./process-levels.ts";
import type { MetricsRegistry } from "./registry.ts";

/** How things stand, looked at when somebody asks, and not oftener than every two seconds however many ask. */

const LOOK_AGE_MS = 2_000;

export type LevelsParts = {
  readonly registry: MetricsRegistry;
  readonly journal: Pick<LedgerJournal, "backlog">;
  readonly clock: Clock;
  readonly stopwatch: Stopwatch;
  readonly log: Log;
  readonly version: string;
  condition(): Promise<Condition>;
  /** Whether this backend does what only one of several does. */
  leads(): boolean;
  /** More to look at, each by itself: one that fails leaves the others. */
  readonly more?: readonly Look[];
};

/** Sets levels anew. Rejects when it cannot; what it set before is not told any more then. */
export type Look = { look(): Promise<void> | void; forget?(): void };

export type Levels = { look(): Promise<void>; readonly stop: Stop };

export function openLevels(parts: LevelsParts): Levels {
  const { registry, clock, log } = parts;
  const process = processLevels(registry);
  const looks: readonly Look[] = [process, queues(parts), health(parts), ...(parts.more ?? [])];
  const lookAtAll = async (): Promise<void> => {
    await Promise.all(looks.map((each) => lookOrForget(each, log)));
  };
  return { look: kept(clock, LOOK_AGE_MS, lookAtAll), stop: process.stop };
}

async function lookOrForget(each: Look, log: Log): Promise<void> {
  try {
    await each.look();
  } catch (error) {
    each.forget?.();
    log.warn("metrics not looked at", { error });
  }
}

export const secondsSince = (wall: number, clock: Pick<Clock, "wall">): number =>
  Math.max(0, (clock.wall() - wall) / 1_000);

const QUEUES: Readonly<Record<string, readonly string[]>> = {
  tell: tellKinds,
  charge: ["charge"],
  void: ["void"],
  refund: ["refund"],
  ask: ["ask", "recheck", "follow-up"],
  own: ["lapse", "alarm"],
};

function queues({ registry, journal, clock }: LevelsParts): Look {
  const labels = ["queue"] as const;
  const count = registry.level({
    name: "qris_queue_length",
    help: "What the ledger owes, by kind; what is due later too.",
    labels,
  });
  const age = registry.level({
    name: "qris_queue_oldest_seconds",
    help: "How long the oldest of it is owed; 0: nothing is.",
    labels,
  });
  return {
    look: async () => {
      for (const [queue, kinds] of Object.entries(QUEUES)) {
        const backlog = await journal.backlog(kinds);
        count.set(backlog.count, { queue });
        age.set(backlog.oldestWall === undefined ? 0 : secondsSince(backlog.oldestWall, clock), { queue });
      }
    },
    forget: () => {
      count.clear();
      age.clear();
    },
  };
}

function health({ registry, clock, stopwatch, version, condition, leads }: LevelsParts): Look {
  const level = (name: string, help: string) => registry.level({ name, help });
  const journal = level("qris_journal_up", "1 while the journal takes commits.");
  const probe = level("qris_journal_probe_seconds", "How long the journal took for a row.");
  const broker = level("qris_broker_connected", "1 while stands can be served.");
  const leader = level("qris_leader", "1 on the backend that does what only one does; always 1 where there is one.");
  const wall = level("qris_wall_clock_seconds", "What this machine's clock shows, in seconds since 1970.");
  const build = registry.level({ name: "qris_build_info", help: "Always 1.", labels: ["version", "node"] });
  build.set(1, { version, node: process.version });
  return {
    look: async () => {
      const began = stopwatch();
      const now = await condition();
      probe.set((stopwatch() - began) / 1_000);
      journal.set(now.journal === "ok" ? 1 : 0);
      broker.set(now.broker === "connected" ? 1 : 0);
      leader.set(leads() ? 1 : 0);
      wall.set(clock.wall() / 1_000);
    },
  };
}
