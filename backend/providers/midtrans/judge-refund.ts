import { readRupiah } from "../../../protocol/rupiah.ts";
import { type Refund, type Refunded, referenceOf } from "../provider.ts";
import type { MidtransAnswer } from "./answers.ts";
import { rowOf } from "./codes.ts";
import { tell } from "./judge.ts";
import type { Refusal } from "./refundable.ts";

/** This way of asking for a refund is not open; nothing was made by it. */
export type Closed = { readonly is: "closed"; readonly detail: string };

/** `ask`: the books decide; `otherwise` holds if this refund is not in them. */
export type RefundVerdict = Refunded | Closed | { readonly is: "ask"; readonly otherwise: Refunded | Closed };

/** Sales become payable within days, and a key is good for seven (docs.midtrans.com/docs/technical-faq, refund-transaction). */
const AGAIN_MS = 3_600_000;

/** docs.midtrans.com/docs/gopay-qris-pos-integration, "Refund"; docs/bagaimana-cara-melakukan-refund-transaksi. */
const HOW_TO_ACTIVATE =
  "for sales at a stand refunds are off by default: have Midtrans switch them on (midtrans.com, contact us, refund procedure, " +
  "or your sales contact); until then use the dashboard (Transactions, this order, Refund) or give it back by hand";

/** What the answer to a demand for a refund means. Only a yes that fits in every part, and the bank's own no, stand alone. */
export function judgeRefund(answer: MidtransAnswer, refund: Refund): RefundVerdict {
  const detail = tell(answer);
  const column = rowOf(answer.status_code).refund;
  switch (column) {
    case "by-state":
      return answer.status_code === "202" ? judgeDenial(answer, refund, detail) : judgeMade(answer, refund, detail);
    case "books":
      return ask({ is: "unclear", detail });
    case "closed-or-over":
      return ask({ is: "closed", detail });
    case "by-words":
      return judgeWords(answer, detail);
    case "not-now":
      return ask({ is: "refused", because: "closed-hours", againMs: AGAIN_MS, detail });
    case "closed":
    case "unclear":
      return { is: column, detail };
    case "by-bank":
    case "invalid":
      return { is: "refused", because: column, detail };
  }
}

/** What it means that every way is closed. */
export const notActivated = (details: readonly string[]): Refusal => ({
  is: "refused",
  because: "not-activated",
  detail: [...new Set(details), HOW_TO_ACTIVATE].join("; "),
});

const ask = (otherwise: Refunded | Closed): RefundVerdict => ({ is: "ask", otherwise });

const isOurs = (answer: MidtransAnswer, refund: Refund): boolean =>
  answer.order_id === referenceOf(refund.attempt) && answer.refund_key === refund.key;

/** An idempotency key is answered with the first request's answer, whatever the second one asked: so all of it must fit. */
function judgeMade(answer: MidtransAnswer, refund: Refund, detail: string): RefundVerdict {
  const { transaction_status: state = "" } = answer;
  const back = readRupiah(answer.refund_amount ?? "") ?? 0;
  const isMade = ["refund", "partial_refund"].includes(state) && back >= refund.amount;
  if (!isOurs(answer, refund) || !isMade) return ask({ is: "unclear", detail });
  return answer.bank_confirmed_at === undefined ? { is: "taken" } : { is: "confirmed" };
}

/** "Refund denied by the bank": the state is as before, and nothing went back. Without a state the first request still runs. */
function judgeDenial(answer: MidtransAnswer, refund: Refund, detail: string): RefundVerdict {
  if (answer.transaction_status === undefined) return ask({ is: "unclear", detail });
  const advice = "the payer's bank or wallet does not take it back: give it back by hand";
  const denied: Refusal = { is: "refused", because: "by-bank", detail: `${detail}; ${advice}` };
  const isUntouched = answer.transaction_status === "settlement" && readRupiah(answer.refund_amount ?? "") === 0;
  return isOurs(answer, refund) && isUntouched ? denied : ask(denied);
}

/** 414 says either that the account holds too little, or that the amount is wrong; an earlier refund can make it so. */
function judgeWords(answer: MidtransAnswer, detail: string): RefundVerdict {
  const words = [answer.status_message, ...(answer.validation_messages ?? [])].join(" ");
  if (!/insufficient|balance|funds/i.test(words)) return ask({ is: "refused", because: "invalid", detail });
  const advice = "the account's payable balance is too low: sales become payable within days, and it is tried again";
  return ask({ is: "refused", because: "no-balance", againMs: AGAIN_MS, detail: `${detail}; ${advice}` });
}
