import type { WallMs } from "../../../protocol/time.ts";

const PATTERN = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * ISO 8601 as Midtrans' SNAP answers write it, fractions of a second dropped. A time without an offset is Indonesian (GMT+7),
 * like all of Midtrans' older times; the documentation does not say so. `undefined` for anything else.
 */
export function readIso(text: string): WallMs | undefined {
  const [, day, time, offset = "+07:00"] = PATTERN.exec(text) ?? [];
  if (day === undefined) return undefined;
  const wall = Date.parse(`${day}T${time}${offset.replace(/^(...)(\d\d)$/, "$1:$2")}`);
  return Number.isNaN(wall) ? undefined : wall;
}
