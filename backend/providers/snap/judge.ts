import type { WallMs } from "../../../protocol/time.ts";
import type { Charge, Refund, Refunded, Standing } from "../provider.ts";
import type { SnapAnswer } from "./answers.ts";
import type { QueryName } from "./bodies.ts";
import { type Operation, rowOf } from "./codes.ts";
import { rupiahIn } from "./refund-history.ts";
import { NOT_FOUND, readState } from "./states.ts";

/** A charge, or one whose QR code is a picture: in the answer (base64), or at an address. */
export type GenerateVerdict =
  | Charge
  | { readonly is: "pictured"; readonly image?: string; readonly url?: string; readonly transaction: string };

/** `ask`: it was not ended, or it is not said of which transaction; its standing tells. */
export type CancelVerdict = Standing | { readonly is: "ask"; readonly because: string };

/** What the answer to `qr-mpm-generate` means. */
export function judgeGenerate(answer: SnapAnswer, reference: string): GenerateVerdict {
  const detail = tell(answer, "generate");
  const row = rowOf(answer.responseCode, "generate");
  switch (row.generate) {
    case "done":
      return judgeMade(answer, reference, detail);
    case "unclear":
      return { is: "unclear", detail };
    case "unavailable":
      return { is: "refused", retriable: true, because: "unavailable", detail };
    case "invalid":
      return refused(/amount/i.test(answer.responseMessage ?? "") ? "bad-amount" : "misconfigured", detail);
    default:
      return refused(row.generate, detail);
  }
}

function judgeMade(answer: SnapAnswer, reference: string, detail: string): GenerateVerdict {
  const { partnerReferenceNo = reference, referenceNo: transaction = reference, qrContent, qrImage, qrUrl } = answer;
  if (partnerReferenceNo !== reference) {
    return { is: "unclear", detail: `${detail}, but for ${partnerReferenceNo} instead of ${reference}` };
  }
  if (qrContent !== undefined) return { is: "issued", qr: qrContent, transaction };
  const image = qrImage === undefined ? {} : { image: qrImage };
  return { is: "pictured", transaction, ...image, ...(qrUrl === undefined ? {} : { url: qrUrl }) };
}

const refused = (because: "denied" | "misconfigured" | "bad-amount", detail: string): Charge => ({
  is: "refused",
  retriable: false,
  because,
  detail,
});

/** What was asked about, and how it was named. */
export type Asked<Name extends QueryName = QueryName> = {
  readonly reference: string;
  readonly original: Name;
  readonly heardAt: WallMs;
};

/** What the answer to `qr-mpm-query` means. */
export function judgeQuery(answer: SnapAnswer, asked: Asked): Standing {
  const detail = tell(answer, "query");
  const row = rowOf(answer.responseCode, "query");
  if (row.query === "unknown") return { is: "unknown" };
  if (row.query !== "done") return { is: "unclear", detail };
  const other = strangerIn(answer, asked);
  if (other !== undefined) return { is: "unclear", detail: `${detail}, but of ${other}` };
  if (answer.latestTransactionStatus === NOT_FOUND) return { is: "unknown" };
  const read = readState(answer, nameIn(asked), asked.heardAt);
  return read.is === "clear" ? read.standing : { is: "unclear", detail: `${detail}, ${read.because}` };
}

/** What the answer to `qr-mpm-cancel` means. */
export function judgeCancel(answer: SnapAnswer, asked: Asked): CancelVerdict {
  const detail = tell(answer, "cancel");
  const row = rowOf(answer.responseCode, "cancel");
  if (row.cancel === "unclear") return { is: "unclear", detail };
  const other = row.cancel === "ask" ? "none" : strangerIn(answer, asked);
  if (other !== undefined) return { is: "ask", because: detail };
  return { is: "cancelled", transaction: answer.originalReferenceNo ?? nameIn(asked) };
}

/** What the answer to `qr-mpm-refund` means; by it a refund is in Midtrans' books, and that the money arrived is said by them. */
export function judgeRefund(
  answer: SnapAnswer,
  asked: Asked,
  { key, amount }: Pick<Refund, "key" | "amount">,
): Refunded {
  const detail = tell(answer, "refund");
  const { refund } = rowOf(answer.responseCode, "refund");
  if (refund === "unclear") return { is: "unclear", detail };
  if (refund !== "done") return { is: "refused", ...refund, detail };
  const { partnerRefundNo = key, refundAmount } = answer;
  const isOurs = strangerIn(answer, asked) === undefined && partnerRefundNo === key;
  const isSoMuch = refundAmount === undefined || rupiahIn(refundAmount) === amount;
  return isOurs && isSoMuch ? { is: "taken" } : { is: "unclear", detail: `${detail}, but not of this refund` };
}

/**
 * Another transaction than the one asked about, if the answer names one. Midtrans repeats only the name it was asked by, and
 * its own number.
 */
function strangerIn(answer: SnapAnswer, { reference, original }: Asked): string | undefined {
  const { originalReferenceNo, originalPartnerReferenceNo, originalExternalId } = answer;
  const own = "originalReferenceNo" in original ? original.originalReferenceNo : originalReferenceNo;
  if (originalReferenceNo !== undefined && originalReferenceNo !== own) return originalReferenceNo;
  return [originalPartnerReferenceNo, originalExternalId].find((name) => name !== undefined && name !== reference);
}

const nameIn = ({ reference, original }: Asked): string =>
  "originalReferenceNo" in original ? original.originalReferenceNo : reference;

/** One line for the operator: code, meaning, Midtrans' own words. */
export function tell({ responseCode, responseMessage }: SnapAnswer, operation: Operation): string {
  const words = [`${responseCode} (${rowOf(responseCode, operation).means})`, responseMessage];
  return words
    .filter((each) => each !== undefined)
    .join(", ")
    .slice(0, 500);
}
