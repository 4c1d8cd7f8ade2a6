import type { OrderId, StandId } from "../../protocol/ids.ts";
import type { Known } from "../health/presence.ts";
import { type Latest, lastSign } from "../health/standing.ts";
import type { UsingNow } from "../settings/book.ts";
import { differs } from "../settings/differs.ts";
import type { StandRecord } from "../stands/record.ts";
import type { Detail } from "./detail.ts";
import type { AlarmKind, Subject } from "./kinds.ts";

/** From when on something is worth an alarm. */
export type AlarmRules = {
  readonly silentMs: number;
  /** A paid order without a word from its stand. */
  readonly undeliveredMs: number;
  readonly clockOffsetMs: number;
  readonly certificateMs: number;
  /** Of a stand; the backend's own disk needs more. */
  readonly diskBytes: number;
  readonly degrees: number;
};

/** Something that is `bad`, or so near to it that an alarm about it goes on and none begins. What is not there is good. */
export type Condition = Subject & ({ readonly is: "bad"; readonly detail: Detail } | { readonly is: "near" });

export type StandFacts = {
  readonly record: Pick<StandRecord, "id" | "state" | "enrolledMs" | "certificateEndsMs">;
  readonly presence: Known | undefined;
  readonly latest: Latest | undefined;
  /** Known of stands that refused something, or whose certificate ends soon. */
  readonly using: UsingNow | undefined;
  /** The newest settings that were saved for them. */
  readonly desired: number | undefined;
};

/** `linkUpMs`: since when this backend hears the broker; absent while it does not. */
export type Watcher = { readonly rules: AlarmRules; readonly nowMs: number; readonly linkUpMs: number | undefined };

/** Older figures say nothing of now. */
const FRESH_MS = 180_000;
const DISK_NEAR = 1.25;
const COOL_DEGREES = 5;
export const DAY_MS = 86_400_000;

/** What is to be told of one stand. Times are on the clock that the backends share. */
export function standConditions(facts: StandFacts, watcher: Watcher): readonly Condition[] {
  if (facts.record.state !== "active") return [];
  return [...silence(facts, watcher), ...healthConditions(facts, watcher), ...careConditions(facts, watcher)];
}

/** Who cannot hear the broker cannot call anybody silent; and everybody has the usual time once it is back. */
function silence({ record, presence, latest }: StandFacts, { rules, nowMs, linkUpMs }: Watcher): Condition[] {
  const signs = [lastSign(presence, latest), record.enrolledMs].filter((sign) => sign !== undefined);
  if (signs.length === 0) return [];
  if (linkUpMs === undefined) return [near(record.id, "stand-silent")];
  const sinceMs = nowMs - Math.max(...signs, linkUpMs);
  if (sinceMs < rules.silentMs) return [];
  return [bad(record.id, "stand-silent", { is: "not-heard", minutes: Math.floor(sinceMs / 60_000) })];
}

const HEALTH_KINDS: readonly AlarmKind[] = ["printer", "screen", "release", "clock", "disk", "hot", "throttled"];

function healthConditions({ record: { id }, latest }: StandFacts, { rules, nowMs }: Watcher): readonly Condition[] {
  if (latest === undefined) return [];
  if (nowMs - latest.heardMs > FRESH_MS) return HEALTH_KINDS.map((kind) => near(id, kind));
  const { health } = latest;
  const has = (...names: string[]): string | undefined => health.obstacles.find((each) => names.includes(each));
  const { printer, panel, clockOffsetMs: offset, diskFree, temperature } = health;
  const found: (Condition | false | undefined)[] = [
    printer !== undefined && !WELL.includes(printer) && bad(id, "printer", { is: "printer", condition: printer }),
    screenOf(id, panel, has("screen-failed")),
    when(has("release-not-ready", "sensor-stuck"), (obstacle) => bad(id, "release", { is: "obstacle", obstacle })),
    clockOf(id, offset, health.isClockSynced, rules.clockOffsetMs),
    diskOf(id, diskFree, has("disk-full", "journal-failed"), rules.diskBytes),
    temperature !== undefined && heatOf(id, temperature, rules.degrees),
    health.isThrottled && bad(id, "throttled", { is: "slowed-down" }),
  ];
  return found.filter((each) => each !== undefined && each !== false);
}

/** Paper that is low is for the next visit. */
const WELL: readonly string[] = ["ready", "paper-low"];

function screenOf(id: StandId, panel: string | undefined, obstacle: string | undefined): Condition | undefined {
  if (panel !== undefined && panel !== "ok") return bad(id, "screen", { is: "panel", failure: panel });
  return when(obstacle, (name) => bad(id, "screen", { is: "obstacle", obstacle: name }));
}

function diskOf(id: StandId, free: number | undefined, obstacle: string | undefined, least: number) {
  if (obstacle !== undefined) return bad(id, "disk", { is: "obstacle", obstacle });
  if (free === undefined || free >= least * DISK_NEAR) return undefined;
  return free < least ? bad(id, "disk", { is: "disk-free", megabytes: megabytes(free) }) : near(id, "disk");
}

function heatOf(id: StandId, degrees: number, most: number): Condition | undefined {
  if (degrees >= most) return bad(id, "hot", { is: "temperature", degrees: Math.round(degrees) });
  return degrees >= most - COOL_DEGREES ? near(id, "hot") : undefined;
}

function clockOf(id: StandId, offset: number | undefined, isSynced: boolean | undefined, most: number) {
  const far = Math.abs(offset ?? 0);
  if (far > most) return bad(id, "clock", { is: "clock-off", seconds: Math.round((offset ?? 0) / 1_000) });
  if (isSynced === false) return bad(id, "clock", { is: "clock-unset" });
  return far > most / 2 && near(id, "clock");
}

/** What the stand says of its certificate goes before what it was given: it may not have put that to use. */
function careConditions(
  { record, latest, using, desired }: StandFacts,
  { rules, nowMs }: Watcher,
): readonly Condition[] {
  const { id } = record;
  const said = latest?.health.certificateEndsInMs;
  const endsMs = using?.certificateEndsMs ?? (said === undefined ? record.certificateEndsMs : latestEnd(latest, said));
  const refused = differs(desired, using) === "refused" ? using?.refused : undefined;
  const found = [
    when(certificate(endsMs, { rules, nowMs }), (detail) => bad(id, "certificate-stand", detail)),
    when(refused, (refusal) => bad(id, "settings-refused", { is: "settings-refused", ...refusal })),
  ];
  return found.filter((each) => each !== undefined);
}

const latestEnd = (latest: Latest | undefined, inMs: number): number => (latest?.heardMs ?? 0) + inMs;

/** What is to be said of a certificate that ends soon, or has ended. */
export function certificate(
  endsMs: number | undefined,
  { rules, nowMs }: Pick<Watcher, "rules" | "nowMs">,
): Detail | undefined {
  if (endsMs === undefined || endsMs - nowMs >= rules.certificateMs) return undefined;
  if (endsMs <= nowMs) return { is: "certificate-ended" };
  return { is: "certificate-ends", days: Math.floor((endsMs - nowMs) / DAY_MS) };
}

/** A paid order that has not ended, as the sales book has it. */
export type PaidOrder = {
  readonly order: OrderId;
  readonly stand: StandId;
  readonly state: string;
  readonly because: string | undefined;
  readonly paidMs: number;
};

export function orderConditions(orders: Iterable<PaidOrder>, { rules, nowMs }: Watcher): readonly Condition[] {
  const found: Condition[] = [];
  for (const { order, stand, state, because, paidMs } of orders) {
    if (state === "owed")
      found.push({ kind: "owed", order, stand, is: "bad", detail: { is: "owed", ...(because && { because }) } });
    if (state === "paid" && nowMs - paidMs >= rules.undeliveredMs)
      found.push({ kind: "not-delivered", order, stand, is: "bad", detail: { is: "no-word-of-goods" } });
  }
  return found;
}

export type BackendFacts = {
  /** Since when the broker is away; absent while it is there. */
  readonly linkDownMs: number | undefined;
  /** When the broker's certificate ends; absent where there is none. */
  readonly brokerEndsMs: number | "unknown" | undefined;
  readonly ownEndsMs: number | undefined;
  /** Absent where this backend keeps nothing on a disk. */
  readonly diskFree: number | "unknown" | undefined;
};

const LINK_PATIENCE_MS = 30_000;
const OWN_DISK_BYTES = 1_000_000_000;

export function backendConditions(facts: BackendFacts, watcher: Omit<Watcher, "linkUpMs">): readonly Condition[] {
  const { linkDownMs, brokerEndsMs, ownEndsMs, diskFree } = facts;
  const isDown = linkDownMs !== undefined && watcher.nowMs - linkDownMs >= LINK_PATIENCE_MS;
  const found: (Condition | false | undefined)[] = [
    isDown && { kind: "broker-down", is: "bad", detail: { is: "broker-away" } },
    brokerEndsMs === "unknown"
      ? { kind: "certificate-broker", is: "near" }
      : when(certificate(brokerEndsMs, watcher), (detail) => ({ kind: "certificate-broker", is: "bad", detail })),
    when(certificate(ownEndsMs, watcher), (detail) => ({ kind: "certificate-backend", is: "bad", detail })),
    ownDisk(diskFree),
  ];
  return found.filter((each) => each !== undefined && each !== false);
}

function ownDisk(free: BackendFacts["diskFree"]): Condition | undefined {
  if (free === undefined || (free !== "unknown" && free >= OWN_DISK_BYTES * DISK_NEAR)) return undefined;
  if (free === "unknown" || free >= OWN_DISK_BYTES) return { kind: "disk-backend", is: "near" };
  return { kind: "disk-backend", is: "bad", detail: { is: "disk-free", megabytes: megabytes(free) } };
}

const bad = (stand: StandId, kind: AlarmKind, detail: Detail): Condition => ({ kind, stand, is: "bad", detail });
const near = (stand: StandId, kind: AlarmKind): Condition => ({ kind, stand, is: "near" });
const when = <Of>(value: Of | undefined, then: (value: Of) => Condition): Condition | undefined =>
  value === undefined ? undefined : then(value);
const megabytes = (bytes: number): number => Math.floor(bytes / 1_000_000);
