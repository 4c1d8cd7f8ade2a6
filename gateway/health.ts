import { cpus, loadavg } from "node:os";
import type { Printer } from "../device/device.ts";
import { every } from "../host/every.ts";
import type { Log } from "../host/log.ts";
import type { Journal } from "../journal/journal.ts";
import { type Clock, type Instant, type Stop, sinceMs } from "../protocol/time.ts";
import type { Link } from "./link.ts";
import { conditionOf } from "./preflight.ts";

/** What the machine itself can say; a figure that cannot be had is absent. */
export type Machine = {
  freeDiskBytes?(): Promise<number>;
  /** Degrees Celsius of the processor. */
  temperature?(): Promise<number | undefined>;
  /** Whether the network has told it the time; `undefined` where nobody says. */
  isClockSynced?(): Promise<boolean | undefined>;
  /** Where it can be reached, each with its interface. */
  addresses?(): readonly string[];
};

/** One minute's figures of a stand. Sizes in bytes, times in whole seconds. */
export type Health = {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly rss: number;
  readonly heap: number;
  /** One-minute load average for each processor. */
  readonly load: number;
  readonly temperature?: number;
  readonly diskFree?: number;
  /** Statements and acts that the journal owes. */
  readonly backlog: { readonly count: number; readonly oldestSeconds?: number };
  readonly printer?: string;
  /** What keeps it from selling, such as an open door; empty while it sells. */
  readonly obstacles: readonly string[];
  readonly connected: boolean;
  readonly reconnects: number;
};

export type HealthParts = {
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  readonly startedAt: Instant;
  readonly journal: Pick<Journal<unknown, unknown, unknown>, "backlog" | "note">;
  readonly kinds: readonly string[];
  readonly printer?: Printer;
  readonly machine: Machine;
  obstacles(): readonly string[];
  link(): Pick<Link, "connected" | "reconnects" | "publishHealth"> | undefined;
};

const MINUTE_MS = 60_000;
/** The kind under which the journal keeps the last figures, for whoever comes to look when the link was down. */
export const HEALTH_NOTES = "health";

/** Says every minute how the stand is, to the backend and into the journal's bounded notes. */
export const sayHealth = (parts: HealthParts): Stop =>
  every(parts.clock, parts.log, {
    firstMs: MINUTE_MS,
    everyMs: MINUTE_MS,
    what: "health not known",
    run: async () => {
      const health = await healthOf(parts);
      await parts.journal.note(HEALTH_NOTES, health);
      await parts.link()?.publishHealth(health);
    },
  });

export async function healthOf(parts: HealthParts): Promise<Health> {
  const { clock, version, startedAt, printer, machine } = parts;
  const { rss, heapUsed } = process.memoryUsage();
  const link = parts.link();
  const [backlog, temperature, diskFree] = await Promise.all([
    backlogOf(parts),
    machine.temperature?.(),
    machine.freeDiskBytes?.(),
  ]);
  return {
    version,
    uptimeSeconds: Math.floor((sinceMs(startedAt, clock.now()) ?? 0) / 1000),
    rss,
    heap: heapUsed,
    load: (loadavg()[0] ?? 0) / Math.max(1, cpus().length),
    ...(temperature === undefined ? {} : { temperature }),
    ...(diskFree === undefined ? {} : { diskFree }),
    backlog,
    ...(printer === undefined ? {} : { printer: await conditionOf(printer, clock) }),
    obstacles: parts.obstacles(),
    connected: link?.connected ?? false,
    reconnects: link?.reconnects ?? 0,
  };
}

async function backlogOf({ journal, kinds, clock }: HealthParts): Promise<Health["backlog"]> {
  const { count, oldestWall } = await journal.backlog(kinds);
  if (oldestWall === undefined) return { count };
  return { count, oldestSeconds: Math.max(0, Math.floor((clock.wall() - oldestWall) / 1000)) };
}
