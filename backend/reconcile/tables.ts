import type { Migration } from "../store/migrations.ts";
import { sql } from "../store/query.ts";

/** One run of one day: under way, or done, or done and followed by a later one. Walls are milliseconds since 1970. */
export type ReconcileRunsTable = {
  readonly id: string;
  readonly day: string;
  /** The day was over. */
  readonly is_whole: number;
  readonly stage: "begun" | "done" | "old";
  readonly begun_ms: number;
  /** JSON of `Report`, where there is one. */
  readonly report: string | null;
  /** JSON of `Summary`, once it is done. */
  readonly summary: string | null;
};

export type ReconcileEntriesTable = {
  readonly run: string;
  readonly nth: number;
  /** JSON of `Entry`. */
  readonly entry: string;
};

export type ReconcileTables = {
  readonly reconcile_runs: ReconcileRunsTable;
  readonly reconcile_entries: ReconcileEntriesTable;
};

export const RECONCILE_MIGRATIONS: readonly Migration[] = [
  {
    name: "reconcile-1",
    up: async (store) => {
      await sql`CREATE TABLE reconcile_runs (id text PRIMARY KEY, day text NOT NULL, is_whole smallint NOT NULL,
        stage text NOT NULL, begun_ms bigint NOT NULL, report text, summary text)`.execute(store);
      await sql`CREATE INDEX reconcile_days ON reconcile_runs (day)`.execute(store);
      await sql`CREATE TABLE reconcile_entries (run text NOT NULL, nth bigint NOT NULL, entry text NOT NULL,
        PRIMARY KEY (run, nth))`.execute(store);
    },
  },
];
