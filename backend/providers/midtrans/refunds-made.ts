import { readRupiah } from "../../../protocol/rupiah.ts";
import type { RefundMade } from "../provider.ts";
import type { MidtransAnswer } from "./answers.ts";

/** Whether the answer names the single refunds; without them nobody can tell whose they are. */
export const listsRefunds = (answer: MidtransAnswer): boolean => (answer.refunds?.length ?? 0) > 0;

/**
 * The refunds of a transaction that has some (docs.midtrans.com/reference/get-transaction-status). Without a list, one
 * unconfirmed refund without a key stands for all of them, if anything says how much that is. `undefined`: an amount that
 * cannot be read.
 */
export function readRefunds(answer: MidtransAnswer): readonly RefundMade[] | undefined {
  const listed = (answer.refunds ?? []).map(readRefund);
  if (!listed.every((each) => each !== undefined)) return undefined;
  const made = listed.filter(({ amount }) => amount > 0);
  return made.length > 0 ? made : readSum(answer);
}

function readRefund(refund: NonNullable<MidtransAnswer["refunds"]>[number]): RefundMade | undefined {
  const amount = readRupiah(refund.refund_amount ?? "");
  if (amount === undefined) return undefined;
  const made = { amount, isConfirmed: refund.bank_confirmed_at !== undefined };
  return refund.refund_key === undefined ? made : { ...made, key: refund.refund_key };
}

function readSum(answer: MidtransAnswer): readonly RefundMade[] | undefined {
  const isPart = answer.transaction_status?.startsWith("partial_") === true;
  if (isPart && answer.refund_amount === undefined) return [];
  const amount = readRupiah(answer.refund_amount ?? answer.gross_amount ?? "");
  return amount === undefined ? undefined : [{ amount, isConfirmed: false }];
}
