import type { WallMs } from "../../protocol/time.ts";
import { isoOf, readWib } from "../providers/midtrans/time.ts";

declare const brand: unique symbol;
/** One day in western Indonesian time, GMT+7, as the provider counts: `2026-11-20`. */
export type Day = string & { readonly [brand]: true };

/** Minutes after midnight, western Indonesian time. */
export type TimeOfDay = number;

const MINUTE_MS = 60_000;
/** There is no summer time in Indonesia. */
const DAY_MS = 24 * 60 * MINUTE_MS;

/** `undefined` for what is no day of the calendar. */
export const readDay = (text: string): Day | undefined =>
  readWib(`${text} 00:00:00`) === undefined ? undefined : (text as Day);

export const dayOf = (wall: WallMs): Day => isoOf(wall).slice(0, 10) as Day;

export const daysBefore = (day: Day, count: number): Day => dayOf(beginOf(day) - count * DAY_MS);

/** From the day's first moment to the first of the next. */
export const spanOf = (day: Day): { readonly fromWall: WallMs; readonly toWall: WallMs } => ({
  fromWall: beginOf(day),
  toWall: beginOf(day) + DAY_MS,
});

/** `03:30`; `undefined` for anything else. */
export function readTimeOfDay(text: string): TimeOfDay | undefined {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hour === undefined ? undefined : Number(hour) * 60 + Number(minute);
}

/** Whole days whose turn has come, the next day at `at`, and of which nothing is known yet; the oldest first. */
export function dueDays(now: WallMs, at: TimeOfDay, atMost: number, isDone: (day: Day) => boolean): readonly Day[] {
  const last = daysBefore(dayOf(now - at * MINUTE_MS), 1);
  return Array.from({ length: atMost }, (_, nth) => daysBefore(last, atMost - 1 - nth)).filter((day) => !isDone(day));
}

function beginOf(day: Day): WallMs {
  const begin = readWib(`${day} 00:00:00`);
  if (begin === undefined) throw new RangeError(`"${day}" is no day of the calendar`);
  return begin;
}
