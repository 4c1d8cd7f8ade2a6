import type { BackendConfig } from "../config/config.ts";
import { usualMerchant } from "../config/config-rules.ts";
import { ONLY_MERCHANT } from "../merchants/merchants.ts";
import type { StandRecord } from "./record.ts";
import type { CommonTerms } from "./roster.ts";

/** Stands as the configuration has them: fixed while the process runs. One that is there twice has two keys. */
export function configuredStands({ merchants, stands }: BackendConfig): readonly StandRecord[] {
  const usual = usualMerchant(merchants) ?? ONLY_MERCHANT;
  const records = new Map<string, StandRecord>();
  for (const { id, key, merchant, late_payment, failed_release, charges_a_minute, charges_burst } of stands) {
    records.set(id, {
      id,
      name: id,
      merchant: merchant ?? usual,
      state: "active",
      policies: { late: late_payment, failed: failed_release },
      rate: { aMinute: charges_a_minute, burst: charges_burst },
      keys: [...(records.get(id)?.keys ?? []), key],
      isConfigured: true,
    });
  }
  return [...records.values()];
}

/** The rules for every stand's orders. */
export const commonTerms = ({ terms }: BackendConfig): CommonTerms => ({
  payableMs: terms.payable_seconds * 1_000,
  retryPausesMs: terms.retry_pauses_seconds.map((seconds) => seconds * 1_000),
  firstAskMs: terms.first_ask_seconds * 1_000,
  slowestAskMs: terms.slowest_ask_seconds * 1_000,
  lapseMs: terms.lapse_seconds * 1_000,
  refundPausesMs: terms.refund_pauses_minutes.map((minutes) => minutes * 60_000),
});
