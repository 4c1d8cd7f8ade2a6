import { createHash, timingSafeEqual } from "node:crypto";
import type { Secret } from "../../../host/secret.ts";

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

/** Takes the same time for every wrong signature of the right length. */
export function isSignedBy(signed: Signed, signature: string, serverKey: Secret): boolean {
  const expected = Buffer.from(signNotification(signed, serverKey));
  const received = Buffer.from(signature);
  return received.length === expected.length && timingSafeEqual(received, expected);
}
