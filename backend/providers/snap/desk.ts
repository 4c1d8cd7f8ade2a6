import type { Log } from "../../../host/log.ts";
import type { Random } from "../../../protocol/ids.ts";
import type { Clock } from "../../../protocol/time.ts";
import type { Http } from "../http.ts";
import { readBaseUrl } from "../midtrans/base-url.ts";
import type { Acquirer } from "../midtrans/charge-body.ts";
import { type CallOptions, renewToken } from "./calls.ts";
import { Keyring, type ProviderPublicKeys, type SnapCredentials } from "./keyring.ts";
import { ReferenceNumbers } from "./reference-numbers.ts";
import { AccessTokens } from "./tokens.ts";

export type MidtransSnapOptions = {
  readonly clientId: string;
  readonly partnerId: string;
  readonly merchantId: string;
  /** Asked at every call, so that they may change without a stop: tokens of before a change are dropped. Must not throw. */
  readonly credentials: () => SnapCredentials;
  /** Asked at every notification; each of them will do. Must not throw. */
  readonly providerPublicKeys: ProviderPublicKeys;
  /** `https://merchants.midtrans.com`, `https://merchants.sbx.midtrans.com`, or this machine's sandbox. */
  readonly baseUrl: string;
  /** Default `gopay`. */
  readonly acquirer?: Acquirer;
  /** The operator's name for where the stands are, sent as `storeId`; at most 64 characters. */
  readonly site?: string;
  /** `CHANNEL-ID`, five digits; default `95221`. */
  readonly channelId?: string;
  /** `X-DEVICE-ID`; one of Midtrans' pages asks for it, the others do not. */
  readonly deviceId?: string;
  /** For one HTTP call, a token's included; a charge, a void or a refund takes several. Default 15 s. */
  readonly timeoutMs?: number;
  /** True makes even a production address count as a test. */
  readonly isTest?: boolean;
  readonly http: Http;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** All that a call needs. */
export type Desk = CallOptions & {
  readonly merchantId: string;
  readonly acquirer: Acquirer;
  readonly site?: string;
  readonly random: Random;
  readonly tokens: AccessTokens;
  readonly numbers: ReferenceNumbers;
};

const DEFAULT_TIMEOUT_MS = 15_000;
/** Bank Indonesia asks for one, Midtrans takes any five digits. */
const DEFAULT_CHANNEL = "95221";
const SITE_MAX = 64;

/** Throws `RangeError` on options that cannot work. */
export function openDesk(options: MidtransSnapOptions): Desk {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, channelId = DEFAULT_CHANNEL, acquirer = "gopay", clock } = options;
  checkHeaders({ ...options, channelId });
  const base = readBaseUrl(options.baseUrl, "https://merchants.sbx.midtrans.com");
  const keyring = new Keyring(options.credentials);
  const keys = keyring.read();
  if (keys.is === "unusable") throw new RangeError(keys.detail);
  const calls = { ...options, base, timeoutMs, channelId, acquirer, keyring };
  const tokens = new AccessTokens({ clock, renew: (current) => renewToken(calls, current) });
  return { ...calls, tokens, numbers: new ReferenceNumbers() };
}

/** What goes into headers must be what headers can carry. */
function checkHeaders(options: MidtransSnapOptions & { readonly channelId: string }): void {
  if (!/^\d{5}$/.test(options.channelId)) throw new RangeError(`channel id "${options.channelId}": write five digits`);
  for (const name of ["clientId", "partnerId", "merchantId"] as const) {
    const value = options[name];
    if (!/^[\x21-\x7e]{1,64}$/.test(value)) {
      throw new RangeError(`${name} "${value}": 1 to 64 letters, digits or signs`);
    }
  }
  const { deviceId = "none", site = "" } = options;
  if (!/^[\x21-\x7e](?:[\x20-\x7e]{0,398}[\x21-\x7e])?$/.test(deviceId)) {
    throw new RangeError(`device id "${deviceId}": 1 to 400 letters, digits or signs`);
  }
  if (site.length > SITE_MAX) throw new RangeError(`site "${site}": at most ${SITE_MAX} characters`);
}
