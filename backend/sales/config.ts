import { z } from "zod";

const days = (most: number) => z.int().min(1).max(most);

/** How long is kept what is no order any more. The orders themselves, with their whole stories, go by `journal.keep_days`. */
export const retentionSchema = z.strictObject({
  personal_days: days(3_650)
    .default(90)
    .describe(
      "Who paid (the payer's bank or wallet), and which member of staff decided and why, is deleted from the sales book so long " +
        "after the order's end. Not below journal.keep_days: until then the order itself has it.",
    ),
  sales_days: days(36_500)
    .default(1_100)
    .describe("Ended orders are deleted from the sales book so long after their end; sums go no further back."),
  audit_days: z
    .int()
    .min(365)
    .max(36_500)
    .default(1_830)
    .describe(
      "The oldest part of the audit log is sealed off and deleted so long after it was written, a month at a time; what is left " +
        "can be verified as before.",
    ),
});

export type RetentionConfig = z.output<typeof retentionSchema>;
