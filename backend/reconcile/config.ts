import { z } from "zod";
import { readTimeOfDay } from "./day.ts";
import { columnsSchema } from "./report/columns.ts";

/** `[reconcile]` of the backend's configuration. */
export const reconcileSchema = z.strictObject({
  at: z
    .string()
    .refine((text) => readTimeOfDay(text) !== undefined, "is no time of day: write 03:30")
    .default("03:30")
    .describe("When the day before is compared with the provider's books; western Indonesian time."),
  folder: z
    .string()
    .min(1)
    .optional()
    .describe("Where results of earlier versions lie, to be taken over. Absent: reconciled/ beside the journal.")
    .meta({ example: "/var/lib/qris-backend/reconciled" }),
  keep_days: z.int().min(32).max(3_650).default(400).describe("Older results are deleted."),
  catch_up_days: z.int().min(1).max(31).default(7).describe("How many days a stop of the backend is made up for."),
  calls_per_second: z.number().min(0.1).max(50).default(5).describe("Status queries to the provider, at most."),
  report_folder: z
    .string()
    .min(1)
    .optional()
    .describe("Where the provider's reports are put, as CSV files with the day in their names.")
    .meta({ example: "/var/lib/qris-backend/reports" }),
  report_columns: columnsSchema.prefault({}).describe("What the report's columns are called, the best name first."),
});
