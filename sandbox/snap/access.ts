import type { SnapKeys } from "./keys.ts";

/** All that a client of BI-SNAP has to know, on the same books as the Core API's; keys are PEM. */
export type SnapAccess = {
  readonly base: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly partnerId: string;
  readonly merchantId: string;
  /** The merchant's, for access tokens. */
  readonly privateKey: string;
  /** For notifications. */
  readonly providerPublicKey: string;
};

/** What a client of the stand-in at `url` needs. */
export const accessOf = (
  { url: base, merchantId }: { readonly url: string; readonly merchantId: string },
  { clientId, clientSecret, partnerId, merchant, provider }: SnapKeys,
): SnapAccess => ({
  base,
  clientId,
  clientSecret,
  partnerId,
  merchantId,
  privateKey: merchant.privateKey,
  providerPublicKey: provider.publicKey,
});
