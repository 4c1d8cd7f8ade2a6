import type { Condition, Input, Printer, Relay } from "../../device/device.ts";
import { answerOr } from "../../host/within.ts";
import type { Meaning } from "../../protocol/settings.ts";
import { type Clock, pause } from "../../protocol/time.ts";
import { type Interlocks, isActiveNow } from "./interlocks.ts";

/** No connection to the broker; or there is one, and no backend answers. */
export type LinkObstacle = "link-down" | "backend-silent";

/** What keeps a stand from selling. A sale that cannot end is not begun. */
export type Obstacle =
  /** It is about to begin anew as a newer version of itself. */
  | "updating"
  | Meaning
  | LinkObstacle
  | "no-paper"
  | "printer-not-ready"
  | "screen-failed"
  | "release-not-ready"
  /** What should see the goods leave sees something already, or does not answer: no delivery could be confirmed. */
  | "sensor-stuck"
  | "disk-full"
  | "journal-failed";

/** These come and go between two looks: who knows the link knows better than what was found. */
export const isOfLink = (obstacle: Obstacle): obstacle is LinkObstacle =>
  obstacle === "link-down" || obstacle === "backend-silent";

export type PreflightParts = {
  readonly clock: Clock;
  readonly linkObstacle: () => LinkObstacle | undefined;
  readonly isLeaving?: () => boolean;
  /** Absent on a stand without one. */
  readonly screen?: { readonly failure: string | undefined };
  readonly printer?: Printer;
  readonly printsQr: boolean;
  /** A release is under way, or its outcome is not on disk yet. */
  readonly isReleasing: () => boolean;
  /** Absent on a stand without one. */
  readonly interlocks?: Pick<Interlocks, "look" | "active">;
  readonly journal: { probe(): Promise<void> };
  readonly freeDiskBytes?: () => Promise<number>;
};

/** Where goods leave: the contact that lets them out, and what sees them, where there is something. */
export type Outlet = { readonly relay: Relay | undefined; readonly sensor?: Input };

/** Which outlets one of must be ready, where any is needed, and whether to write to the disk, which wears it. */
export type Look = { readonly outlets: readonly Outlet[]; readonly probesJournal: boolean };

/** A sale writes some kilobytes; what is left beyond belongs to the journal's own growth and to the system. */
const LEAST_FREE_BYTES = 20 * 1024 * 1024;

/** Everything that stands in the way of a sale right now, each question asked at the same time and with a deadline. */
export async function obstaclesTo(parts: PreflightParts, look: Look): Promise<readonly Obstacle[]> {
  const answers = await Promise.all([
    parts.isLeaving?.() === true ? "updating" : undefined,
    parts.linkObstacle(),
    carrierObstacle(parts),
    releaseObstacle(parts, look.outlets),
    diskObstacle(parts),
    look.probesJournal ? journalObstacle(parts) : undefined,
    parts.interlocks?.look().then(() => undefined),
  ] as const);
  return [...(parts.interlocks?.active ?? []), ...answers.filter((answer) => answer !== undefined)];
}

/** The QR needs one carrier: a screen that works, or paper. */
async function carrierObstacle({ screen, printer, printsQr, clock }: PreflightParts): Promise<Obstacle | undefined> {
  if (screen !== undefined && screen.failure === undefined) return undefined;
  if (printer === undefined || !printsQr) return "screen-failed";
  return obstacleOf(await conditionOf(printer, clock));
}

/** A printer that does not answer is in a condition nobody knows. */
export const conditionOf = async (printer: Printer, clock: Clock): Promise<Condition> =>
  answerOr(clock, printer.condition(), "unknown");

export const isPrintable = (condition: Condition): boolean => condition === "ready" || condition === "paper-low";

function obstacleOf(condition: Condition): Obstacle | undefined {
  if (isPrintable(condition)) return undefined;
  return condition === "no-paper" ? "no-paper" : "printer-not-ready";
}

async function releaseObstacle(
  { clock, isReleasing }: PreflightParts,
  outlets: Look["outlets"],
): Promise<Obstacle | undefined> {
  if (isReleasing()) return "release-not-ready";
  if (outlets.length === 0) return undefined;
  const found = await Promise.all(outlets.map((outlet) => outletObstacle(outlet, clock)));
  if (found.includes(undefined)) return undefined;
  return found.includes("sensor-stuck") ? "sensor-stuck" : "release-not-ready";
}

async function outletObstacle({ relay, sensor }: Outlet, clock: Clock): Promise<Obstacle | undefined> {
  const [ready, isActive] = await Promise.all([
    isReady(relay, clock),
    sensor === undefined ? false : isActiveNow(sensor, clock),
  ]);
  if (!ready) return "release-not-ready";
  return isActive === false ? undefined : "sensor-stuck";
}

/** No relay is not ready, and neither is one that does not answer. */
export const isReady = (relay: Relay | undefined, clock: Clock): Promise<boolean> =>
  relay === undefined ? Promise.resolve(false) : answerOr(clock, relay.ready(), false);

/** The relays' guard is a process: it takes a moment to be up. */
export const GUARD_MS = 15_000;
const LOOK_MS = 50;

/** Whether it is ready, or becomes so in time: its guard may only just have been started. */
export async function becomesReady(relay: Relay | undefined, clock: Clock, patienceMs = GUARD_MS): Promise<boolean> {
  const end = clock.now().ms + patienceMs;
  for (;;) {
    if (await isReady(relay, clock)) return true;
    if (clock.now().ms >= end) return false;
    await pause(clock, LOOK_MS);
  }
}

async function diskObstacle({ clock, freeDiskBytes }: PreflightParts): Promise<Obstacle | undefined> {
  if (freeDiskBytes === undefined) return undefined;
  const free = await answerOr(clock, freeDiskBytes(), 0);
  return free < LEAST_FREE_BYTES ? "disk-full" : undefined;
}

async function journalObstacle({ clock, journal }: PreflightParts): Promise<Obstacle | undefined> {
  const probed = journal.probe().then(() => true);
  return (await answerOr(clock, probed, false)) ? undefined : "journal-failed";
}
