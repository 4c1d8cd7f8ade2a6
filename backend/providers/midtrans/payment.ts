import { type Rupiah, readRupiah, rupiah } from "../../../protocol/rupiah.ts";
import type { WallMs } from "../../../protocol/time.ts";
import type { Payment } from "../provider.ts";
import type { MidtransAnswer } from "./answers.ts";
import { isoOf, readWib } from "./time.ts";

export type PaymentRead =
  | { readonly is: "paid"; readonly payment: Payment }
  | { readonly is: "doubtful"; readonly because: string };

/** What Midtrans calls a payment elsewhere; `rrn` is not in its documentation, other providers have it. */
const TRACES = [
  "merchant_cross_reference_id",
  "shopeepay_reference_number",
  "reference_id",
  "payment_option_type",
  "rrn",
] as const;

/** The payment that a settled transaction speaks of. `heardAt`: for one without a time. */
export function readPayment(answer: MidtransAnswer, transaction: string, heardAt: WallMs): PaymentRead {
  const { fraud_status: fraud = "accept", currency = "idr" } = answer;
  const paid = readAmounts(answer);
  if (fraud !== "accept") return doubtful(`settled, but fraud_status is "${fraud}"`);
  if (currency !== "idr") return doubtful(`settled, but in "${currency}"`);
  if (paid === undefined)
    return doubtful(`settled, but gross_amount "${answer.gross_amount ?? ""}" is not in whole rupiah`);
  return { is: "paid", payment: { ...paid, transaction, paidAt: isoOf(paidAt(answer) ?? heardAt), ...wayOf(answer) } };
}

/** By which way the money came, as far as the answer says. */
function wayOf(answer: MidtransAnswer): Pick<Payment, "issuer" | "acquirer" | "isOnUs" | "traces"> {
  const { issuer, transaction_type: type } = answer;
  const acquirer = answer.acquirer ?? (answer.payment_type === "gopay" ? "gopay" : undefined);
  const traces = TRACES.flatMap((name) => (answer[name] === undefined ? [] : [[name, answer[name]] as const]));
  return {
    ...(issuer === undefined ? {} : { issuer }),
    ...(acquirer === undefined ? {} : { acquirer }),
    ...(type === "on-us" || type === "off-us" ? { isOnUs: type === "on-us" } : {}),
    ...(traces.length === 0 ? {} : { traces: Object.fromEntries(traces) }),
  };
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

const doubtful = (because: string): PaymentRead => ({ is: "doubtful", because });
