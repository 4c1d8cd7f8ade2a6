import { z } from "zod";
import { secretFile } from "../merchants/config.ts";

/** How machines become stands while the backend runs, and what the broker is told of them. */

export const enrolmentSchema = z.strictObject({
  authority_cert_file: secretFile
    .describe("Of the authority for stands' certificates, PEM; `backend new-authority FILE` makes one.")
    .meta({ example: "/etc/qris-backend/stands-ca.pem" }),
  authority_key_file: secretFile
    .describe("Its key, PEM: who has it can be every stand at the broker, but open no relay.")
    .meta({ example: "credential:stands-ca-key" }),
  broker_url: z
    .url({ protocol: /^mqtts?$/ })
    .describe("The broker, as stands reach it.")
    .meta({ example: "mqtts://broker.example.id:8883" }),
  broker_ca_file: secretFile
    .optional()
    .describe("Who signed the broker's certificate, when no public authority did; handed to new stands.")
    .meta({ example: "/etc/qris-backend/broker-ca.pem" }),
  code_minutes: z.number().min(1).max(10_080).default(30).describe("How long a one-time code is good."),
  certificate_days: z
    .number()
    .min(1)
    .max(825)
    .default(90)
    .describe("How long a stand's certificate is good; a stand renews it when a third of that is left."),
  tries_a_minute: z
    .int()
    .min(1)
    .max(6_000)
    .default(10)
    .describe("Of one address, at this process; more are refused for a while."),
  all_tries_a_minute: z.int().min(1).max(60_000).default(600).describe("Of all addresses together."),
  crl_file: z
    .string()
    .min(1)
    .optional()
    .describe("Where the list of revoked certificates is written whenever it changes, for a broker on this machine.")
    .meta({ example: "/var/lib/qris-backend/stands-crl.pem" }),
  crl_days: z
    .number()
    .min(1)
    .max(90)
    .default(7)
    .describe("How long a list is good; one that is over shuts everybody out, and it is made anew every hour."),
});
export const accessSchema = z.strictObject({
  kind: z
    .literal("mosquitto-dynsec")
    .describe("Mosquitto's dynamic security plugin; see deploy/mosquitto.")
    .meta({ example: "mosquitto-dynsec" }),
  url: z
    .url({ protocol: /^mqtts?$/ })
    .optional()
    .describe("The broker; that of [link] when absent.")
    .meta({ example: "mqtts://broker.example.id:8883" }),
  client_id: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,23}$/)
    .default("backend-access"),
  username: z
    .string()
    .optional()
    .describe("Of an account that may change accounts.")
    .meta({ example: "backend.access" }),
  password_file: secretFile.optional().meta({ example: "credential:broker-access-password" }),
  ca_file: secretFile
    .optional()
    .describe("Who signed the broker's certificate, when no public authority did.")
    .meta({ example: "/etc/qris-backend/broker-ca.pem" }),
  cert_file: secretFile
    .optional()
    .describe("The certificate of a client that may change who may do what, and nothing else; not that of [link].")
    .meta({ example: "/etc/qris-backend/access-cert.pem" }),
  key_file: secretFile.optional().meta({ example: "/etc/qris-backend/access-key.pem" }),
});
export type AccessConfig = z.output<typeof accessSchema>;

export type EnrolmentConfig = z.output<typeof enrolmentSchema>;
