import { createHash, createHmac, type KeyObject, sign, verify } from "node:crypto";
import type { Secret } from "../../../host/secret.ts";
import { minify } from "./minify.ts";

/** The three signatures of BI-SNAP (docs.midtrans.com/reference/signature-generation). */

/** For an access token: base64 of SHA256withRSA over `clientId|timestamp`. */
export const signTokenRequest = (clientId: string, timestamp: string, privateKey: KeyObject): string =>
  sign("sha256", Buffer.from(`${clientId}|${timestamp}`), privateKey).toString("base64");

export type SignedCall = {
  readonly method: "POST";
  /** Without host and query: `/v1.0/qr/qr-mpm-generate`. */
  readonly path: string;
  readonly accessToken: string;
  /** As sent. */
  readonly body: Uint8Array;
  /** As in `X-TIMESTAMP`. */
  readonly timestamp: string;
};

/** For every other call: over `METHOD:path:token:digest of the body:timestamp`. */
export const signCall = ({ method, path, accessToken, body, timestamp }: SignedCall, clientSecret: Secret): string =>
  symmetric([method, path, accessToken, digestOf(body), timestamp].join(":"), clientSecret);

/** Base64 of HMAC-SHA512. */
export const symmetric = (text: string, clientSecret: Secret): string =>
  createHmac("sha512", clientSecret.reveal()).update(text).digest("base64");

export type SignedNotification = Pick<SignedCall, "path" | "body" | "timestamp">;

/** Of a notification: SHA256withRSA by Midtrans over `POST:path:digest of the body:timestamp`, no token in it. */
export function isSignedByProvider(
  signed: SignedNotification,
  signature: string,
  publicKeys: readonly KeyObject[],
): boolean {
  const text = Buffer.from(["POST", signed.path, digestOf(signed.body), signed.timestamp].join(":"));
  const bytes = Buffer.from(signature, "base64");
  return publicKeys.some((key) => verify("sha256", text, key, bytes));
}

/** Lower-case hex. */
const digestOf = (body: Uint8Array): string => createHash("sha256").update(minify(body)).digest("hex");
