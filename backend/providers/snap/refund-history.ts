import { type Rupiah, readRupiah } from "../../../protocol/rupiah.ts";
import type { RefundMade } from "../provider.ts";
import type { Money, RefundEntry, SnapFacts } from "./answers.ts";

/**
 * A payment's refunds as Midtrans lists them (docs.midtrans.com/reference/get-transaction-status-api and
 * payment-notification-api, `refundHistory`), those that failed left out. `unreadable`: there is a history, and it must not
 * pass for none.
 */
export type History =
  | { readonly is: "read"; readonly gone: readonly RefundMade[] }
  | { readonly is: "unreadable"; readonly because: string };

/** `refundStatus`. A refund without one, as in notifications, is in the books and nothing more. */
const DONE = "00";
const FAILED = "06";

export function readHistory(facts: SnapFacts): History {
  const entries = entriesIn(facts);
  if (entries === "unreadable") return unreadable("with a refundHistory that cannot be read");
  const gone = entries.filter(({ refundStatus }) => refundStatus !== FAILED).map(madeOf);
  if (!gone.every((made) => made !== undefined)) return unreadable("with a refund that is not in whole rupiah");
  return { is: "read", gone };
}

/** The keys of refunds that did not come about; one of them may have been tried again, and be in the history as well. */
export function failedKeysIn(facts: SnapFacts): readonly string[] {
  const entries = entriesIn(facts);
  if (entries === "unreadable") return [];
  const keys = entries.filter(({ refundStatus }) => refundStatus === FAILED).map(keyOf);
  return keys.filter((key) => key !== undefined);
}

/** The history stands in `additionalInfo`, in the samples of other services beside it. */
const entriesIn = ({ additionalInfo, refundHistory }: SnapFacts): readonly RefundEntry[] | "unreadable" =>
  additionalInfo?.refundHistory ?? refundHistory ?? [];

/** All that went, or is going, back; a sum of what somebody wrote, so it may be beyond any real amount. */
export const sumOf = (refunds: readonly RefundMade[]): number => refunds.reduce((sum, { amount }) => sum + amount, 0);

/** Whole rupiah in rupiah; `undefined` for any other money. */
export const rupiahIn = (money: Money | undefined): Rupiah | undefined =>
  money?.currency === "IDR" ? readRupiah(money.value) : undefined;

const keyOf = ({ partnerReferenceNo, partnerRefundNo }: RefundEntry): string | undefined =>
  partnerReferenceNo ?? partnerRefundNo;

function madeOf(entry: RefundEntry): RefundMade | undefined {
  const amount = rupiahIn(entry.refundAmount);
  const key = keyOf(entry);
  if (amount === undefined) return undefined;
  return { amount, isConfirmed: entry.refundStatus === DONE, ...(key === undefined ? {} : { key }) };
}

const unreadable = (because: string): History => ({ is: "unreadable", because });
