import { cpus, loadavg } from "node:os";
import type { Printer } from "../../device/device.ts";
import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import type { Journal } from "../../journal/journal.ts";
import { type Clock, type Instant, type Stop, sinceMs } from "../../protocol/time.ts";
import type { Link } from "../link.ts";
import { tellKinds } from "../order/effects.ts";
import { conditionOf } from "../readiness/preflight.ts";

/** What the machine itself can say; a figure that cannot be had is absent. */
export type Machine = {
  freeDiskBytes?(): Promise<number>;
  /** Degrees Celsius of the processor. */
  temperature?(): Promise<number | undefined>;
  /** What slows the processor down now; `undefined` where no firmware speaks. */
  throttled?(): Promise<readonly ("low-voltage" | "hot")[] | undefined>;
  /** Whether the network has told it the time; `undefined` where nobody says. */
  isClockSynced?(): Promise<boolean | undefined>;
  /** Where it can be reached, each with its interface. */
  addresses?(): readonly string[];
};

/** One minute's figures of a stand. Sizes in bytes, times in whole seconds. */
export type Health = {
  readonly version: string;
  /** What its wall clock shows, milliseconds since 1970: whoever hears it knows how far off that is. */
  readonly wallMs: number;
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
  /** Statements that the backend does not have yet. */
  readonly unsent: number;
  readonly throttled?: readonly string[];
  readonly clockSynced?: boolean;
} & Partial<StandFigures>;

/** What the stand says of itself, beside its machine. */
export type StandFigures = {
  /** Names this run of the daemon, as presence does. */
  readonly boot: string;
  /** Which page is shown. */
  readonly page: string;
  /** `ok`, or why the newest page is not on the glass; absent where there is none. */
  readonly panel?: string;
  /** How often each relay has closed since the daemon began. */
  readonly relays: Readonly<Record<string, number>>;
  /** Which settings it sells by; 0: its own. */
  readonly settings: number;
  /** Of the certificate for the broker; 0 when it has ended. */
  readonly certificateEndsInMs?: number;
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
  figures?(): StandFigures;
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
  const [backlog, unsent, temperature, diskFree, throttled, clockSynced] = await Promise.all([
    backlogOf(parts),
    parts.journal.backlog(tellKinds),
    machine.temperature?.(),
    machine.freeDiskBytes?.(),
    machine.throttled?.(),
    machine.isClockSynced?.(),
  ]);
  return {
    version,
    wallMs: clock.wall(),
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
    unsent: unsent.count,
    ...(throttled === undefined ? {} : { throttled }),
    ...(clockSynced === undefined ? {} : { clockSynced }),
    ...parts.figures?.(),
  };
}

async function backlogOf({ journal, kinds, clock }: HealthParts): Promise<Health["backlog"]> {
  const { count, oldestWall } = await journal.backlog(kinds);
  if (oldestWall === undefined) return { count };
  return { count, oldestSeconds: Math.max(0, Math.floor((clock.wall() - oldestWall) / 1000)) };
}
