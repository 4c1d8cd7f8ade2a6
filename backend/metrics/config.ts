import { z } from "zod";
import { addressList } from "../../host/addresses.ts";
import { type Complaint, complaint } from "../../host/config-rules.ts";
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

export type MetricsConfig = z.output<typeof metricsSchema>;

/** Sums of sales are nobody else's business: whoever can be reached from outside asks for a token. */
export function wrongWithMetrics({ metrics }: { readonly metrics?: MetricsConfig | undefined }): readonly Complaint[] {
  if (metrics === undefined || metrics.token_file !== undefined || isHere(metrics.host)) return [];
  return [complaint("is missing: others than this machine reach metrics.host", "metrics", "token_file")];
}

const isHere = (host: string): boolean => host === "localhost" || addressList(["127.0.0.0/8", "::1"])(host);
