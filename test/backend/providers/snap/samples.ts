import { readFileSync } from "node:fs";
import { type Http, openHttp } from "../../../../backend/providers/http.ts";
import type { PaymentProvider } from "../../../../backend/providers/provider.ts";
import { type MidtransSnapOptions, midtransSnap } from "../../../../backend/providers/snap/snap.ts";
import { silentLog } from "../../../../host/log.ts";
import { Secret } from "../../../../host/secret.ts";
import { SNAP_KEYS } from "../../../support/snap-keys.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import type { Json } from "../midtrans/samples.ts";

export const CREDENTIALS = {
  clientId: SNAP_KEYS.clientId,
  clientSecret: new Secret(SNAP_KEYS.clientSecret),
  partnerId: SNAP_KEYS.partnerId,
  merchantId: "00007100010926",
  privateKey: new Secret(SNAP_KEYS.merchant.privateKey),
  providerPublicKey: SNAP_KEYS.provider.publicKey,
};

/** Answers and notifications as Midtrans' documentation prints them, commas that it forgets put in. */
export function fixture(name: string): Json {
  return JSON.parse(readFileSync(new URL(`../fixtures/snap/${name}.json`, import.meta.url), "utf8"));
}

export type Opened = { readonly provider: PaymentProvider; readonly clock: VirtualClock; readonly http: Http };

/** A provider that speaks to `baseUrl`, on a clock that stands still. */
export function openSnap(baseUrl: string, rest: Partial<MidtransSnapOptions> = {}): Opened {
  const clock = new VirtualClock();
  const http = openHttp({ clock });
  const random = () => 0.5;
  const options = { ...CREDENTIALS, baseUrl, http, clock, random, log: silentLog, ...rest };
  return { provider: midtransSnap(options), clock, http };
}
