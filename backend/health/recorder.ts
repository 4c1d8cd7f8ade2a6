import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import type { StandId } from "../../protocol/ids.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import type { Store } from "../store/store.ts";
import { type FigureColumn, figures, stepsOf } from "./figures.ts";
import type { HealthSaid } from "./parse.ts";
import type { LatestRow, MinuteRow } from "./tables.ts";

export type RecorderParts = {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** On the clock that the backends share. */
  nowMs(): number;
  /** Minutes that wait for the store; of more the oldest are dropped. Default 60,000: six of ten thousand stands. */
  readonly bound?: number;
};

export const MINUTE_MS = 60_000;
const FLUSH_MS = 2_000;
const BOUND = 60_000;
const ROWS_AT_ONCE = 200;
/** One transaction keeps others waiting, so it writes no more than this. */
const ROWS_A_FLUSH = 1_000;

/**
 * Writes what stands say of their health, every two seconds in one commit. It is telemetry: what the store does not take in time is
 * dropped, the oldest first, and counted.
 */
export class Recorder {
  readonly #parts: RecorderParts;
  readonly #minutes = new Map<string, MinuteRow>();
  /** By stand; what waits is replaced by what is newer, so it is no more than there are stands. */
  readonly #latest = new Map<StandId, Pick<LatestRow, "heard_ms" | "json">>();
  readonly #stop: Stop;
  #dropped = 0;

  constructor(parts: RecorderParts) {
    const { clock, log } = parts;
    this.#parts = parts;
    const round = { firstMs: FLUSH_MS, everyMs: FLUSH_MS, what: "health not written", run: () => this.flush() };
    this.#stop = every(clock, log, round);
  }

  /** How many minutes were dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  get waiting(): number {
    return this.#minutes.size;
  }

  /** The last that a stand says in one minute stands for that minute. */
  hear(stand: StandId, health: HealthSaid, heardMs: number): void {
    const minute = Math.floor(heardMs / MINUTE_MS);
    this.#keep({ minute, stand, ...columnsOf(health) });
    this.#latest.set(stand, { heard_ms: heardMs, json: JSON.stringify(health) });
  }

  /** Rejects when the store does not take it: then it waits on. */
  async flush(): Promise<void> {
    const minutes = firstOf(this.#minutes, ROWS_A_FLUSH);
    const latest = firstOf(this.#latest, ROWS_A_FLUSH);
    if (minutes.length === 0 && latest.length === 0) return;
    for (const [key] of minutes) this.#minutes.delete(key);
    for (const [stand] of latest) this.#latest.delete(stand);
    try {
      await this.#write(
        minutes.map(([, row]) => row),
        latest.map(([stand, row]) => ({ stand, ...row, kept_ms: this.#parts.nowMs() })),
      );
    } catch (error) {
      for (const [stand, row] of latest) if (!this.#latest.has(stand)) this.#latest.set(stand, row);
      this.#putBack(minutes);
      throw error;
    }
  }

  /** Writes what waits, and no more; what the store does not take is lost. */
  async stop(): Promise<void> {
    this.#stop();
    try {
      while (this.#minutes.size > 0 || this.#latest.size > 0) await this.flush();
    } catch (error) {
      this.#parts.log.warn("health not written", { error });
    }
  }

  #keep(row: MinuteRow): void {
    const key = `${row.minute}/${row.stand}`;
    this.#minutes.delete(key);
    this.#minutes.set(key, row);
    this.#dropOldest();
  }

  /** Before what has come meanwhile: it is older. */
  #putBack(rows: readonly (readonly [string, MinuteRow])[]): void {
    const newer = [...this.#minutes];
    this.#minutes.clear();
    for (const [key, row] of [...rows, ...newer]) this.#minutes.set(key, row);
    this.#dropOldest();
  }

  #dropOldest(): void {
    const tooMany = this.#minutes.size - (this.#parts.bound ?? BOUND);
    if (tooMany <= 0) return;
    for (const [key] of firstOf(this.#minutes, tooMany)) this.#minutes.delete(key);
    this.#dropped += tooMany;
  }

  /** In one order for all, so that two backends never wait for each other. */
  async #write(minutes: readonly MinuteRow[], latest: readonly LatestRow[]): Promise<void> {
    await this.#parts.store.transaction().execute(async (whole) => {
      for (const rows of chunksOf(inOrder(minutes))) {
        await whole
          .insertInto("health_minutes")
          .values([...rows])
          .onConflict((known) => known.columns(["minute", "stand"]).doUpdateSet(excludedFigures))
          .execute();
      }
      for (const rows of chunksOf(inOrder(latest))) {
        await whole
          .insertInto("health_latest")
          .values([...rows])
          .onConflict((known) =>
            known
              .column("stand")
              .doUpdateSet((row) => ({
                heard_ms: row.ref("excluded.heard_ms"),
                kept_ms: row.ref("excluded.kept_ms"),
                json: row.ref("excluded.json"),
              }))
              .whereRef("excluded.heard_ms", ">=", "health_latest.heard_ms"),
          )
          .execute();
      }
    });
  }
}

const columnsOf = (health: HealthSaid): Record<FigureColumn, number | null> =>
  Object.fromEntries(figures.map((figure) => [figure.column, stepsOf(figure, health)])) as Record<
    FigureColumn,
    number | null
  >;

type Excluded = { ref(name: `excluded.${FigureColumn}`): unknown };
const excludedFigures = (row: Excluded) =>
  Object.fromEntries(figures.map(({ column }) => [column, row.ref(`excluded.${column}`)])) as Record<string, never>;

function firstOf<Key, Value>(map: ReadonlyMap<Key, Value>, most: number): (readonly [Key, Value])[] {
  const found: (readonly [Key, Value])[] = [];
  for (const entry of map) {
    if (found.length >= most) break;
    found.push(entry);
  }
  return found;
}

const inOrder = <Row extends { readonly stand: StandId }>(rows: readonly Row[]): readonly Row[] =>
  [...rows].sort((one, other) => (one.stand < other.stand ? -1 : one.stand > other.stand ? 1 : 0));

function* chunksOf<Row>(rows: readonly Row[]): Iterable<readonly Row[]> {
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) yield rows.slice(from, from + ROWS_AT_ONCE);
}
