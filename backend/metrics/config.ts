import { z } from "zod";
import { secretFile } from "../merchants/config.ts";

/** `[metrics]` of the backend's configuration. */
export const metricsSchema = z.strictObject({
  host: z.string().default("127.0.0.1").describe("Where Prometheus reaches it; never the side that the world reaches."),
  port: z.int().min(0).max(65_535).default(9_464).describe("0 takes any free port."),
  token_file: secretFile
    .optional()
    .describe("Prometheus must say this then, as Authorization: Bearer …; /healthz and /readyz are open all the same.")
    .meta({ example: "credential:metrics-token" }),
});
