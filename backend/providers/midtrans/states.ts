import { type Rupiah, readRupiah, rupiah } from "../../../protocol/rupiah.ts";
import type { WallMs } from "../../../protocol/time.ts";
import type { Standing } from "../provider.ts";
import type { MidtransAnswer } from "./answers.ts";
import { isoOf, readWib } from "./time.ts";

type Known = Exclude<Standing, { is: "unknown" | "unclear" }>;
type StateRow = {
  readonly is: Known["is"];
  /** The `status_code`s that fit, in answers. */
  readonly answers: readonly string[];
  /** The same in notifications. Empty: too much that the signature does not cover hangs on it, so it is always asked for. */
  readonly news: readonly string[];
};

const ended = (is: StateRow["is"]): StateRow => ({ is, answers: ["200", "202", "407"], news: ["202"] });
const moneyBack: StateRow = { is: "refunded", answers: ["200"], news: [] };

/**
 * `transaction_status` (docs.midtrans.com/reference/transaction-status). `capture` and `authorize` are for cards and are not
 * in here: a QRIS charge is paid when it says `settlement`, and only with code 200. A refund in part counts as refunded: the
 * operator made it, and nothing may be released by itself any more.
 */
export const STATES: ReadonlyMap<string, StateRow> = new Map([
  ["pending", { is: "pending", answers: ["200", "201"], news: ["201"] }],
  ["settlement", { is: "settled", answers: ["200"], news: ["200"] }],
  ["expire", ended("expired")],
  ["cancel", ended("cancelled")],
  ["deny", { is: "denied", answers: ["200", "201", "202"], news: ["202"] }],
  ["failure", { is: "denied", answers: ["200", "201", "202"], news: ["202"] }],
  ["refund", moneyBack],
  ["partial_refund", moneyBack],
  ["chargeback", moneyBack],
  ["partial_chargeback", moneyBack],
]);

export type StateRead =
  | { readonly is: "clear"; readonly standing: Known }
  | { readonly is: "doubtful"; readonly because: string };

/** What the state in an answer or a notification says, if code and state fit together. `heardAt`: for a payment without a time. */
export function readState(answer: MidtransAnswer, from: "answers" | "news", heardAt: WallMs): StateRead {
  const { transaction_status: state = "none", status_code: code, transaction_id: transaction } = answer;
  const row = STATES.get(state);
  if (row === undefined) return doubtful(`transaction_status "${state}" with code ${code}`);
  if (!row[from].includes(code)) return doubtful(`transaction_status "${state}" does not fit code ${code}`);
  if (transaction === undefined) return doubtful(`"${state}" without a transaction_id`);
  if (row.is === "settled") return readPayment(answer, transaction, heardAt);
  if (row.is === "refunded") {
    return {
      is: "clear",
      standing: { is: "refunded", transaction, isFull: !state.startsWith("partial_"), refunds: [] },
    };
  }
  return { is: "clear", standing: { is: row.is, transaction } };
}

function readPayment(answer: MidtransAnswer, transaction: string, heardAt: WallMs): StateRead {
  const { fraud_status: fraud = "accept", currency = "idr", issuer } = answer;
  const paid = readAmounts(answer);
  if (fraud !== "accept") return doubtful(`settled, but fraud_status is "${fraud}"`);
  if (currency !== "idr") return doubtful(`settled, but in "${currency}"`);
  if (paid === undefined)
    return doubtful(`settled, but gross_amount "${answer.gross_amount ?? ""}" is not in whole rupiah`);
  const payment = { ...paid, transaction, paidAt: isoOf(paidAt(answer) ?? heardAt) };
  return { is: "clear", standing: { is: "settled", payment: issuer === undefined ? payment : { ...payment, issuer } } };
}

const paidAt = ({ settlement_time: settled = "", transaction_time: begun = "" }: MidtransAnswer): WallMs | undefined =>
  readWib(settled) ?? readWib(begun);

/**
 * `gross_amount` taken apart into what was ordered and the fee that the dashboard's fee imposition put on top. A split that
 * does not add up is not believed: then all of it is the amount.
 */
export function readAmounts(answer: MidtransAnswer): { readonly amount: Rupiah; readonly fee: Rupiah } | undefined {
  const gross = readRupiah(answer.gross_amount ?? "");
  if (gross === undefined) return undefined;
  const original = readRupiah(answer.metadata?.extra_info.gross_amount_info.original_amount ?? "");
  const amount = original === undefined || original > gross ? gross : original;
  return { amount, fee: rupiah(gross - amount) };
}

const doubtful = (because: string): StateRead => ({ is: "doubtful", because });
