import type { Refund, Transaction } from "../midtrans/acquirer.ts";
import type { Body } from "../midtrans/body.ts";
import type { Refunded } from "../midtrans/refund-desk.ts";
import { type Case, saying } from "./codes.ts";
import { isoOf } from "./time.ts";

/**
 * How BI-SNAP refuses a refund (docs.midtrans.com/reference/refund-api). The page has no code for refunds that are not
 * activated; 403 15 is in the list of its neighbour, `/debit/refund`.
 */
const REFUSALS: Readonly<Record<Extract<Refunded, { is: "refused" }>["because"] | "night", Case>> = {
  duplicate: "409 01",
  "not-activated": "403 15",
  "not-settled": "404 00",
  "window-over": "405 01",
  "not-now": "405 01",
  night: "405 01",
  "whole-only": "404 13",
  "bad-amount": "404 13",
  "over-limit": "403 02",
  "no-balance": "403 14",
};

/**
 * The answer to `qr-mpm-refund`. There is no code for a refusal by the payer's bank: such a refund is taken, and stands in
 * `refundHistory` as failed.
 */
export function refundBody(refunded: Refunded): Body {
  if (refunded.is === "refused") return saying("refund", REFUSALS[refunded.because]);
  if (refunded.is === "denied" && refunded.because === "night") return saying("refund", REFUSALS.night);
  const { transaction, refund } = refunded;
  return {
    ...saying("refund", "200 00"),
    originalPartnerReferenceNo: transaction.snap?.partnerReference ?? transaction.orderId,
    originalReferenceNo: transaction.id,
    originalExternalId: transaction.orderId,
    referenceNo: refundNoOf(refund),
    partnerRefundNo: refund.key,
    refundAmount: moneyOf(refund.amount),
    refundTime: isoOf(refund.madeAt),
    additionalInfo: null,
  };
}

/** For the query: every refund, with `refundStatus` 00, or 06 when it failed. */
export const historyOf = ({ refunds }: Transaction): Body =>
  refunds.length === 0
    ? {}
    : {
        refundHistory: refunds.map((each) => ({ ...rowOf(each), refundStatus: each.bank.says === "no" ? "06" : "00" })),
      };

/** For the notification, which has no `refundStatus`: only those that did not fail. */
export function notifiedHistoryOf({ refunds }: Transaction): Body {
  const good = refunds.filter(({ bank }) => bank.says !== "no");
  return good.length === 0 ? {} : { refundHistory: good.map(rowOf) };
}

const rowOf = (refund: Refund): Body => ({
  reason: refund.reason,
  refundNo: refundNoOf(refund),
  partnerReferenceNo: refund.key,
  refundDate: isoOf(refund.madeAt),
  refundAmount: moneyOf(refund.amount),
});

/** Laid out as in the samples: `A120240815023459htV0bgKH7TID`. */
function refundNoOf({ number, madeAt }: Refund): string {
  const time = new Date(madeAt).toISOString().replace(/\D/g, "").slice(0, 14);
  return `A1${time}${number.toString(36).padStart(10, "0")}ID`;
}

export const moneyOf = (amount: number): Body => ({ value: `${amount}.00`, currency: "IDR" });
