import { z } from "zod";

/** `[health]` of the backend's configuration. */
export const healthSchema = z.strictObject({
  keep_minutes_hours: z
    .int()
    .min(2)
    .max(24 * 31)
    .default(48)
    .describe(
      "How long each minute of a stand's health is kept: for ten thousand stands and two days some 1.4 GB in a file, 3.4 GB in PostgreSQL.",
    ),
  keep_hours_days: z
    .int()
    .min(1)
    .max(3_650)
    .default(400)
    .describe("How long least, mean and most of each hour are kept."),
});
