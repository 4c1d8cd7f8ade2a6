import { readFileSync } from "node:fs";
import { Secret } from "../../../../host/secret.ts";
import { SNAP_KEYS } from "../../../support/snap-keys.ts";
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
