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

const qris = z.object({ issuerName: text(200) });

const facts = {
  originalReferenceNo: text(256),
  originalPartnerReferenceNo: text(64),
  originalExternalId: text(64),
  latestTransactionStatus: text(8),
  transactionStatusDesc: text(200),
  amount: absent(money),
  paidTime: text(40),
  finishedTime: text(40),
  /** `qris` is a list in the documentation's table and an object in its sample. */
  additionalInfo: absent(z.object({ qris: absent(z.union([qris, z.array(qris).transform(([first]) => first)])) })),
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
