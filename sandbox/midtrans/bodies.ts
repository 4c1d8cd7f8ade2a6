import { grossOf, type Transaction, type TransactionStanding } from "./acquirer.ts";
import { type Body, rupiahText } from "./body.ts";
import { type RefundsIn, refundsOf } from "./refund-bodies.ts";
import { signatureOf } from "./signature.ts";
import { wibOf } from "./wib.ts";

/** How the expiry field is named: today `expiry_time`, earlier `expire_time`, sometimes there is none. */
export type ExpiryField = "expiry_time" | "expire_time" | "none";

export type Merchant = { readonly id: string; readonly serverKey: string };

/** The answer to a charge; `base` is where this server is reached, for the addresses of the picture. */
export function chargeBody(transaction: Transaction, merchant: Merchant, base: string, expiry: ExpiryField): Body {
  if (transaction.denied !== undefined) return denialBody(transaction, merchant, transaction.denied);
  const { id, qr } = transaction;
  return {
    status_code: "201",
    status_message: "QRIS transaction is created",
    ...coreOf(transaction, merchant, transaction.amount),
    acquirer: transaction.acquirer,
    actions: [
      { name: "generate-qr-code", method: "GET", url: `${base}/v2/qris/${id}/qr-code` },
      { name: "generate-qr-code-v2", method: "GET", url: `${base}/v4/qris/${id}/qr-code` },
    ],
    qr_string: qr,
    ...expiryOf(transaction, expiry),
  };
}

const denialBody = (transaction: Transaction, merchant: Merchant, code: string): Body => ({
  status_code: "202",
  status_message: "GO-PAY transaction is rejected",
  ...coreOf(transaction, merchant, transaction.amount),
  channel_response_code: code,
  channel_response_message: code === "900" ? "GENERIC_SERVICE_ERROR" : "INTERNAL_ERROR",
});

/** The status answer, by standing: 200 settled, refunded or cancelled, 201 pending, 202 denied, 407 expired. */
export const statusBody = (transaction: Transaction, merchant: Merchant, expiry: ExpiryField): Body =>
  standingBody(transaction, merchant, {
    code: STATUS_CODES[transaction.standing],
    message: isRefunded(transaction)
      ? "Success, refund request is approved by the bank"
      : "Success, transaction is found",
    expiry,
    where: "status",
  });

const isRefunded = ({ standing }: Transaction): boolean => standing === "refund" || standing === "partial_refund";

/** A notification, by standing: 201 pending, 200 settled or refunded, 202 otherwise. */
export const notificationBody = (transaction: Transaction, merchant: Merchant): Body =>
  standingBody(transaction, merchant, {
    code: NOTIFIED_CODES[transaction.standing],
    message: "midtrans payment notification",
    expiry: "expiry_time",
    where: "notification",
  });

/** The answer to cancel (200) and expire (407, which means that it went well). */
export function voidedBody(transaction: Transaction, merchant: Merchant): Body {
  const isCancel = transaction.standing === "cancel";
  return {
    status_code: isCancel ? "200" : "407",
    status_message: isCancel ? "Success, transaction is canceled" : "Success, transaction is expired",
    ...coreOf(transaction, merchant, grossOf(transaction)),
  };
}

const STATUS_CODES: Readonly<Record<TransactionStanding, string>> = {
  pending: "201",
  settlement: "200",
  expire: "407",
  cancel: "200",
  deny: "202",
  partial_refund: "200",
  refund: "200",
};

const NOTIFIED_CODES: Readonly<Record<TransactionStanding, string>> = {
  pending: "201",
  settlement: "200",
  expire: "202",
  cancel: "202",
  deny: "202",
  partial_refund: "200",
  refund: "200",
};

function coreOf(transaction: Transaction, merchant: Merchant, gross: number): Body {
  return {
    transaction_id: transaction.id,
    order_id: transaction.orderId,
    merchant_id: merchant.id,
    gross_amount: rupiahText(gross),
    currency: "IDR",
    payment_type: "qris",
    transaction_time: wibOf(transaction.madeAt),
    transaction_status: transaction.standing,
    fraud_status: "accept",
  };
}

type Told = {
  readonly code: string;
  readonly message: string;
  readonly expiry: ExpiryField;
  readonly where: RefundsIn;
};

function standingBody(transaction: Transaction, merchant: Merchant, { code, message, expiry, where }: Told): Body {
  const gross = grossOf(transaction);
  const { orderId, payment } = transaction;
  const signed = { orderId, statusCode: code, grossAmount: rupiahText(gross) };
  return {
    status_code: code,
    status_message: message,
    ...coreOf(transaction, merchant, gross),
    signature_key: signatureOf(signed, merchant.serverKey),
    acquirer: transaction.acquirer,
    transaction_type: payment?.route ?? "off-us",
    ...(payment === undefined ? {} : { settlement_time: wibOf(payment.at), issuer: payment.issuer }),
    ...(transaction.acquirer === "gopay" ? { merchant_cross_reference_id: crossReferenceOf(transaction) } : {}),
    ...metadataOf(transaction),
    ...transaction.customFields,
    ...expiryOf(transaction, expiry),
    ...refundsOf(transaction, where),
  };
}

/** Names the code where it was paid; not the transaction, and not what stands in the code itself. */
const crossReferenceOf = ({ id }: Transaction): string => `${id.slice(0, 14)}5${id.slice(15)}`;

const expiryOf = ({ expiresAt }: Transaction, field: ExpiryField): Body =>
  field === "none" ? {} : { [field]: wibOf(expiresAt) };

/** The merchant's own metadata and, where a fee was imposed, what it did to the amount. */
function metadataOf(transaction: Transaction): Body {
  const { metadata, fee } = transaction;
  if (fee === 0) return metadata === undefined ? {} : { metadata };
  const gross = grossOf(transaction);
  const imposed = {
    original_amount: String(gross - fee),
    gross_amount: String(gross),
    customer_imposed_payment_fee: String(fee),
  };
  return { metadata: { ...metadata, extra_info: { gross_amount_info: imposed } } };
}
