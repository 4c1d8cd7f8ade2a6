import { z } from "zod";
import { readJson } from "../midtrans/answers.ts";

/**
 * What Midtrans says over BI-SNAP, in answers and notifications alike; each call fills a part. Read leniently: unknown fields
 * are dropped, a field of a wrong type counts as absent. Only `responseCode` is required, and in answers alone.
 */

const text = (longest: number) => z.string().min(1).max(longest).optional().catch(undefined);
const absent = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

const money = z.object({
  value: z.union([z.string().max(32), z.number().transform(String)]),
  currency: z.string().max(8).toUpperCase(),
});
export type Money = z.output<typeof money>;

const qris = z.object({ issuerName: text(200), acquirerName: text(200), transactionType: text(20) });

/** One refund of a payment. Our name for it is `partnerReferenceNo` for QRIS, `partnerRefundNo` elsewhere. */
const refundEntry = z.object({
  partnerReferenceNo: text(64),
  partnerRefundNo: text(64),
  refundStatus: text(8),
  refundAmount: money,
});
export type RefundEntry = z.output<typeof refundEntry>;

/** Read as a whole or not at all: a refund that cannot be read must not pass for none. */
const refundHistory = z
  .union([
    z.array(refundEntry),
    refundEntry.transform((entry) => [entry]),
    z.null().transform(() => undefined),
    z.unknown().transform((): "unreadable" => "unreadable"),
  ])
  .optional();

const facts = {
  originalReferenceNo: text(256),
  originalPartnerReferenceNo: text(64),
  originalExternalId: text(64),
  latestTransactionStatus: text(8),
  transactionStatusDesc: text(200),
  amount: absent(money),
  paidTime: text(40),
  finishedTime: text(40),
  terminalId: text(64),
  externalStoreID: text(64),
  refundHistory,
  additionalInfo: absent(
    z.object({
      /** A list in the documentation's table, an object in its sample. */
      qris: absent(z.union([qris, z.array(qris).transform(([first]) => first)])),
      refundHistory,
      merchantCrossRefId: text(64),
    }),
  ),
};

export const notificationSchema = z.object(facts);
export type SnapFacts = z.output<typeof notificationSchema>;

const answerSchema = z.object({
  ...facts,
  responseCode: z.union([z.string(), z.number().transform(String)]).pipe(z.string().regex(/^\d{7}$/)),
  responseMessage: text(500),
  referenceNo: text(256),
  partnerReferenceNo: text(64),
  qrContent: text(512),
  qrUrl: text(1_024),
  /** Base64. */
  qrImage: text(700_000),
  partnerRefundNo: text(64),
  refundAmount: absent(money),
  accessToken: text(4_096),
  /** Seconds. */
  expiresIn: absent(
    z.union([
      z
        .string()
        .regex(/^\d{1,6}$/)
        .transform(Number),
      z.int().min(0),
    ]),
  ),
});
export type SnapAnswer = z.output<typeof answerSchema>;

/** `undefined` for what is not JSON, or has no `responseCode` of seven digits. */
export function readSnapAnswer(bytes: Uint8Array): SnapAnswer | undefined {
  const read = answerSchema.safeParse(readJson(bytes)?.json);
  return read.success ? read.data : undefined;
}
