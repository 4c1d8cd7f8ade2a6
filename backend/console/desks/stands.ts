import { every } from "../../../host/every.ts";
import type { Log } from "../../../host/log.ts";
import type { StandId } from "../../../protocol/ids.ts";
import { type Clock, pause, type Stop } from "../../../protocol/time.ts";
import type { HealthBook } from "../../health/book.ts";
import type { HealthSaid } from "../../health/parse.ts";
import { jsonList } from "../../json-list.ts";
import { kept } from "../../kept.ts";
import { historyOf, usingOf } from "../../settings/book.ts";
import type { Pictures } from "../../settings/pictures.ts";
import { inOrder, type Not, type Registry, type StandWords } from "../../stands/registry.ts";
import type { Roster, StandRecord } from "../../stands/roster.ts";
import type { Store } from "../../store/store.ts";
import type { NewStand, No, NotThere, StandChange, StandsDesk } from "../api/desks.ts";
import type { AlarmLine, Figure, StandLine, StandPage } from "../api/words.ts";

export type StandsDeskParts = {
  readonly store: Store;
  readonly roster: Roster;
  readonly registry: Pick<Registry, "add" | "invite" | "revoke" | "change">;
  readonly health: Pick<HealthBook, "standing" | "latest" | "presence" | "counts" | "versions" | "series" | "onChange">;
  readonly pictures: Pick<Pictures, "freshPicture">;
  readonly clock: Clock;
  readonly log: Log;
  /** On the clock that the backends share. */
  nowMs(): number;
  /** Alarms that last. */
  alarms(): Promise<readonly Pick<AlarmLine, "stand">[]>;
};

const SCREEN_MS = 5_000;
const LIST_AGE_MS = 1_000;
const ALARMS_AGE_MS = 1_000;
const VERSIONS_AGE_MS = 10_000;
const BREATH_MS = 2;
/** Each may have eleven kilobytes. */
const VERSIONS_SHOWN = 5;

/** Roster, health and settings of the stands, put together for people. */
export function standsDesk(parts: StandsDeskParts): StandsDesk {
  const { roster, registry, health, pictures, clock, nowMs } = parts;
  const alarms = kept(clock, ALARMS_AGE_MS, async () => countsOf(await parts.alarms()));
  const all = kept(clock, LIST_AGE_MS, async () => listOf(parts, await alarms()));
  const versions = kept(clock, VERSIONS_AGE_MS, async () => health.versions());
  roster.onChange(all.forget);
  return {
    all,
    counts: () => health.counts(),
    page: (stand) => pageOf(stand, parts),
    versions,
    add: async ({ id, ...words }) => invited(await registry.add(id, wordsOf(words))),
    invite: async (stand) => invited(await registry.invite(stand)),
    revoke: async (stand, _by, why) => changed(await registry.revoke(stand, why)),
    change: async (stand, words) => changed(await registry.change(stand, wordsOf(words))),
    series: async (stand, { fromMs, toMs }, points) => {
      if (roster.get(stand) === undefined) return undefined;
      const { atMs, figures } = await health.series({ stand, fromMs, toMs, points });
      return { atMs, figures };
    },
    screen: async (stand) => {
      if (roster.get(stand) === undefined) return undefined;
      const found = await pictures.freshPicture(stand, SCREEN_MS);
      if (found?.png === undefined) return undefined;
      return { png: found.png, page: found.page, ageMs: found.isFresh ? 0 : nowMs() - found.atMs };
    },
    onChange: (hear) => follow(hear, parts, alarms, all.forget),
  };
}

/** Ten thousand stands are looked at and written down once a second for all who ask, and not at one go: orders have their turn in between. */
async function listOf(parts: StandsDeskParts, alarms: ReadonlyMap<string, number>): Promise<readonly string[]> {
  const line = (record: StandRecord): StandLine => lineOf(record, alarms.get(record.id) ?? 0, parts);
  const pieces: string[] = [];
  for await (const piece of jsonList("stands", inOrder(parts.roster.all()), line)) {
    pieces.push(piece);
    await pause(parts.clock, BREATH_MS);
  }
  return pieces;
}

/** What may be left out, is. */
function wordsOf({ name, site, place, merchant, policies, rate }: Omit<NewStand, "id"> | StandChange): StandWords {
  return {
    ...(name !== undefined && { name }),
    ...(site !== undefined && { site }),
    ...(place !== undefined && { place }),
    ...(merchant !== undefined && { merchant }),
    ...(policies !== undefined && { policies }),
    ...(rate !== undefined && { rate }),
  };
}

function countsOf(alarms: readonly Pick<AlarmLine, "stand">[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { stand } of alarms) if (stand !== undefined) counts.set(stand, (counts.get(stand) ?? 0) + 1);
  return counts;
}

function lineOf(record: StandRecord, alarms: number, { health }: Pick<StandsDeskParts, "health">): StandLine {
  const { id, name, site, place, merchant } = record;
  const { state, reasons } = health.standing(id);
  const latest = health.latest(id);
  const seenMs = Math.max(latest?.heardMs ?? 0, health.presence(id)?.heardMs ?? 0);
  const software = latest?.health.software;
  return {
    id,
    name,
    ...(site !== undefined && { site }),
    ...(place !== undefined && { place }),
    merchant,
    state,
    obstacles: reasons,
    ...(seenMs > 0 && { seenMs }),
    ...(software !== undefined && { software }),
    alarms,
  };
}

async function pageOf(
  stand: StandId,
  parts: StandsDeskParts,
): Promise<Omit<StandPage, "orders" | "alarmsNow"> | undefined> {
  const { store, roster, health } = parts;
  const record = roster.get(stand);
  if (record === undefined) return undefined;
  const [history, using] = [await historyOf(store, stand, VERSIONS_SHOWN), await usingOf(store, stand)];
  const versions = history.map(({ version, settings, by, atMs }) => ({ version, settings, by, sinceMs: atMs }));
  const [desired] = versions;
  const alarms = countsOf(await parts.alarms()).get(stand) ?? 0;
  const latest = health.latest(stand);
  const endsMs = using?.certificateEndsMs ?? record.certificateEndsMs;
  return {
    ...lineOf(record, alarms, parts),
    isConfigured: record.isConfigured,
    roster: record.state,
    policies: record.policies,
    rate: record.rate,
    ...(record.enrolledMs !== undefined && { enrolledMs: record.enrolledMs }),
    ...(endsMs !== undefined && { certificateEndsMs: endsMs }),
    ...(latest !== undefined && { health: { atMs: latest.heardMs, figures: figuresOf(latest.health) } }),
    settings: {
      ...(desired !== undefined && { desired }),
      history: versions,
      ...(using !== undefined && { using: using.version }),
      ...(using?.refused !== undefined && { refused: using.refused }),
    },
  };
}

/** One level of names; the relays' counts each under `relay NAME`. */
function figuresOf({ relays, ...said }: HealthSaid): Readonly<Record<string, Figure>> {
  const closed = Object.entries(relays ?? {}).map(([line, times]) => [`relay ${line}`, times] as const);
  return { ...said, ...Object.fromEntries(closed) };
}

type Refused = Not<"unknown" | "taken" | "configured" | "no-merchant" | "closed">;
type Done = { readonly is: "invited" | "changed" } | Refused;

const noOf = ({ is, because }: Refused): No | NotThere =>
  is === "unknown" ? { is: "unknown" } : { is: "no", why: is, because };

function invited(done: Awaited<ReturnType<Registry["add"] | Registry["invite"]>>) {
  return done.is === "invited" ? ({ is: "yes", ...done.invitation } as const) : noOf(done);
}

const changed = (done: Done): { readonly is: "yes" } | No | NotThere =>
  "because" in done ? noOf(done) : { is: "yes" };

const TELL_MS = 100;
const TOLD_AT_ONCE = 100;

/**
 * What the roster says anew, and who stands otherwise than before. When the whole fleet is lost or back at one moment, it is told some at a
 * time, each as it is by then: pages keep up with that, and are not cut.
 */
function follow(
  hear: (stand: StandLine) => void,
  parts: StandsDeskParts,
  alarms: () => Promise<ReadonlyMap<string, number>>,
  forgetAll: () => void,
): Stop {
  const { roster, health, clock, log } = parts;
  const changed = new Set<StandId>();
  // Whoever begins to listen after this must not read what was before it.
  const note = (ids: ReadonlySet<StandId>): void => {
    forgetAll();
    for (const id of ids) changed.add(id);
  };
  const run = async (): Promise<void> => {
    if (changed.size === 0) return;
    const counts = await alarms();
    for (const id of [...changed].slice(0, TOLD_AT_ONCE)) {
      changed.delete(id);
      const record = roster.get(id);
      if (record !== undefined) hear(lineOf(record, counts.get(id) ?? 0, parts));
    }
  };
  forgetAll();
  const telling = every(clock, log, { firstMs: TELL_MS, everyMs: TELL_MS, what: "stands not told", run });
  const stops = [roster.onChange(note), health.onChange(note), telling];
  return () => {
    for (const stop of stops) stop();
  };
}
