import type { OrderId, StandId } from "../../protocol/ids.ts";
import type { Known } from "../health/presence.ts";
import { type Latest, lastSign } from "../health/standing.ts";
import type { UsingNow } from "../settings/book.ts";
import { differs } from "../settings/differs.ts";
import type { StandRecord } from "../stands/record.ts";
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
export type Condition = Subject & { readonly is: "bad" | "near"; readonly detail: string };

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
  if (linkUpMs === undefined) return [about(record.id, "stand-silent", "near", "the broker is down")];
  const sinceMs = nowMs - Math.max(...signs, linkUpMs);
  if (sinceMs < rules.silentMs) return [];
  return [about(record.id, "stand-silent", "bad", `nothing was heard for ${Math.floor(sinceMs / 60_000)} minutes`)];
}

const HEALTH_KINDS: readonly AlarmKind[] = ["printer", "screen", "release", "clock", "disk", "hot", "throttled"];

function healthConditions({ record: { id }, latest }: StandFacts, { rules, nowMs }: Watcher): readonly Condition[] {
  if (latest === undefined) return [];
  if (nowMs - latest.heardMs > FRESH_MS)
    return HEALTH_KINDS.map((kind) => about(id, kind, "near", "it says nothing now"));
  const { health } = latest;
  const has = (...names: string[]): string | undefined => health.obstacles.find((each) => names.includes(each));
  const { printer, panel, clockOffsetMs: offset, diskFree, temperature } = health;
  const found: (Condition | false | undefined)[] = [
    printer !== undefined && !WELL.includes(printer) && about(id, "printer", "bad", printer),
    screenOf(id, panel, has("screen-failed")),
    when(has("release-not-ready", "sensor-stuck"), (because) => about(id, "release", "bad", because)),
    clockOf(id, offset, health.isClockSynced, rules.clockOffsetMs),
    diskFree !== undefined && diskFree < rules.diskBytes * DISK_NEAR
      ? about(id, "disk", diskFree < rules.diskBytes ? "bad" : "near", `${megabytes(diskFree)} MB are free`)
      : when(has("disk-full", "journal-failed"), (because) => about(id, "disk", "bad", because)),
    temperature !== undefined &&
      temperature >= rules.degrees - COOL_DEGREES &&
      about(id, "hot", temperature >= rules.degrees ? "bad" : "near", `${Math.round(temperature)} °C`),
    health.isThrottled && about(id, "throttled", "bad", "slowed down, for heat or for want of power"),
  ];
  return found.filter((each) => each !== undefined && each !== false);
}

/** Paper that is low is for the next visit. */
const WELL: readonly string[] = ["ready", "paper-low"];

function screenOf(id: StandId, panel: string | undefined, obstacle: string | undefined): Condition | undefined {
  if (panel !== undefined && panel !== "ok") return about(id, "screen", "bad", panel);
  return when(obstacle, (because) => about(id, "screen", "bad", because));
}

function clockOf(id: StandId, offset: number | undefined, isSynced: boolean | undefined, most: number) {
  const far = Math.abs(offset ?? 0);
  const seconds = `${Math.round((offset ?? 0) / 1_000)} s off`;
  if (far > most) return about(id, "clock", "bad", seconds);
  if (isSynced === false) return about(id, "clock", "bad", "the network has not told it the time");
  return far > most / 2 && about(id, "clock", "near", seconds);
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
    when(certificate(endsMs, { rules, nowMs }), (detail) => about(id, "certificate-stand", "bad", detail)),
    when(refused, ({ version, because }) => about(id, "settings-refused", "bad", `version ${version}: ${because}`)),
  ];
  return found.filter((each) => each !== undefined);
}

const latestEnd = (latest: Latest | undefined, inMs: number): number => (latest?.heardMs ?? 0) + inMs;

/** In words when a certificate ends soon, or has ended. */
export function certificate(
  endsMs: number | undefined,
  { rules, nowMs }: Pick<Watcher, "rules" | "nowMs">,
): string | undefined {
  if (endsMs === undefined || endsMs - nowMs >= rules.certificateMs) return undefined;
  return endsMs <= nowMs ? "it has ended" : `it ends in ${Math.floor((endsMs - nowMs) / DAY_MS)} days`;
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
    if (state === "owed") found.push({ kind: "owed", order, stand, is: "bad", detail: because ?? "" });
    if (state === "paid" && nowMs - paidMs >= rules.undeliveredMs)
      found.push({
        kind: "not-delivered",
        order,
        stand,
        is: "bad",
        detail: "paid, and the stand has said no word of the goods",
      });
  }
  return found;
}

export type BackendFacts = {
  /** Since when the broker is away; absent while it is there. */
  readonly linkDownMs: number | undefined;
  readonly brokerEndsMs: number | undefined;
  readonly ownEndsMs: number | undefined;
  readonly diskFree: number | undefined;
};

const LINK_PATIENCE_MS = 30_000;
const OWN_DISK_BYTES = 1_000_000_000;

export function backendConditions(facts: BackendFacts, watcher: Omit<Watcher, "linkUpMs">): readonly Condition[] {
  const { linkDownMs, brokerEndsMs, ownEndsMs, diskFree } = facts;
  const isDown = linkDownMs !== undefined && watcher.nowMs - linkDownMs >= LINK_PATIENCE_MS;
  const found: (Condition | false | undefined)[] = [
    isDown && { kind: "broker-down", is: "bad", detail: "no stand can be reached, and none is heard" },
    when(certificate(brokerEndsMs, watcher), (detail) => ({ kind: "certificate-broker", is: "bad", detail })),
    when(certificate(ownEndsMs, watcher), (detail) => ({ kind: "certificate-backend", is: "bad", detail })),
    diskFree !== undefined &&
      diskFree < OWN_DISK_BYTES * DISK_NEAR && {
        kind: "disk-backend",
        is: diskFree < OWN_DISK_BYTES ? "bad" : "near",
        detail: `${megabytes(diskFree)} MB are free`,
      },
  ];
  return found.filter((each) => each !== undefined && each !== false);
}

const about = (stand: StandId, kind: AlarmKind, is: Condition["is"], detail: string): Condition => ({
  kind,
  stand,
  is,
  detail,
});
const when = <Of>(value: Of | undefined, then: (value: Of) => Condition): Condition | undefined =>
  value === undefined ? undefined : then(value);
const megabytes = (bytes: number): number => Math.floor(bytes / 1_000_000);
