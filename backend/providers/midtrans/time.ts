import type { WallMs } from "../../../protocol/time.ts";

/** Midtrans writes all times as `yyyy-MM-dd HH:mm:ss` in western Indonesian time, GMT+7, without saying so; it has no summer time. */
const WIB_MS = 7 * 3_600_000;
const PATTERN = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})$/;

/** `undefined` for anything that is not a real date and time of day in that form. */
export function readWib(text: string): WallMs | undefined {
  const parts = PATTERN.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second) - WIB_MS;
  return writeWib(wall) === text ? wall : undefined;
}

export const writeWib = (wall: WallMs): string => inWib(wall).replace("T", " ");

/** ISO 8601 with its offset: `2021-06-23T15:46:00+07:00`. */
export const isoOf = (wall: WallMs): string => `${inWib(wall)}+07:00`;

const inWib = (wall: WallMs): string => new Date(wall + WIB_MS).toISOString().slice(0, 19);
