import type { WallMs } from "../../protocol/time.ts";

/** Midtrans writes every time in Western Indonesian Time, seven hours ahead of UTC all year, and does not say so. */
const WIB_AHEAD_MS = 7 * 3_600_000;

/** `2021-06-23 15:25:24`: whole seconds, no offset. */
export const wibOf = (wall: WallMs): string =>
  new Date(wall + WIB_AHEAD_MS).toISOString().slice(0, 19).replace("T", " ");

/** Reads `custom_expiry.order_time`, `2021-06-23 15:25:24 +0700`, any offset; `undefined` when it is no such time. */
export function readOrderTime(text: string): WallMs | undefined {
  const [, day, time, hours, minutes] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/.exec(text) ?? [];
  if (day === undefined) return undefined;
  const wall = Date.parse(`${day}T${time}${hours}:${minutes}`);
  return Number.isNaN(wall) ? undefined : wall;
}
