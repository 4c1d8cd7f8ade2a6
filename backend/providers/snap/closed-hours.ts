import type { WallMs } from "../../../protocol/time.ts";

/** Western Indonesian time, GMT+7; no summer time. */
const WIB_MS = 7 * 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A minute on either side, for clocks that differ. */
const OPENS_MS = (6 * 60 + 1) * MINUTE_MS;
const CLOSES_MS = (23 * 60 + 54) * MINUTE_MS;

/**
 * How long until Airpay Shopee takes refunds, which it does from 06:00 to 23:55 GMT+7 (docs.midtrans.com/reference/refund-api);
 * 0: now.
 */
export function shopeeOpensInMs(now: WallMs): number {
  const today = (now + WIB_MS) % DAY_MS;
  if (today < OPENS_MS) return OPENS_MS - today;
  return today < CLOSES_MS ? 0 : OPENS_MS + DAY_MS - today;
}
