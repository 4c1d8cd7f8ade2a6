import type { Printer, Relay } from "../../device/device.ts";
import { answerOr } from "../../host/within.ts";
import type { Journal } from "../../journal/journal.ts";
import { type Clock, type Instant, sinceMs } from "../../protocol/time.ts";
import { wallText, type Zone } from "../../protocol/wall-text.ts";
import type { Machine } from "../health/health.ts";
import type { Link } from "../link.ts";
import { tellKinds } from "../order/effects.ts";
import { isOpen } from "../order/order.ts";
import type { State } from "../order/words.ts";
import { isActiveNow } from "../readiness/interlocks.ts";
import { conditionOf, isReady, type Obstacle } from "../readiness/preflight.ts";
import type { ServiceFacts } from "./report.ts";
import type { NamedInput } from "./service.ts";

/** Where the facts come from. */
export type ServiceSources = Pick<ServiceFacts, "id" | "name" | "version"> & {
  readonly clock: Clock;
  readonly zone: Zone;
  readonly startedAt: Instant;
  /** Host and port, without an account. */
  readonly broker: string;
  readonly machine: Machine;
  readonly printer?: Printer;
  /** The lines of all relays that something hangs on. */
  readonly lines: readonly string[];
  readonly inputs: readonly NamedInput[];
  readonly journal: Pick<Journal<State, unknown, unknown>, "unfinished" | "backlog">;
  relayOf(line: string): Relay | undefined;
  link(): Pick<Link, "connected" | "trouble" | "reconnects"> | undefined;
  obstacles(): readonly Obstacle[];
  screenFailure(): string | undefined;
};

/** Asks everything at once, each with a deadline. Never rejects: what cannot be had is absent. */
export async function serviceFacts(sources: ServiceSources): Promise<Omit<ServiceFacts, "printed">> {
  const { clock, machine, printer, lines, inputs } = sources;
  const known = <Value>(asked: Promise<Value> | undefined): Promise<Value | undefined> =>
    asked === undefined ? Promise.resolve(undefined) : answerOr(clock, asked, undefined);
  const [condition, relays, wires, journal, isSynced, temperature, freeDiskBytes] = await Promise.all([
    printer === undefined ? undefined : conditionOf(printer, clock),
    Promise.all(lines.map(async (line) => ({ line, ready: await isReady(sources.relayOf(line), clock) }))),
    Promise.all(inputs.map((input) => wireOf(input, clock))),
    known(countsOf(sources)),
    known(machine.isClockSynced?.()),
    known(machine.temperature?.()),
    known(machine.freeDiskBytes?.()),
  ]);
  return defined({
    id: sources.id,
    name: sources.name,
    version: sources.version,
    obstacles: sources.obstacles(),
    link: linkOf(sources),
    addresses: machine.addresses?.() ?? [],
    printer: condition,
    screenFailure: sources.screenFailure(),
    relays,
    wires,
    journal,
    clock: defined({ text: wallText(clock.wall(), sources.zone), isSynced }),
    temperature,
    freeDiskBytes,
    uptimeSeconds: Math.floor((sinceMs(sources.startedAt, clock.now()) ?? 0) / 1_000),
  });
}

function linkOf({ link, broker }: ServiceSources): ServiceFacts["link"] {
  const now = link();
  return defined({
    broker,
    connected: now?.connected ?? false,
    trouble: now?.trouble,
    reconnects: now?.reconnects ?? 0,
  });
}

async function wireOf({ name, input }: NamedInput, clock: Clock): Promise<ServiceFacts["wires"][number]> {
  return defined({ name, isActive: await isActiveNow(input, clock) });
}

async function countsOf({ journal }: ServiceSources): Promise<NonNullable<ServiceFacts["journal"]>> {
  const [unfinished, unsent] = await Promise.all([journal.unfinished(), journal.backlog(tellKinds)]);
  const open = unfinished.filter(({ state }) => isOpen(state));
  return { open: open.length, owed: open.filter(({ state }) => state.at === "troubled").length, unsent: unsent.count };
}

type Defined<Fields> = { [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name] } & {
  [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined>;
};

/** The same without what is `undefined`. */
const defined = <Fields extends object>(fields: Fields): Defined<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<Fields>;
