import type { StandId } from "../../protocol/ids.ts";
import { sql } from "../store/query.ts";
import type { Store } from "../store/store.ts";
import { figureColumns } from "./figures.ts";
import { spans } from "./tables.ts";

export type RollUpParts = {
  readonly store: Store;
  /** On the clock that the backends share. */
  readonly nowMs: number;
  readonly minutesKeptMs: number;
  readonly hoursKeptMs: number;
  /** Lets others have the store, and the process, between two steps. */
  breathe(): Promise<void>;
};

/** What one round did. */
export type RolledUp = { readonly hours: number; readonly minutesDeleted: number };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What was heard in the last minutes may still wait to be written. */
const LATE_MS = 5 * MINUTE_MS;
const STANDS_AT_ONCE = 100;
/** More wait for the next round. */
const MINUTES_DELETED_A_ROUND = 180;
const MARK = "health-hours";

/**
 * Makes hours of the minutes whose hour is over, and deletes what is old. Done twice it does the same, and a mark moves only when an hour
 * is done for all stands: a crash in between costs that hour's work once more.
 */
export async function rollUp(parts: RollUpParts): Promise<RolledUp> {
  const last = Math.floor((parts.nowMs - LATE_MS) / HOUR_MS) - 1;
  let hours = 0;
  for (let hour = await nextHour(parts.store); hour !== undefined && hour <= last; hour = await nextHour(parts.store)) {
    await rollHour(parts, hour);
    await mark(parts.store, hour);
    hours += 1;
  }
  return { hours, minutesDeleted: await deleteMinutes(parts) };
}

/** The next hour with any minute after the last one that was done. */
async function nextHour(store: Store): Promise<number | undefined> {
  const done = await lastHourDone(store);
  const from = done === undefined ? 0 : (done + 1) * 60;
  const first = await oldestMinute(store, ">=", from);
  return first === undefined ? undefined : Math.floor(first / 60);
}

async function rollHour(parts: RollUpParts, hour: number): Promise<void> {
  const { store, nowMs, hoursKeptMs, breathe } = parts;
  const oldest = Math.floor((nowMs - hoursKeptMs) / HOUR_MS);
  for (let after = ""; ; ) {
    const stands = await standsAfter(store, after);
    const to = stands.at(-1);
    if (to === undefined) return;
    await sumUp(store, hour, after, to);
    await store.deleteFrom("health_hours").where("stand", "in", stands).where("hour", "<", oldest).execute();
    await breathe();
    after = to;
  }
}

async function standsAfter(store: Store, after: string): Promise<StandId[]> {
  const rows = await store
    .selectFrom("health_latest")
    .where("stand", ">", after as StandId)
    .select("stand")
    .orderBy("stand")
    .limit(STANDS_AT_ONCE)
    .execute();
  return rows.map(({ stand }) => stand);
}

const HOUR_COLUMNS = figureColumns.flatMap((column) => spans.map((span) => `${column}_${span}`));
const SUMS = figureColumns.flatMap((column) => [
  `min(${column})`,
  `CAST(round(avg(${column})) AS integer)`,
  `max(${column})`,
]);

/** Each minute is named, so that both databases go to it in the key, and read only these stands' rows of it. */
async function sumUp(store: Store, hour: number, after: string, to: string): Promise<void> {
  const minutes = Array.from({ length: 60 }, (_, nth) => hour * 60 + nth);
  const taken = ["samples", ...HOUR_COLUMNS].map((column) => `${column} = excluded.${column}`);
  await sql`
    INSERT INTO health_hours (stand, hour, samples, ${sql.raw(HOUR_COLUMNS.join(", "))})
    SELECT stand, ${sql.lit(hour)}, count(*), ${sql.raw(SUMS.join(", "))} FROM health_minutes
    WHERE minute IN (${sql.raw(minutes.join(", "))}) AND stand > ${after} AND stand <= ${to}
    GROUP BY stand
    ON CONFLICT (stand, hour) DO UPDATE SET ${sql.raw(taken.join(", "))}`.execute(store);
}

async function mark(store: Store, hour: number): Promise<void> {
  await store
    .insertInto("health_marks")
    .values({ name: MARK, reached: hour })
    .onConflict((known) => known.column("name").doUpdateSet({ reached: hour }).where("health_marks.reached", "<", hour))
    .execute();
}

/** A minute at a time, and none that is in no hour yet. */
async function deleteMinutes({ store, nowMs, minutesKeptMs, breathe }: RollUpParts): Promise<number> {
  const done = await lastHourDone(store);
  if (done === undefined) return 0;
  const before = Math.min(Math.floor((nowMs - minutesKeptMs) / MINUTE_MS), (done + 1) * 60);
  for (let deleted = 0; deleted < MINUTES_DELETED_A_ROUND; deleted += 1) {
    const oldest = await oldestMinute(store, "<", before);
    if (oldest === undefined) return deleted;
    await store.deleteFrom("health_minutes").where("minute", "=", oldest).execute();
    await breathe();
  }
  return MINUTES_DELETED_A_ROUND;
}

async function lastHourDone(store: Store): Promise<number | undefined> {
  const mark = await store.selectFrom("health_marks").where("name", "=", MARK).select("reached").executeTakeFirst();
  return mark?.reached;
}

async function oldestMinute(store: Store, side: "<" | ">=", minute: number): Promise<number | undefined> {
  const found = await store
    .selectFrom("health_minutes")
    .where("minute", side, minute)
    .select("minute")
    .orderBy("minute")
    .limit(1)
    .executeTakeFirst();
  return found?.minute;
}
