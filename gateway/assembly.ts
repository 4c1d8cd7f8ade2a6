import { type Lane, Performer } from "../journal/performer.ts";
import type { Drawing } from "./drawing.ts";
import { Hands } from "./hands.ts";
import type { Link } from "./link.ts";
import { printKinds, releaseKinds, tellKinds } from "./order/effects.ts";
import type { Effect, State } from "./order/words.ts";
import { Paper } from "./paper/paper.ts";
import type { StandParts } from "./parts.ts";
import { Interlocks } from "./readiness/interlocks.ts";
import type { LinkObstacle, PreflightParts } from "./readiness/preflight.ts";
import { Readiness } from "./readiness/readiness.ts";
import { Display } from "./screen/display.ts";
import type { View } from "./screen/view.ts";
import { type ServiceSources, serviceFacts } from "./service/facts.ts";
import { Service, type ServiceSettings } from "./service/service.ts";
import { Signals } from "./signals.ts";
import { isOccupied, Stand } from "./stand.ts";
import type { Trade } from "./trade/trade.ts";

/** What the parts of a stand ask of the whole, and tell it. */
export type Whole = {
  trade(): Trade;
  link(): Link | undefined;
  linkObstacle(): LinkObstacle | undefined;
  /** It is about to end, for a newer version of itself. */
  isLeaving(): boolean;
  view(): View;
  /** Something that can be seen or heard at the stand may have changed. */
  changed(): void;
  orderChanged(): void;
  interlocksChanged(): void;
  screenFailed(): void;
  journalFailed(fault: unknown): void;
};

/** The parts of one stand; they know each other, and are at rest until they are opened. */
export type Assembly = {
  readonly stand: Stand;
  readonly hands: Hands;
  readonly paper: Paper;
  readonly display: Display | undefined;
  readonly readiness: Readiness;
  readonly interlocks: Interlocks;
  readonly signals: Signals;
  readonly service: Service | undefined;
  readonly performer: Performer<Effect>;
};

/** Puts the parts together. What one asks of another, it asks when it needs it: nobody asks before all are there. */
export function assemble(parts: StandParts, drawing: Drawing, whole: Whole): Assembly {
  const interlocks = new Interlocks({
    ...parts,
    interlocks: parts.devices.interlocks ?? [],
    changed: () => whole.interlocksChanged(),
  });
  const stand: Stand = new Stand({
    ...parts,
    trade: () => whole.trade(),
    preflight: (opening) => readiness.before(opening),
    changed: () => whole.orderChanged(),
    wake: () => performer.wake(),
  });
  const display = displayOf(parts, drawing, whole);
  const hands = new Hands({
    ...parts,
    stand,
    relayOf: (line) => parts.devices.relayOf(line),
    sensorOf: (line) => whole.trade().sensorOf(line),
    ...interlocking(parts, interlocks),
  });
  const paper = paperOf(parts, drawing, whole, { stand, display });
  const readiness: Readiness = readinessOf(parts, whole, { stand, display, hands, interlocks });
  const service = parts.service && serviceOf(parts, parts.service, drawing, whole, { display, paper, readiness });
  const signals = signalsOf(parts, whole, { stand, readiness, service });
  const performer: Performer<Effect> = performerOf(parts, whole, { hands, paper });
  return { stand, hands, paper, display, readiness, interlocks, signals, service, performer };
}

/** A stand without interlocks does not wait for any. */
const interlocking = ({ devices }: StandParts, interlocks: Interlocks): { readonly interlocks?: Interlocks } =>
  (devices.interlocks ?? []).length === 0 ? {} : { interlocks };

function displayOf({ devices, clock, log }: StandParts, drawing: Drawing, whole: Whole): Display | undefined {
  const { screen } = devices;
  if (screen === undefined) return undefined;
  const { page: draw, tidy } = drawing;
  return new Display({
    screen,
    clock,
    log,
    view: () => whole.view(),
    draw,
    onFailed: () => whole.screenFailed(),
    ...(tidy === undefined ? {} : { tidy }),
  });
}

type Knows<Names extends keyof Assembly> = Pick<Assembly, Names>;

function paperOf(parts: StandParts, drawing: Drawing, whole: Whole, { stand, display }: Knows<"stand" | "display">) {
  const { devices, clock, log, zone, isTest } = parts;
  return new Paper({
    printer: devices.printer,
    stand,
    clock,
    log,
    standName: () => whole.trade().name,
    zone: zone ?? "WIB",
    isTest,
    draw: drawing.slip,
    screenWorks: () => display !== undefined && display.failure === undefined,
  });
}

function readinessOf(
  parts: StandParts,
  whole: Whole,
  { stand, display, hands, interlocks }: Knows<"stand" | "display" | "hands" | "interlocks">,
): Readiness {
  const { clock, journal, rules, devices, freeDiskBytes, log } = parts;
  const { printer } = devices;
  const preflight: PreflightParts = {
    clock,
    journal,
    linkObstacle: () => whole.linkObstacle(),
    isLeaving: () => whole.isLeaving(),
    printsQr: rules.prints.qr,
    isReleasing: () => hands.isReleasing,
    ...interlocking(parts, interlocks),
    ...(display === undefined ? {} : { screen: display }),
    ...(printer === undefined ? {} : { printer }),
    ...(freeDiskBytes === undefined ? {} : { freeDiskBytes }),
  };
  return new Readiness({
    parts: preflight,
    menu: () => whole.trade().menu,
    log,
    relayOf: (line) => devices.relayOf(line),
    sensorOf: (line) => whole.trade().sensorOf(line)?.input,
    isServing: () => isOccupied(stand.front),
    changed: () => whole.changed(),
  });
}

function serviceOf(
  parts: StandParts,
  settings: ServiceSettings,
  drawing: Drawing,
  whole: Whole,
  { display, paper, readiness }: Knows<"display" | "paper" | "readiness">,
): Service {
  const { devices, zone, clock } = parts;
  const sources: Omit<ServiceSources, "name" | "lines" | "inputs"> = {
    ...parts,
    ...settings,
    ...(devices.printer === undefined ? {} : { printer: devices.printer }),
    zone: zone ?? "WIB",
    startedAt: clock.now(),
    relayOf: (line) => devices.relayOf(line),
    link: () => whole.link(),
    obstacles: () => readiness.obstacles,
    screenFailure: () => display?.failure,
  };
  const lines = (): readonly string[] => [...new Set(whole.trade().menu.map(({ opening }) => opening.line))];
  return new Service({
    ...parts,
    ...settings,
    name: () => whole.trade().name,
    inputs: () => whole.trade().inputs,
    drawing,
    hasScreen: display !== undefined,
    look: () => serviceFacts({ ...sources, name: whole.trade().name, inputs: whole.trade().inputs, lines: lines() }),
    print: (draw) => paper.printFree(draw),
    changed: () => whole.changed(),
  });
}

function signalsOf(
  { devices, clock, log }: StandParts,
  whole: Whole,
  { stand, readiness, service }: Knows<"stand" | "readiness" | "service">,
): Signals {
  const seen = (): { front: State | undefined; isInService: boolean } => ({
    front: stand.front,
    isInService: readiness.obstacles.length === 0 && whole.linkObstacle() === undefined && service?.isOpen !== true,
  });
  return new Signals({ outOfService: "off", ...devices.signals, clock, log, seen });
}

/** Statements under way at once. */
const TELL_AT_ONCE = 16;

function performerOf(
  { journal, clock, log }: StandParts,
  whole: Whole,
  { hands, paper }: Knows<"hands" | "paper">,
): Performer<Effect> {
  const isOpen = (): boolean => whole.link()?.connected ?? false;
  const tell: Lane<Effect>["perform"] = async (owed, signal) => whole.link()?.tell(owed, signal) ?? { againMs: 0 };
  const lanes: readonly Lane<Effect>[] = [
    { kinds: releaseKinds, atOnce: 1, perform: (owed) => hands.release(owed) },
    { kinds: tellKinds, atOnce: TELL_AT_ONCE, isOpen, perform: tell },
    { kinds: printKinds, atOnce: 1, perform: (owed) => paper.print(owed) },
  ];
  return new Performer({ journal, clock, log, lanes, onFault: (fault) => whole.journalFailed(fault) });
}
