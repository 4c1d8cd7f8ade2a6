import type { Log } from "../../host/log.ts";
import type { OrderId, Random } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Http } from "../providers/http.ts";
import { midtransCore } from "../providers/midtrans/core.ts";
import type { PaymentProvider } from "../providers/provider.ts";
import { midtransSnap } from "../providers/snap/snap.ts";
import type { CoreConfig, MerchantConfig, SnapConfig } from "./config.ts";
import type { MerchantKeys } from "./keys.ts";

export type ProviderParts = {
  readonly http: Http;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Where a wallet leads its payer back to, where there are pages for customers. */
  readonly finishUrlOf?: (order: OrderId) => string;
};

/** The provider that a merchant's part of the configuration chooses. Throws `RangeError` on what can never work. */
export const providerOf = (merchant: MerchantConfig, keys: MerchantKeys, parts: ProviderParts): PaymentProvider =>
  merchant.api === "snap"
    ? midtransSnap({ ...snapOptions(merchant, keys), ...parts })
    : midtransCore({ ...coreOptions(merchant, keys), ...parts });

const commonOptions = ({ base_url, acquirer, site, timeout_seconds }: MerchantConfig) => ({
  baseUrl: base_url,
  acquirer,
  ...(site === undefined ? {} : { site }),
  timeoutMs: timeout_seconds * 1_000,
});

const coreOptions = (merchant: CoreConfig, keys: MerchantKeys) => ({
  ...commonOptions(merchant),
  serverKeys: () => keys.trusted(),
  paymentType: merchant.payment_type,
  notificationUrls: merchant.notification_urls,
  appendNotificationUrls: merchant.append_notification_urls,
});

const snapOptions = (merchant: SnapConfig, keys: MerchantKeys) => ({
  ...commonOptions(merchant),
  clientId: merchant.client_id,
  partnerId: merchant.partner_id,
  merchantId: merchant.merchant_id,
  credentials: () => keys.credentials(),
  providerPublicKeys: () => revealed(keys.trusted()),
  channelId: merchant.channel_id,
  ...(merchant.device_id === undefined ? {} : { deviceId: merchant.device_id }),
});

const revealed = ([first, ...more]: ReturnType<MerchantKeys["trusted"]>): readonly [string, ...string[]] => [
  first.reveal(),
  ...more.map((key) => key.reveal()),
];
