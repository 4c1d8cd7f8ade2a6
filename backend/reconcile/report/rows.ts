import { z } from "zod";
import { isRupiah, type Rupiah } from "../../../protocol/rupiah.ts";

/** What one row of a provider's report says of one transaction; nothing of the payer. */
export const reportRowSchema = z.strictObject({
  /** Where it stands in the file. */
  line: z.int().min(1),
  /** The order id at the provider: ours is `<order>-<attempt>`. */
  reference: z.string().min(1).max(64),
  transaction: z.string().min(1).max(64).optional(),
  status: z.enum(["settled", "pending", "expired", "cancelled", "denied", "refunded"]),
  /** Absent where the report does not say, or in no way that can be read. */
  amount: z.custom<Rupiah>(isRupiah, "is not whole rupiah").optional(),
  /** The day in western Indonesian time, where the report says. */
  day: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/)
    .optional(),
});
export type ReportRow = z.output<typeof reportRowSchema>;

/** As many as one report may have. */
export const MOST_ROWS = 50_000;

/** A row that may be about money, and says it in no way known here. Without a line: no row of the file was read. */
export const unreadRowSchema = z.strictObject({ line: z.int().min(1).optional(), because: z.string().max(500) });
export type UnreadRow = z.output<typeof unreadRowSchema>;

/** A report as it comes to the comparison. */
export const reportSchema = z.strictObject({
  /** For people: which file it was. */
  name: z.string().min(1).max(1_000),
  rows: z.array(reportRowSchema).max(MOST_ROWS).readonly(),
  unread: z.array(unreadRowSchema).max(MOST_ROWS).readonly(),
});
export type Report = z.output<typeof reportSchema>;

/** Words for a status, in reports and in the API; compared in small letters without what is no letter. */
const STATUS: Readonly<Record<string, ReportRow["status"]>> = {
  settlement: "settled",
  settled: "settled",
  capture: "settled",
  captured: "settled",
  success: "settled",
  successful: "settled",
  paid: "settled",
  berhasil: "settled",
  pending: "pending",
  expire: "expired",
  expired: "expired",
  cancel: "cancelled",
  cancelled: "cancelled",
  canceled: "cancelled",
  deny: "denied",
  denied: "denied",
  failure: "denied",
  failed: "denied",
  refund: "refunded",
  refunded: "refunded",
  partialrefund: "refunded",
  partiallyrefunded: "refunded",
  chargeback: "refunded",
  partialchargeback: "refunded",
};

export const readStatus = (text: string): ReportRow["status"] | undefined => {
  const word = text.toLowerCase().replace(/[^a-z]/g, "");
  return Object.hasOwn(STATUS, word) ? STATUS[word] : undefined;
};
