import { type Merchants, ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import type { PaymentProvider } from "../../backend/providers/provider.ts";

/** Everything goes to one account. */
export const onlyMerchant = (provider: PaymentProvider): Merchants => ({
  of: () => ONLY_MERCHANT,
  provider: () => provider,
});
