import { z } from "zod";
import { secretFile } from "../merchants/config.ts";

/** `[tracing]` of the backend's configuration. */
export const tracingSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .describe("Where an OpenTelemetry collector takes traces over HTTP as JSON, with its whole path.")
    .meta({ example: "http://127.0.0.1:4318/v1/traces" }),
  ratio: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("The share of orders that are traced; all backends choose the same."),
  token_file: secretFile
    .optional()
    .describe("Said to the collector as Authorization: Bearer ….")
    .meta({ example: "credential:tracing-token" }),
});
