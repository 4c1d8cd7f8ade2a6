import type { WallMs } from "../../../protocol/time.ts";
import type { Standing } from "../provider.ts";
import type { MidtransAnswer } from "./answers.ts";
import { readPayment } from "./payment.ts";
import { readRefunds } from "./refunds-made.ts";

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
  if (row[from].length === 0) return doubtful(`"${state}" says more than is signed`);
  if (!row[from].includes(code)) return doubtful(`transaction_status "${state}" does not fit code ${code}`);
  if (transaction === undefined) return doubtful(`"${state}" without a transaction_id`);
  switch (row.is) {
    case "settled":
      return readSettled(answer, transaction, heardAt);
    case "refunded":
      return readRefunded(answer, transaction, !state.startsWith("partial_"));
    default:
      return clear({ is: row.is, transaction });
  }
}

function readSettled(answer: MidtransAnswer, transaction: string, heardAt: WallMs): StateRead {
  const read = readPayment(answer, transaction, heardAt);
  return read.is === "paid" ? clear({ is: "settled", payment: read.payment }) : read;
}

function readRefunded(answer: MidtransAnswer, transaction: string, isFull: boolean): StateRead {
  const refunds = readRefunds(answer);
  if (refunds === undefined) return doubtful("refunded, but refund_amount is not in whole rupiah");
  return clear({ is: "refunded", transaction, isFull, refunds });
}

const clear = (standing: Known): StateRead => ({ is: "clear", standing });
const doubtful = (because: string): StateRead => ({ is: "doubtful", because });
