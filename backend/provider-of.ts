import type { Log } from "../host/log.ts";
import type { Random } from "../protocol/ids.ts";
import type { Clock } from "../protocol/time.ts";
import type { BackendConfig } from "./config.ts";
import type { Http } from "./providers/http.ts";
import { midtransCore } from "./providers/midtrans/core.ts";
import type { PaymentProvider } from "./providers/provider.ts";
import { NOTIFY_PATH } from "./providers/snap/notification.ts";
import { midtransSnap } from "./providers/snap/snap.ts";
import type { Setup } from "./setup.ts";

export type ProviderParts = {
  readonly http: Http;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

type SnapConfig = Extract<BackendConfig["midtrans"], { api: "snap" }>;
type CoreConfig = Exclude<BackendConfig["midtrans"], SnapConfig>;

/** The provider that the configuration chooses. Throws `RangeError` on what can never work. */
export function providerOf({ config, midtrans: secrets }: Setup, parts: ProviderParts): PaymentProvider {
  const { midtrans } = config;
  if (midtrans.api === "snap" && secrets.api === "snap") {
    return midtransSnap({ ...snapOptions(midtrans), ...secrets, ...parts });
  }
  if (midtrans.api !== "snap" && secrets.api === "core") {
    return midtransCore({ ...coreOptions(midtrans), serverKeys: () => [secrets.serverKey], ...parts });
  }
  throw new TypeError("the secrets are of another API than the configuration");
}

const commonOptions = ({ base_url, acquirer, site, timeout_seconds }: CoreConfig | SnapConfig) => ({
  baseUrl: base_url,
  acquirer,
  ...(site === undefined ? {} : { site }),
  timeoutMs: timeout_seconds * 1_000,
});

const coreOptions = (midtrans: CoreConfig) => ({
  ...commonOptions(midtrans),
  notificationUrls: midtrans.notification_url === undefined ? [] : [midtrans.notification_url],
});

const snapOptions = (midtrans: SnapConfig) => ({
  ...commonOptions(midtrans),
  clientId: midtrans.client_id,
  partnerId: midtrans.partner_id,
  merchantId: midtrans.merchant_id,
  channelId: midtrans.channel_id,
  ...(midtrans.device_id === undefined ? {} : { deviceId: midtrans.device_id }),
});

/** Where notifications arrive here. Over BI-SNAP Midtrans appends a path of its own to the address that it is given. */
export const notificationPathOf = ({ http, midtrans }: BackendConfig): string =>
  midtrans.api === "snap" ? http.notification_path.replace(/\/$/, "") + NOTIFY_PATH : http.notification_path;
