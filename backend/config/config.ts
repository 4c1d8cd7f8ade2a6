import { z } from "zod";
import { isRange } from "../../host/addresses.ts";
import { withRules } from "../../host/config-rules.ts";
import { publicJwkSchema } from "../../protocol/keys.ts";
import { standIdSchema } from "../../protocol/statements.ts";
import { alarmsSchema } from "../alarms/config.ts";
import { consoleSchema } from "../console/config.ts";
import { healthSchema } from "../health/config.ts";
import { merchantIdSchema, merchantSchema, rate, secretFile } from "../merchants/config.ts";
import { metricsSchema } from "../metrics/config.ts";
import { paySchema } from "../pay/config.ts";
import { reconcileSchema } from "../reconcile/config.ts";
import { retentionSchema } from "../sales/config.ts";
import { accessSchema, enrolmentSchema } from "../stands/config.ts";
import { tracingSchema } from "../tracing/config.ts";
import { rules } from "./config-rules.ts";
import { journalSchema } from "./journal-config.ts";

/** The backend's configuration: one TOML file. Secrets are named by file, or as `credential:NAME` of systemd, never written here. */

const seconds = (least: number, most: number) => z.number().min(least).max(most);

const link = z.strictObject({
  url: z
    .url({ protocol: /^mqtts?$/ })
    .describe("The broker that the stands use.")
    .meta({ example: "mqtts://broker.example.id:8883" }),
  client_id: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,23}$/)
    .default("backend-1")
    .describe("Names this process to the broker; every backend process needs another name."),
  username: z.string().optional().describe("Of the broker's account for backends.").meta({ example: "backend" }),
  password_file: secretFile.optional().meta({ example: "credential:broker-password" }),
  ca_file: secretFile
    .optional()
    .describe("Who signed the broker's certificate, when no public authority did.")
    .meta({ example: "/etc/qris-backend/broker-ca.pem" }),
  cert_file: secretFile
    .optional()
    .describe("This process's certificate for the broker; read anew whenever it connects, so it is renewed in place.")
    .meta({ example: "/etc/qris-backend/broker-cert.pem" }),
  key_file: secretFile
    .optional()
    .describe("The key of that certificate, PEM; readable by the backend's user only.")
    .meta({ example: "/etc/qris-backend/broker-key.pem" }),
  shared_group: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,32}$/)
    .optional()
    .describe(
      "Shares the stands' statements among all backends of this group; only for brokers that have $share. Who knows the name " +
        "may be able to keep statements from the backends: openssl rand -hex 16.",
    )
    .meta({ example: "9f2c51d3a8b04e6794c1f7be60d2358a" }),
});

const policy = z.enum(["hold", "refund", "deliver"]).default("hold");

const stand = z.strictObject({
  id: standIdSchema.meta({ example: "lobby-1" }),
  key: z
    .unknown()
    .pipe(publicJwkSchema)
    .describe("The stand's public key, a JWK.")
    .meta({ example: { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" } }),
  merchant: merchantIdSchema
    .optional()
    .describe("Whom it sells for; may be left out where only one merchant sells.")
    .meta({ example: "main" }),
  ...rate(20, 10),
  late_payment: policy.describe(
    "Money that came after the sale had ended, came twice, or was too little: hold it for staff, refund it by itself, or " +
      "deliver once after all (a gate may; only after a late payment).",
  ),
  failed_release: policy.describe(
    "Paid, and the goods did not come out or nobody knows: hold, refund, or deliver once more (only where they surely did not).",
  ),
});

const operator = z.strictObject({
  host: z.string().default("127.0.0.1").describe("Not the side that Midtrans reaches: keep it inside."),
  port: z.int().min(0).max(65_535).default(8_081).describe("0 takes any free port."),
  token_file: secretFile
    .describe("What staff's programs say to be let in; any long random text.")
    .meta({ example: "/etc/qris-backend/operator-token" }),
});

const terms = z.strictObject({
  payable_seconds: seconds(20, 900).default(180).describe("How long a customer may pay; the stand may allow less."),
  retry_pauses_seconds: z
    .array(seconds(0, 60))
    .max(5)
    .default([1, 3])
    .describe("Pauses before the second, third … attempt of a charge that the provider refused for now."),
  first_ask_seconds: seconds(10, 300)
    .default(15)
    .describe("First status query after an offer, should no notification come."),
  slowest_ask_seconds: seconds(10, 3_600).default(300),
  refund_pauses_minutes: z
    .array(z.number().min(1).max(1_440))
    .max(20)
    .default([1, 10, 60, 360, 1_440, 1_440, 1_440, 1_440, 1_440])
    .describe(
      "Pauses before a refund that may work later (no balance, closed hours, no answer) is tried again; then staff is told. " +
        "Less than seven days together: so long Midtrans knows a refund by its key.",
    )
    .refine((pauses) => pauses.reduce((sum, each) => sum + each, 0) < 7 * 1_440, "is seven days or more together"),
  lapse_seconds: seconds(5, 600)
    .default(30)
    .describe("So long after its time a charge is ended even if the stand is silent."),
});

const addresses = z
  .array(z.string().refine(isRange, "no address: write 103.10.1.2, or with a prefix 103.10.0.0/16 or 2001:db8::/64"))
  .max(1_000)
  .default([]);

const http = z.strictObject({
  host: z.string().default("127.0.0.1"),
  port: z.int().min(0).max(65_535).default(8_080).describe("0 takes any free port."),
  notification_sources: addresses
    .describe(
      "Who may send notifications; empty: everybody, as their signature is what counts. Midtrans' addresses change.",
    )
    .meta({ example: ["203.0.113.0/24", "2001:db8::/64"] }),
  trusted_proxies: addresses.describe("Whose X-Forwarded-For is believed.").meta({ example: ["127.0.0.1"] }),
});

const whole = z.strictObject({
  http: http.prefault({}),
  journal: journalSchema,
  link,
  keys: z.strictObject({
    private_file: secretFile
      .describe("The backend's Ed25519 key, PKCS #8 PEM.")
      .meta({ example: "credential:backend-key" }),
    next_private_file: secretFile
      .optional()
      .describe(
        "The key that shall take its place: stands learn to trust it beside the other, and are spoken to by it once they do. " +
          "`backend keys status` tells when all do; then name it in private_file, and this no more.",
      )
      .meta({ example: "credential:next-backend-key" }),
  }),
  merchants: z
    .array(merchantSchema)
    .min(1)
    .max(100)
    .describe("Whose money it is: one entry for each account at Midtrans."),
  operator: operator
    .optional()
    .describe("Where staff deals with paid orders that were not delivered; closed when absent."),
  pay: paySchema.optional().describe("The customers' pages: how an order stands, and help; closed when absent."),
  enrolment: enrolmentSchema
    .optional()
    .describe("How machines become stands by one-time codes, at POST /enrol/v1; closed when absent."),
  console: consoleSchema
    .optional()
    .describe("Where the company's people look at the fleet with a browser; closed when absent."),
  broker_access: accessSchema
    .optional()
    .describe("How the broker is told which stands there are; it is not when absent. One backend does so at a time."),
  terms: terms.prefault({}),
  health: healthSchema.prefault({}).describe("How long it is kept how the stands were."),
  alarms: alarmsSchema.prefault({}).describe("What people are told of, and how."),
  reconcile: reconcileSchema.prefault({}),
  retention: retentionSchema.prefault({}),
  metrics: metricsSchema.optional().describe("GET /metrics for Prometheus; closed when absent."),
  tracing: tracingSchema.optional().describe("One OpenTelemetry trace an order; none when absent."),
  log: z.strictObject({ level: z.enum(["debug", "info", "warn", "error"]).default("info") }).prefault({}),
  stands: z
    .array(stand)
    .max(10_000)
    .default([])
    .describe(
      "Stands with keys that were carried here by hand, beside those that enrolled. One with two keys is there twice, while it " +
        "changes from one to the other.",
    ),
});

export type BackendConfig = z.output<typeof whole>;

/** The whole file. */
export const backendConfigSchema = withRules(whole, rules);
