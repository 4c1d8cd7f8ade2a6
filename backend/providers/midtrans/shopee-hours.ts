import type { WallMs } from "../../../protocol/time.ts";

const WIB_MS = 7 * 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Open from 06:00 to 23:55 (docs.midtrans.com/reference/direct-refund-transaction); a minute less on either side, for clocks that differ. */
const OPENS_MS = (6 * 60 + 1) * MINUTE_MS;
const CLOSES_MS = (23 * 60 + 54) * MINUTE_MS;

/** How long until ShopeePay takes refunds, in western Indonesian time; 0: it does now. */
export function shopeeOpensInMs(now: WallMs): number {
  const ofDay = (now + WIB_MS) % DAY_MS;
  if (ofDay < OPENS_MS) return OPENS_MS - ofDay;
  return ofDay < CLOSES_MS ? 0 : OPENS_MS + DAY_MS - ofDay;
}
