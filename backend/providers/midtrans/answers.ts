import { z } from "zod";

/**
 * What Midtrans says, in answers and notifications alike: one flat object, of which each call fills a part. Read leniently, as
 * its documentation asks: unknown fields are dropped, a field of a wrong type counts as absent. Only `status_code` is required.
 */

const text = (longest: number) => z.string().min(1).max(longest).optional().catch(undefined);
/** Upper or lower case, both are seen. */
const word = z.string().max(64).toLowerCase().optional().catch(undefined);
const amount = z
  .union([z.string().max(32), z.number().transform(String)])
  .optional()
  .catch(undefined);

/** A name that the provider uses elsewhere. Short and without spaces or `@`, so that nothing of a payer can be in it. */
const trace = z
  .string()
  .regex(/^[\w.:-]{1,64}$/)
  .optional()
  .catch(undefined);

const actionSchema = z.object({ name: z.string(), url: z.string().max(1_024) });
/** Present when the dashboard's "automatic fee imposition" put a fee on top: `gross_amount` then is amount and fee. */
const feeSchema = z.object({
  extra_info: z.object({ gross_amount_info: z.object({ original_amount: amount }) }),
});

/** One refund in the books. What is no object has no amount. */
const refundSchema = z
  .object({ refund_amount: amount, refund_key: text(64), bank_confirmed_at: text(32) })
  .catch({ refund_amount: undefined, refund_key: undefined, bank_confirmed_at: undefined });

export const answerSchema = z.object({
  status_code: z.string().regex(/^\d{3}$/),
  status_message: text(500),
  validation_messages: z.array(z.string()).optional().catch(undefined),
  transaction_id: text(64),
  order_id: text(64),
  gross_amount: amount,
  currency: word,
  transaction_status: word,
  fraud_status: word,
  channel_response_code: text(16),
  transaction_time: text(32),
  settlement_time: text(32),
  /** Two names for one thing, by the age of the answer. */
  expiry_time: text(32),
  expire_time: text(32),
  payment_type: word,
  issuer: text(200),
  acquirer: word,
  /** `on-us` or `off-us`. */
  transaction_type: word,
  payment_option_type: trace,
  merchant_cross_reference_id: trace,
  shopeepay_reference_number: trace,
  reference_id: trace,
  rrn: trace,
  qr_string: text(512),
  /** Those that do not look like an action are left out. */
  actions: z
    .array(actionSchema.optional().catch(undefined))
    .transform((all) => all.filter((action) => action !== undefined))
    .catch([])
    .default([]),
  metadata: feeSchema.optional().catch(undefined),
  /** Of this refund, or of all together: the pages differ. */
  refund_amount: amount,
  refund_key: text(64),
  bank_confirmed_at: text(32),
  refunds: z.array(refundSchema).optional().catch(undefined),
});
export type MidtransAnswer = z.output<typeof answerSchema>;

/** What a notification must have before it can be verified; nothing here may be altered before the signature is compared. */
export const signedSchema = z.object({
  order_id: z.string().max(64),
  status_code: z.string().max(8),
  gross_amount: z.string().max(32),
  signature_key: z.string().max(256),
});

/** `undefined` for what is not JSON in UTF-8. */
export function readJson(bytes: Uint8Array): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch {
    return undefined;
  }
}

/** `undefined` for what is not JSON, or has no `status_code`. */
export function readAnswer(bytes: Uint8Array): MidtransAnswer | undefined {
  const read = answerSchema.safeParse(readJson(bytes)?.json);
  return read.success ? read.data : undefined;
}
