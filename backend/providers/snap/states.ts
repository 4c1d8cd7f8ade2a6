import { readRupiah, rupiah } from "../../../protocol/rupiah.ts";
import type { WallMs } from "../../../protocol/time.ts";
import { isoOf } from "../midtrans/time.ts";
import type { Standing } from "../provider.ts";
import type { SnapFacts } from "./answers.ts";
import { readIso } from "./time.ts";

type Known = Exclude<Standing, { is: "unknown" | "unclear" }>;

/**
 * `latestTransactionStatus` (docs.midtrans.com/reference/get-transaction-status-api, payment-notification-api). 01 and 02 are
 * of the national standard: begun, and being paid; nothing is settled by them. 04 is a refund in full or in part: the operator
 * made it, and nothing may be released by itself any more. 07, not found, is for queries only and is no state.
 */
export const STATES: ReadonlyMap<string, Known["is"]> = new Map([
  ["00", "settled"],
  ["01", "pending"],
  ["02", "pending"],
  ["03", "pending"],
  ["04", "refunded"],
  ["05", "cancelled"],
  ["06", "denied"],
  ["08", "expired"],
  ["09", "denied"],
]);

export const NOT_FOUND = "07";

export type StateRead =
  | { readonly is: "clear"; readonly standing: Known }
  | { readonly is: "doubtful"; readonly because: string };

/** `transaction`: the provider's id where the facts have none. `heardAt`: for a payment without a time. */
export function readState(facts: SnapFacts, transaction: string, heardAt: WallMs): StateRead {
  const { latestTransactionStatus: state = "none", originalReferenceNo = transaction } = facts;
  const is = STATES.get(state);
  if (is === undefined) return doubtful(`latestTransactionStatus "${state}"`);
  if (is === "settled") return readPayment(facts, originalReferenceNo, heardAt);
  if (is === "refunded") {
    return {
      is: "clear",
      standing: { is, transaction: originalReferenceNo, isFull: false, refunds: [] },
    };
  }
  return { is: "clear", standing: { is, transaction: originalReferenceNo } };
}

function readPayment(facts: SnapFacts, transaction: string, heardAt: WallMs): StateRead {
  const { amount: money, additionalInfo } = facts;
  const issuer = additionalInfo?.qris?.issuerName;
  const amount = readRupiah(money?.value ?? "");
  if (money !== undefined && money.currency !== "IDR") return doubtful(`settled, but in "${money.currency}"`);
  if (amount === undefined) return doubtful(`settled, but amount "${money?.value ?? ""}" is not in whole rupiah`);
  const payment = { amount, fee: rupiah(0), transaction, paidAt: isoOf(paidAt(facts) ?? heardAt) };
  return { is: "clear", standing: { is: "settled", payment: issuer === undefined ? payment : { ...payment, issuer } } };
}

const paidAt = ({ paidTime = "", finishedTime = "" }: SnapFacts): WallMs | undefined =>
  readIso(paidTime) ?? readIso(finishedTime);

const doubtful = (because: string): StateRead => ({ is: "doubtful", because });
