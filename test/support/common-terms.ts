import type { CommonTerms } from "../../backend/stands/roster.ts";

/** Rules that hold for every stand's orders. */
export const commonTerms: CommonTerms = {
  payableMs: 180_000,
  retryPausesMs: [1_000, 3_000],
  firstAskMs: 15_000,
  slowestAskMs: 300_000,
  lapseMs: 30_000,
  refundPausesMs: [60_000, 3_600_000],
};
