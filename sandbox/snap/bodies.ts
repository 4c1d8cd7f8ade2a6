import type { Transaction, TransactionStanding } from "../midtrans/acquirer.ts";
import type { Body } from "../midtrans/body.ts";
import { qrPicture } from "../midtrans/qr-picture.ts";
import { wibOf } from "../midtrans/wib.ts";
import { saying } from "./codes.ts";
import { historyOf, moneyOf, notifiedHistoryOf } from "./refund-bodies.ts";
import type { Original } from "./requests.ts";

/** What is left of the QR code in the answer. */
export type Shown = "all" | "pictures" | "image" | "url";

/** The answer to `qr-mpm-generate`; `base` is where this server is reached. */
export function generateBody(transaction: Transaction, base: string, shown: Shown): Body {
  const { id, qr, snap = {}, acquirer, orderId } = transaction;
  const image = shown === "url" ? undefined : qrPicture(qr);
  return {
    ...saying("charge", "200 00"),
    referenceNo: id,
    partnerReferenceNo: snap.partnerReference ?? orderId,
    qrContent: shown === "all" ? qr : null,
    ...(shown === "image" ? {} : { qrUrl: `${base}/v2/qris/${id}/qr-code` }),
    ...(image === undefined ? {} : { qrImage: Buffer.from(image).toString("base64") }),
    ...(snap.store === undefined ? {} : { storeId: snap.store }),
    ...(snap.terminal === undefined ? {} : { terminalId: snap.terminal }),
    additionalInfo: { acquirer },
  };
}

const STATES: Readonly<Record<TransactionStanding, readonly [code: string, words: string]>> = {
  settlement: ["00", "success"],
  pending: ["03", "pending"],
  cancel: ["05", "canceled"],
  expire: ["08", "expired"],
  deny: ["09", "rejected"],
  partial_refund: ["04", "refunded"],
  refund: ["04", "refunded"],
};

/** Which call brought a transaction into its standing, where that was not the charge. */
const SERVICE_OF: { readonly [Standing in TransactionStanding]?: string } = {
  cancel: "77",
  partial_refund: "78",
  refund: "78",
};

/** The answer to `qr-mpm-query`: the name it was asked by, and Midtrans' own number once it is paid. */
export function queryBody(transaction: Transaction | undefined, { by, name }: Original): Body {
  const head = saying("status", "200 00");
  if (transaction === undefined) {
    return {
      ...head,
      [by]: name,
      serviceCode: "47",
      latestTransactionStatus: "07",
      transactionStatusDesc: "not found",
    };
  }
  const { standing, id, payment, snap } = transaction;
  const [state, words] = STATES[standing];
  return {
    ...head,
    [by]: name,
    ...(payment === undefined ? {} : { originalReferenceNo: id }),
    serviceCode: SERVICE_OF[standing] ?? "47",
    latestTransactionStatus: state,
    transactionStatusDesc: words,
    ...(payment === undefined ? {} : { paidTime: timeOf(payment.at) }),
    amount: moneyOf(amountOf(transaction)),
    ...(snap?.terminal === undefined ? {} : { terminalId: snap.terminal }),
    additionalInfo: historyOf(transaction),
  };
}

/** The answer to `qr-mpm-cancel`. */
export const cancelBody = (transaction: Transaction, now: number): Body => ({
  ...saying("cancel", "200 00"),
  originalPartnerReferenceNo: transaction.snap?.partnerReference ?? transaction.orderId,
  originalReferenceNo: transaction.id,
  originalExternalId: transaction.orderId,
  cancelTime: timeOf(now),
  transactionDate: wibOf(transaction.madeAt),
});

/** What `qr-mpm-notify` carries. */
export function notificationBody(transaction: Transaction): Body {
  const { id, orderId, snap = {}, standing, payment, acquirer } = transaction;
  const [state, words] = STATES[standing];
  const route = payment?.route.toUpperCase();
  return {
    originalReferenceNo: id,
    originalPartnerReferenceNo: snap.partnerReference ?? orderId,
    latestTransactionStatus: state,
    transactionStatusDesc: words,
    amount: moneyOf(amountOf(transaction)),
    ...(snap.store === undefined ? {} : { externalStoreID: snap.store }),
    additionalInfo: {
      ...(payment === undefined
        ? {}
        : { qris: { issuerName: payment.issuer, acquirerName: acquirer, transactionType: route } }),
      ...notifiedHistoryOf(transaction),
    },
  };
}

const amountOf = ({ payment, amount }: Transaction): number => payment?.amount ?? amount;

/** As the documentation's samples have it: no offset. */
const timeOf = (wall: number): string => wibOf(wall).replace(" ", "T");
