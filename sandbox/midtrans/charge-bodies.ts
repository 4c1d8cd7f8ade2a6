import type { Transaction } from "./acquirer.ts";
import { type ExpiryField, expiryOf, type Merchant } from "./bodies.ts";
import { type Body, identityOf, rupiahText } from "./body.ts";
import { addressed } from "./gopay.ts";

export type ChargeTold = {
  /** Where this server is reached, for the addresses in `actions`. */
  readonly base: string;
  /** Where the payer's phone is. */
  readonly phone: string;
  readonly expiry: ExpiryField;
  /** The code's text is in the answer. */
  readonly withQrString: boolean;
  /** Where the payer's phone goes from GoPay's app; nowhere when absent. */
  readonly callback?: string | undefined;
};

/** The answer to a charge. */
export function chargeBody(transaction: Transaction, merchant: Merchant, told: ChargeTold): Body {
  if (transaction.denied !== undefined) return denialBody(transaction, merchant, transaction.denied);
  const own = transaction.gopay === undefined ? qrisBody : gopayBody;
  return {
    ...own(transaction, merchant, told),
    ...(told.withQrString ? { qr_string: transaction.qr } : {}),
    ...expiryOf(transaction, told.expiry),
  };
}

/** A fee is not in it: it is imposed when the customer pays. */
const made = (transaction: Transaction): Body => ({
  ...identityOf(transaction),
  gross_amount: rupiahText(transaction.amount),
  currency: "IDR",
  fraud_status: "accept",
});

const qrisBody = (transaction: Transaction, merchant: Merchant, { base }: ChargeTold): Body => ({
  status_code: "201",
  status_message: "QRIS transaction is created",
  ...made(transaction),
  merchant_id: merchant.id,
  acquirer: transaction.acquirer,
  actions: [
    { name: "generate-qr-code", method: "GET", url: `${base}/v2/qris/${transaction.id}/qr-code` },
    { name: "generate-qr-code-v2", method: "GET", url: `${base}/v4/qris/${transaction.id}/qr-code` },
  ],
});

const gopayBody = (transaction: Transaction, _: Merchant, told: ChargeTold): Body => ({
  status_code: "201",
  status_message: "GO-PAY billing created",
  ...made(transaction),
  actions: gopayActions(transaction, told),
  channel_response_code: "200",
  channel_response_message: "Success",
});

/** As in the samples, the deeplink leads to a page; on a payer's phone the real one may open the app itself. */
function gopayActions({ id, orderId }: Transaction, { base, phone, callback }: ChargeTold): readonly Body[] {
  const back = callback === undefined ? {} : { callback_url: addressed(callback, { order_id: orderId }) };
  const query = new URLSearchParams({ referenceid: id, ...back });
  return [
    { name: "generate-qr-code", method: "GET", url: `${base}/v2/gopay/${id}/qr-code` },
    { name: "generate-qr-code-v2", method: "GET", url: `${base}/v4/qris/gopay/${id}/qr-code` },
    { name: "deeplink-redirect", method: "GET", url: `${phone}/app/checkout?${query}` },
    { name: "get-status", method: "GET", url: `${base}/v2/${id}/status` },
    { name: "cancel", method: "POST", url: `${base}/v2/${id}/cancel`, fields: [] },
  ];
}

const denialBody = (transaction: Transaction, merchant: Merchant, code: string): Body => ({
  status_code: "202",
  status_message: "GO-PAY transaction is rejected",
  ...made(transaction),
  ...(transaction.gopay === undefined ? { merchant_id: merchant.id } : {}),
  channel_response_code: code,
  channel_response_message: code === "900" ? "GENERIC_SERVICE_ERROR" : "INTERNAL_ERROR",
});
