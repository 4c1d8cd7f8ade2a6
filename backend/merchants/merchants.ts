import type { StandId } from "../../protocol/ids.ts";
import type { MerchantId, PaymentProvider } from "../providers/provider.ts";

/** Whose money it is: every stand sells for one merchant, every merchant has one account at a provider. */
export type Merchants = {
  /** Whom a stand sells for now. An order keeps the merchant that it began with. */
  of(stand: StandId): MerchantId;
  /** An account that is not configured any more answers as `noAccount`. */
  provider(merchant: MerchantId): PaymentProvider;
};

/** Of a backend that serves one account, and of orders from before there could be more. */
export const ONLY_MERCHANT = "main" as MerchantId;

/** A stand of which nobody knows whom it sells for has no account. */
export const merchantsOf = (
  providers: ReadonlyMap<MerchantId, PaymentProvider>,
  sellers: Pick<ReadonlyMap<StandId, MerchantId>, "get">,
): Merchants => ({
  of: (stand) => sellers.get(stand) ?? ONLY_MERCHANT,
  provider: (merchant) => providers.get(merchant) ?? noAccount(merchant),
});

/** Charges nothing, and knows nothing of what was charged before: that is asked again, until the account is back. */
export function noAccount(merchant: MerchantId): PaymentProvider {
  const detail = `merchant "${merchant}" is not in the configuration`;
  const unclear = { is: "unclear", detail } as const;
  return {
    name: "none",
    isTest: false,
    charge: async () => ({ is: "refused", retriable: false, because: "misconfigured", detail }),
    standing: async () => unclear,
    void: async () => unclear,
    refund: async () => unclear,
    readNotification: () => ({ is: "unreadable", because: detail }),
  };
}
