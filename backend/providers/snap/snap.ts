import { isTestHost } from "../midtrans/test-mode.ts";
import { type PaymentProvider, referenceOf } from "../provider.ts";
import { query, voidOf } from "./ask.ts";
import { charge } from "./charge.ts";
import { type MidtransSnapOptions, openDesk } from "./desk.ts";
import { openPublicKeys } from "./keyring.ts";
import { acknowledge, readSnapNotification } from "./notification.ts";
import { refund } from "./refund.ts";

/**
 * Midtrans over BI-SNAP, `/v1.0/qr/qr-mpm-*`. Throws `RangeError` on options that cannot work; after that nothing throws. That
 * one order's status is not queried too often is the caller's to keep.
 */
export function midtransSnap(options: MidtransSnapOptions): PaymentProvider {
  const publicKeys = openPublicKeys(options.providerPublicKeys, options.log);
  const desk = openDesk(options);
  return {
    name: "midtrans-snap",
    isTest: isTestHost(desk.base) || options.isTest === true,
    charge: (attempt, signal) => charge(desk, attempt, signal),
    standing: async (attempt, signal) => (await query(desk, referenceOf(attempt), signal)).standing,
    void: (attempt, signal) => voidOf(desk, referenceOf(attempt), signal),
    refund: (asked, signal) => refund(desk, asked, signal),
    readNotification: (request) => readSnapNotification(request, publicKeys(), desk.clock.wall()),
    acknowledge,
  };
}
