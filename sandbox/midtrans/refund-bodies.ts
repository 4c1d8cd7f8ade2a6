import type { Refund, Transaction } from "./acquirer.ts";
import { type Body, identityOf, rupiahText } from "./body.ts";
import type { Refunded } from "./refund-desk.ts";
import { returnedOf } from "./refund-rules.ts";
import { wibOf } from "./wib.ts";

/** `direct`: asked for at `/refund/online/direct`, whose good answer is worded differently. */
export function refundBody(
  { is, transaction, refund }: Exclude<Refunded, { is: "refused" }>,
  { direct }: { readonly direct: boolean },
): Body {
  const isMade = is === "made";
  const message = direct ? "Success, refund request is approved by the bank" : "Success, refund request is approved";
  return {
    status_code: isMade ? "200" : "202",
    status_message: isMade ? message : "Refund denied by the bank",
    ...identityOf(transaction),
    refund_chargeback_id: refund.number,
    refund_amount: rupiahText(isMade ? returnedOf(transaction) : 0),
    refund_key: refund.key,
  };
}

/** `refund_method` stands in notifications from the start, in the status answer once the bank has confirmed. */
export type RefundsIn = "status" | "notification";

/** Nothing while no money is on its way back; what a bank refused is not listed. */
export function refundsOf(transaction: Transaction, where: RefundsIn): Body {
  const returned = returnedOf(transaction);
  if (returned === 0) return {};
  const refunds = transaction.refunds.filter(({ bank }) => bank.says !== "no");
  return { refund_amount: rupiahText(returned), refunds: refunds.map((each) => rowOf(each, where)) };
}

const rowOf = ({ number, amount, madeAt, reason, key, bank }: Refund, where: RefundsIn): Body => ({
  refund_chargeback_id: number,
  refund_amount: rupiahText(amount),
  created_at: wibOf(madeAt),
  reason,
  refund_key: key,
  ...(where === "notification" || bank.says === "yes" ? { refund_method: "online" } : {}),
  ...(bank.says === "yes" ? { bank_confirmed_at: wibOf(bank.at) } : {}),
});
