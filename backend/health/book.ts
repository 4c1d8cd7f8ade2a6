import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import type { StandId } from "../../protocol/ids.ts";
import { type Clock, pause, type Stop } from "../../protocol/time.ts";
import type { Roster } from "../stands/roster.ts";
import type { Store } from "../store/store.ts";
import { readHealth } from "./parse.ts";
import { type Known, Presences } from "./presence.ts";
import { Recorder } from "./recorder.ts";
import { rollUp } from "./rollup.ts";
import { type Series, type SeriesAsked, seriesOf } from "./series.ts";
import { type Latest, type StandingName, type StandStanding, standingNames, stateOfStand } from "./standing.ts";
import type { LatestRow } from "./tables.ts";

export type HealthBookParts = {
  readonly store: Store;
  readonly roster: Pick<Roster, "get" | "all" | "onChange">;
  readonly clock: Clock;
  readonly log: Log;
  /** On the clock that the backends share. */
  nowMs(): number;
  /** Whether other backends hear stands too. */
  readonly isShared: boolean;
  /** Whether this backend does what only one of them does. */
  leads(): boolean;
  /** Whether the stand has begun an order that has not ended. */
  isServing(stand: StandId): boolean;
  readonly minutesKeptMs: number;
  readonly hoursKeptMs: number;
};

/** How many stands are how, and how many messages said nothing that could be used. */
export type Counts = Readonly<Record<StandingName, number>>;
export type Ignored = { readonly strangers: number; readonly unreadable: number; readonly dropped: number };
/** `stands`: the first of them by their ids, `STANDS_NAMED` at most. */
export type SoftwareCount = { readonly software: string; readonly count: number; readonly stands: readonly StandId[] };

const FOLLOW_MS = 5_000;
/** What another backend wrote may be seen a little after its time. */
const FOLLOW_BACK_MS = 20_000;
const COMPARE_MS = 1_000;
/** Whoever asks for the counts meanwhile gets those that there are; while somebody listens, comparing makes new ones in time. */
const COUNTED_MS = 2_000;
const ROLL_UP_MS = 60_000;
const ROWS_AT_ONCE = 500;
const BREATH_MS = 2;
const STANDS_AT_ONCE = 1_000;
const STANDS_NAMED = 50;

/**
 * What is known of how the stands are. Each backend hears every stand's presence; a stand's health reaches one of them, and the
 * others find it in the store. Decides nothing: see docs/decisions/presence-decides-nothing.md.
 */
export class HealthBook {
  readonly #parts: HealthBookParts;
  /** Of the stands in the roster; whoever hears them puts it in here. */
  readonly presences: Presences;
  readonly #recorder: Recorder;
  readonly #latest = new Map<StandId, Latest>();
  readonly #stops: Stop[] = [];
  readonly #hearers = new Set<(changed: ReadonlySet<StandId>) => void>();
  readonly #told = new Map<StandId, string>();
  #counted: { readonly atMs: number; readonly counts: Counts } | undefined;
  #strangers = 0;
  #unreadable = 0;
  #followedMs = 0;

  constructor(parts: HealthBookParts) {
    const { roster } = parts;
    this.#parts = parts;
    this.presences = new Presences((stand) => roster.get(stand) !== undefined);
    this.#recorder = new Recorder(parts);
    this.#stops.push(roster.onChange((changed) => this.#forgetGone(changed)));
  }

  /** Reads what the store has, and sets to work. */
  async start(): Promise<void> {
    const { clock, log, isShared } = this.#parts;
    await this.#readAll();
    const round = (everyMs: number, what: string, run: () => Promise<void>) =>
      this.#stops.push(every(clock, log, { firstMs: everyMs, everyMs, what, run }));
    if (isShared) round(FOLLOW_MS, "others' health not read", () => this.#follow());
    round(COMPARE_MS, "stands not compared", () => this.#compare());
    round(ROLL_UP_MS, "hours not made", () => this.#rollUp());
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#recorder.stop();
  }

  /** Whoever reaches the broker can say anything: what is no health, or of no stand of ours, is counted and forgotten. */
  heardHealth(stand: StandId, said: unknown): void {
    if (this.#parts.roster.get(stand) === undefined) {
      this.#strangers += 1;
      return;
    }
    const heardMs = this.#parts.nowMs();
    const health = readHealth(said, heardMs);
    if (health === undefined) {
      this.#unreadable += 1;
      return;
    }
    this.#latest.set(stand, { heardMs, health });
    this.#recorder.hear(stand, health, heardMs);
  }

  get ignored(): Ignored {
    return {
      strangers: this.#strangers + this.presences.strangers,
      unreadable: this.#unreadable,
      dropped: this.#recorder.dropped,
    };
  }

  /** What the stand said last. */
  latest(stand: StandId): Latest | undefined {
    return this.#latest.get(stand);
  }

  presence(stand: StandId): Known | undefined {
    return this.presences.get(stand);
  }

  isOnline(stand: StandId): boolean {
    const { state } = this.standing(stand);
    return state !== "offline" && state !== "new" && state !== "revoked";
  }

  /** A stand that nobody knows is `revoked`. */
  standing(stand: StandId): StandStanding {
    const { roster, isServing, nowMs } = this.#parts;
    const record = roster.get(stand) ?? { state: "revoked" as const };
    return stateOfStand(record, this.presence(stand), this.latest(stand), isServing(stand), nowMs());
  }

  /** Two seconds old at most, unless the roster has changed: however many ask, the stands are looked at once. */
  counts(): Counts {
    const nowMs = this.#parts.nowMs();
    const ageMs = nowMs - (this.#counted?.atMs ?? Number.NEGATIVE_INFINITY);
    if (this.#counted !== undefined && ageMs >= 0 && ageMs < COUNTED_MS) return this.#counted.counts;
    const counts = noCounts();
    for (const { id } of this.#parts.roster.all()) counts[this.standing(id).state] += 1;
    this.#counted = { atMs: nowMs, counts };
    return counts;
  }

  /** Which version runs where, the most used first. */
  versions(): readonly SoftwareCount[] {
    const stands = new Map<string, StandId[]>();
    for (const { id } of this.#parts.roster.all()) {
      const software = this.latest(id)?.health.software;
      if (software === undefined) continue;
      const same = stands.get(software);
      if (same === undefined) stands.set(software, [id]);
      else same.push(id);
    }
    const all = [...stands].map(([software, ids]) => ({
      software,
      count: ids.length,
      stands: ids.sort().slice(0, STANDS_NAMED),
    }));
    return all.sort((one, other) => other.count - one.count || one.software.localeCompare(other.software));
  }

  series(asked: SeriesAsked): Promise<Series> {
    const { store, nowMs, minutesKeptMs } = this.#parts;
    return seriesOf(store, asked, { nowMs: nowMs(), minutesKeptMs });
  }

  /** `hear` is told, at most once a second, which stands stand otherwise than before. */
  onChange(hear: (changed: ReadonlySet<StandId>) => void): Stop {
    this.#hearers.add(hear);
    return () => void this.#hearers.delete(hear);
  }

  async #compare(): Promise<void> {
    if (this.#hearers.size === 0) {
      this.#told.clear();
      return;
    }
    const isFirst = this.#told.size === 0;
    const changed = new Set<StandId>();
    const counts = noCounts();
    let looked = 0;
    for (const { id } of [...this.#parts.roster.all()]) {
      looked += 1;
      // Orders do not wait for ten thousand stands to be looked at.
      if (looked % STANDS_AT_ONCE === 0) await this.#breathe();
      const { state, reasons } = this.standing(id);
      counts[state] += 1;
      const now = `${state} ${reasons.join(" ")}`;
      if (this.#told.get(id) !== now) changed.add(id);
      this.#told.set(id, now);
    }
    this.#counted = { atMs: this.#parts.nowMs(), counts };
    if (changed.size > 0 && !isFirst) for (const hear of [...this.#hearers]) hear(changed);
  }

  #forgetGone(changed: ReadonlySet<StandId>): void {
    this.#counted = undefined;
    const gone = [...changed].filter((stand) => this.#parts.roster.get(stand) === undefined);
    this.presences.forget(gone);
    for (const stand of gone) {
      this.#latest.delete(stand);
      this.#told.delete(stand);
    }
  }

  async #readAll(): Promise<void> {
    const { store, nowMs } = this.#parts;
    this.#followedMs = nowMs();
    for (let after = ""; ; ) {
      const page = store.selectFrom("health_latest").where("stand", ">", after as StandId);
      const rows = await page.selectAll().orderBy("stand").limit(ROWS_AT_ONCE).execute();
      this.#take(rows);
      const last = rows.at(-1);
      if (last === undefined || rows.length < ROWS_AT_ONCE) return;
      after = last.stand;
    }
  }

  async #follow(): Promise<void> {
    const { store, nowMs } = this.#parts;
    const begunMs = nowMs();
    const since = this.#followedMs - FOLLOW_BACK_MS;
    this.#take(await store.selectFrom("health_latest").where("kept_ms", ">=", since).selectAll().execute());
    this.#followedMs = begunMs;
  }

  #take(rows: readonly LatestRow[]): void {
    for (const { stand, heard_ms: heardMs, json } of rows) {
      if ((this.#latest.get(stand)?.heardMs ?? Number.NEGATIVE_INFINITY) >= heardMs) continue;
      if (this.#parts.roster.get(stand) !== undefined) this.#latest.set(stand, { heardMs, health: JSON.parse(json) });
    }
  }

  #breathe(): Promise<void> {
    return pause(this.#parts.clock, BREATH_MS);
  }

  async #rollUp(): Promise<void> {
    const { store, log, leads, nowMs, minutesKeptMs, hoursKeptMs } = this.#parts;
    if (!leads()) return;
    const breathe = () => this.#breathe();
    const { hours } = await rollUp({ store, nowMs: nowMs(), minutesKeptMs, hoursKeptMs, breathe });
    if (hours > 0) log.info("health of past hours summed up", { hours });
  }
}

const noCounts = (): Record<StandingName, number> =>
  Object.fromEntries(standingNames.map((name) => [name, 0])) as Record<StandingName, number>;
