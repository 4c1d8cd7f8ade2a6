import type { WallMs } from "./time.ts";

/** Indonesia's three zones; none has summer time. */
export const zones = ["WIB", "WITA", "WIT"] as const;
export type Zone = (typeof zones)[number];

const HOURS_AHEAD: Record<Zone, number> = { WIB: 7, WITA: 8, WIT: 9 };

/** A Pi without a battery clock wakes up years ago, and says so until the network has told it the time. */
const TIME_IS_KNOWN_FROM = Date.UTC(2025, 0, 1);

/** `21/11/2026 10:04 WIB`; `undefined` while the wall clock cannot be right. */
export function wallText(wall: WallMs, zone: Zone): string | undefined {
  if (wall < TIME_IS_KNOWN_FROM) return undefined;
  const [date = "", time = ""] = new Date(wall + HOURS_AHEAD[zone] * 3_600_000).toISOString().split("T");
  return `${date.split("-").reverse().join("/")} ${time.slice(0, 5)} ${zone}`;
}
