import type { StandId } from "../../protocol/ids.ts";
import type { Migration } from "../store/migrations.ts";
import { type Query, sql } from "../store/query.ts";
import { type FigureColumn, figureColumns } from "./figures.ts";

/** What a stand said last, whichever backend heard it. */
export type LatestRow = {
  stand: StandId;
  /** On the clock that the backends share. */
  heard_ms: number;
  /** When it was written; rises a little after `heard_ms`. */
  kept_ms: number;
  /** `HealthSaid`. */
  json: string;
};

/** One minute of one stand; figures in whole steps. `minute`: since 1970. */
export type MinuteRow = { minute: number; stand: StandId } & Record<FigureColumn, number | null>;

export const spans = ["min", "avg", "max"] as const;
export type Span = (typeof spans)[number];
/** One hour of one stand, from its minutes. `hour`: since 1970. */
export type HourRow = { stand: StandId; hour: number; samples: number } & Record<
  `${FigureColumn}_${Span}`,
  number | null
>;

/** How far something that goes on for ever has come. */
export type MarkRow = { name: string; reached: number };

export type HealthTables = {
  health_latest: LatestRow;
  health_minutes: MinuteRow;
  health_hours: HourRow;
  health_marks: MarkRow;
};

export const HEALTH_MIGRATIONS: readonly Migration[] = [{ name: "health-1", up: (store) => begin(store) }];

/**
 * Minutes come in the order of time and go in the order of time, so time leads their key: ten thousand stands' minute is one stretch of
 * the file. Hours are written once and read a stand at a time, so there the stand leads.
 */
async function begin(store: Query<unknown>): Promise<void> {
  const whole = (names: readonly string[]): string => names.map((name) => `${name} integer`).join(", ");
  const compact = isSqlite(store) ? " WITHOUT ROWID" : "";
  const hours = figureColumns.flatMap((column) => spans.map((span) => `${column}_${span}`));
  for (const statement of [
    "CREATE TABLE health_latest (stand text PRIMARY KEY, heard_ms bigint NOT NULL, kept_ms bigint NOT NULL, json text NOT NULL)",
    "CREATE INDEX health_latest_kept ON health_latest (kept_ms)",
    `CREATE TABLE health_minutes (minute integer NOT NULL, stand text NOT NULL, ${whole(figureColumns)}, PRIMARY KEY (minute, stand))${compact}`,
    `CREATE TABLE health_hours (stand text NOT NULL, hour integer NOT NULL, samples integer NOT NULL, ${whole(hours)}, PRIMARY KEY (stand, hour))${compact}`,
    "CREATE TABLE health_marks (name text PRIMARY KEY, reached bigint NOT NULL)",
  ])
    await sql.raw(statement).execute(store);
}

/** Of the two databases, only PostgreSQL's adapter says that tables are part of a transaction. */
const isSqlite = (store: Query<unknown>): boolean => !store.getExecutor().adapter.supportsTransactionalDdl;
