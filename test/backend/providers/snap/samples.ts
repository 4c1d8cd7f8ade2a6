import { readFileSync } from "node:fs";
import { Secret } from "../../../../host/secret.ts";
import { SNAP_KEYS } from "../../../support/snap-keys.ts";
import type { Json } from "../midtrans/samples.ts";

/** What a provider of BI-SNAP knows of itself, its keys as they are now. */
export const CREDENTIALS = {
  clientId: SNAP_KEYS.clientId,
  partnerId: SNAP_KEYS.partnerId,
  merchantId: "00007100010926",
  credentials: () => ({
    clientSecret: new Secret(SNAP_KEYS.clientSecret),
    privateKey: new Secret(SNAP_KEYS.merchant.privateKey),
  }),
  providerPublicKeys: () => [SNAP_KEYS.provider.publicKey] as const,
};

/** Answers and notifications as Midtrans' documentation prints them, commas that it forgets put in. */
export function fixture(name: string): Json {
  return JSON.parse(readFileSync(new URL(`../fixtures/snap/${name}.json`, import.meta.url), "utf8"));
}
