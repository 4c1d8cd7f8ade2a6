import { createHash, timingSafeEqual } from "node:crypto";
import type { Secret } from "../../../host/secret.ts";

/**
 * The merchant's server keys, of one environment: the first is for calls, all of them verify notifications. While a key is
 * being changed, what was signed with the old one still arrives.
 */
export type ServerKeys = () => readonly [Secret, ...Secret[]];

/** What a notification's signature covers: exactly these texts as they stand in the body (`"789000.00"`, not `789000`). */
export type Signed = {
  readonly order_id: string;
  readonly status_code: string;
  readonly gross_amount: string;
};

/**
 * The `signature_key` of a notification or a status answer: lower-case hex of SHA-512 over order_id, status_code, gross_amount
 * and server key, one after the other (docs.midtrans.com/docs/https-notification-webhooks).
 */
export const signNotification = (signed: Signed, serverKey: Secret): string =>
  createHash("sha512")
    .update(signed.order_id + signed.status_code + signed.gross_amount + serverKey.reveal())
    .digest("hex");

/** Whether one of the keys made it. Every key is tried, in the same time for every signature of the right length. */
export function isSignedBy(signed: Signed, signature: string, serverKeys: readonly Secret[]): boolean {
  const received = Buffer.from(signature);
  return serverKeys.map((key) => fits(received, signNotification(signed, key))).includes(true);
}

function fits(received: Buffer, signature: string): boolean {
  const expected = Buffer.from(signature);
  return received.length === expected.length && timingSafeEqual(received, expected);
}
