import type { WallMs } from "../../../protocol/time.ts";
import type { Acquirer } from "../midtrans/charge-body.ts";
import { isoOf } from "../midtrans/time.ts";
import { type Attempt, type Refund, referenceOf } from "../provider.ts";
import { SERVICES } from "./codes.ts";

export type GenerateOptions = {
  readonly merchantId: string;
  readonly acquirer: Acquirer;
  /** Sent as `storeId`. */
  readonly site?: string;
};

const ACQUIRERS: Readonly<Record<Acquirer, string>> = { gopay: "GOPAY", "airpay shopee": "AIRPAY SHOPEE" };
/** As on the Core API: 20 s are accepted, but ends are reliable from 15 minutes on; earlier ends are ours to make. */
const SHORTEST_MS = 15 * 60_000;
const LONGEST_MS = 180 * 86_400_000;
const TERMINAL_MAX = 16;

/** When the code shall end, of which `validityPeriod` is made. */
export const validUntil = (attempt: Attempt, now: WallMs): WallMs =>
  now + Math.min(LONGEST_MS, Math.max(SHORTEST_MS, attempt.validForMs));

/**
 * The body of `qr-mpm-generate` (docs.midtrans.com/reference/mpm-api-qris). The stand is the terminal where its name is short
 * enough; terminal, store and items are in the older pages only, and shown to the operator at Midtrans.
 */
export const generateBody = (attempt: Attempt, options: GenerateOptions, until: WallMs): object => ({
  partnerReferenceNo: referenceOf(attempt),
  amount: moneyOf(attempt.amount),
  merchantId: options.merchantId,
  ...(options.site === undefined ? {} : { storeId: options.site }),
  ...(attempt.stand.length > TERMINAL_MAX ? {} : { terminalId: attempt.stand }),
  validityPeriod: isoOf(until),
  additionalInfo: {
    acquirer: ACQUIRERS[options.acquirer],
    items: attempt.items.map(({ product: id, name, price, quantity }) => ({
      id,
      name,
      price: moneyOf(price),
      quantity: String(quantity),
    })),
  },
});

const moneyOf = (amount: number): object => ({ value: `${amount}.00`, currency: "IDR" });

/** Which transaction: Midtrans' own number once it is known, until then the `X-EXTERNAL-ID` it was made with, good for a day. */
export type Original = { readonly originalReferenceNo: string } | { readonly originalExternalId: string };
/** A query takes our own number too, which is good for ever. */
export type QueryName = Original | { readonly originalPartnerReferenceNo: string };

/** docs.midtrans.com/reference/get-transaction-status-api. */
export const queryBody = (original: QueryName, merchantId: string): object => ({
  ...original,
  merchantId,
  serviceCode: SERVICES.generate,
});

/** docs.midtrans.com/reference/cancel-api. */
export const cancelBody = (original: Original, merchantId: string): object => ({
  ...original,
  merchantId,
  reason: "not paid in time, or given up by the customer",
});

/**
 * The body of `qr-mpm-refund` (docs.midtrans.com/reference/refund-api). The amount is always named: without one Midtrans gives
 * back all there is, which after an earlier part or an imposed fee is not what was decided here.
 */
export const refundBody = (refund: Refund, original: Original, merchantId: string): object => ({
  merchantId,
  originalPartnerReferenceNo: referenceOf(refund.attempt),
  ...original,
  partnerRefundNo: refund.key,
  refundAmount: moneyOf(refund.amount),
  reason: refund.reason,
});
