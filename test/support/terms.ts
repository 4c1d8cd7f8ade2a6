import type { Terms } from "../../backend/ledger/words.ts";

/** Refunds of a test are tried again after these pauses; what a stand owes waits for a person. */
export const refunding = {
  refundPausesMs: [60_000, 3_600_000],
  policies: { late: "hold", failed: "hold" },
} as const satisfies Partial<Terms>;

/** What orders of a test go by where it is about something else. */
export const usualTerms: Terms = {
  payableMs: 120_000,
  retryPausesMs: [],
  firstAskMs: 15_000,
  slowestAskMs: 300_000,
  lapseMs: 30_000,
  ...refunding,
};
