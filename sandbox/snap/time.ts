import type { WallMs } from "../../protocol/time.ts";
import { wibOf } from "../midtrans/wib.ts";

/** `2024-03-19T14:30:00+07:00`. */
export const isoOf = (wall: WallMs): string => `${wibOf(wall).replace(" ", "T")}+07:00`;

/** Only with an offset, as `X-TIMESTAMP` and `validityPeriod` must have one. */
export function readIso(text: string): WallMs | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const wall = Date.parse(text);
  return Number.isNaN(wall) ? undefined : wall;
}
