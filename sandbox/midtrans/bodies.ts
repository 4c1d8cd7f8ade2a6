import { grossOf, paymentTypeOf, type Transaction, type TransactionStanding } from "./acquirer.ts";
import { type Body, identityOf, rupiahText } from "./body.ts";
import { type RefundsIn, refundsOf } from "./refund-bodies.ts";
import { signatureOf } from "./signature.ts";
import { wibOf } from "./wib.ts";

/** How the expiry field is named: today `expiry_time`, earlier `expire_time`, sometimes there is none. */
export type ExpiryField = "expiry_time" | "expire_time" | "none";

export type Merchant = { readonly id: string; readonly serverKey: string };

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
    ...coreOf(transaction, merchant),
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

/** `gopay` is told without the merchant's id. */
const coreOf = (transaction: Transaction, merchant: Merchant): Body => ({
  ...identityOf(transaction),
  ...(paymentTypeOf(transaction) === "qris" ? { merchant_id: merchant.id } : {}),
  currency: "IDR",
  fraud_status: "accept",
});

type Told = {
  readonly code: string;
  readonly message: string;
  readonly expiry: ExpiryField;
  readonly where: RefundsIn;
};

function standingBody(transaction: Transaction, merchant: Merchant, { code, message, expiry, where }: Told): Body {
  const { orderId } = transaction;
  const signed = { orderId, statusCode: code, grossAmount: rupiahText(grossOf(transaction)) };
  return {
    status_code: code,
    status_message: message,
    ...coreOf(transaction, merchant),
    signature_key: signatureOf(signed, merchant.serverKey),
    ...(paymentTypeOf(transaction) === "qris" ? qrisOf(transaction) : gopayOf(transaction)),
    ...metadataOf(transaction),
    ...transaction.customFields,
    ...expiryOf(transaction, expiry),
    ...refundsOf(transaction, where),
  };
}

/** What is said of a code that was scanned, or waits to be. */
function qrisOf({ id, acquirer, payment }: Transaction): Body {
  const base = { acquirer, transaction_type: payment?.route ?? "off-us" };
  if (payment === undefined) return base;
  const traces =
    acquirer === "gopay"
      ? { merchant_cross_reference_id: crossReferenceOf(id) }
      : {
          shopeepay_reference_number: shopeepayNumberOf(id),
          reference_id: `QR-${id.replaceAll("-", "").slice(0, 22)}`,
        };
  return { ...base, settlement_time: wibOf(payment.at), issuer: payment.issuer, ...traces };
}

/** What is said of a payment inside GoPay's app. */
const gopayOf = ({ payment }: Transaction): Body =>
  payment === undefined ? {} : { settlement_time: wibOf(payment.at), payment_option_type: payment.option };

/** Names the code where it was paid; not the transaction, and not what stands in the code itself. */
const crossReferenceOf = (id: string): string => `${id.slice(0, 14)}5${id.slice(15)}`;

/** 18 digits. */
const shopeepayNumberOf = (id: string): string =>
  String(BigInt(`0x${id.replaceAll("-", "").slice(0, 15)}`) % 10n ** 18n).padStart(18, "1");

export const expiryOf = ({ expiresAt }: Transaction, field: ExpiryField): Body =>
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
