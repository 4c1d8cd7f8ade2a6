import { grossOf, paymentTypeOf, type Transaction } from "./acquirer.ts";
import { wibOf } from "./wib.ts";

/** A JSON object as Midtrans writes it: nearly every value a string, numbers too. */
export type Body = Readonly<Record<string, unknown>>;

/** `"15000.00"`. */
export const rupiahText = (amount: number): string => `${amount}.00`;

export function errorBody(code: string, message: string, id: string, validation: readonly string[] = []): Body {
  const body = { status_code: code, status_message: message, id };
  return validation.length === 0 ? body : { ...body, validation_messages: validation };
}

/** What is said of a transaction everywhere. */
export const identityOf = (transaction: Transaction): Body => ({
  transaction_id: transaction.id,
  order_id: transaction.orderId,
  gross_amount: rupiahText(grossOf(transaction)),
  payment_type: paymentTypeOf(transaction),
  transaction_time: wibOf(transaction.madeAt),
  transaction_status: transaction.standing,
});
