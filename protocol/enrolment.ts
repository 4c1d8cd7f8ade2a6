import { createHash, sign, verify } from "node:crypto";
import { z } from "zod";
import { type PublicJwk, publicJwkSchema, publicKeyFrom, type SigningKey } from "./keys.ts";
import { heardSettingsSchema } from "./settings.ts";
import { standIdSchema } from "./statements.ts";

/**
 * How a machine becomes a stand, over HTTP and before there is a link: it shows a one-time code and its two public keys, and
 * hears who it is, whom to trust, and how to come to the broker. Later it renews its certificate with the key that it showed.
 */

export const ENROL_PATH = "/enrol/v1";
export const RENEW_PATH = "/enrol/v1/renew";

/** Longest body either side reads. */
export const ENROL_MAX_BYTES = 65_536;

const pem = z
  .string()
  .min(1)
  .max(8_192)
  .regex(/^-----BEGIN [A-Z0-9 ]+-----\r?\n/);
const request = z.string().min(1).max(4_096);
const signature = z.string().regex(/^[\w-]{86}$/);
const version = z.int().min(0).max(1_000_000_000);

export const enrolRequestSchema = z.strictObject({
  code: z
    .string()
    .regex(/^[0-9A-Za-z-]{8,64}$/)
    .describe("The one-time code, as the backend's staff was told it."),
  key: publicJwkSchema.describe("What the stand will seal its statements with, the public half."),
  csr: request.describe("A certificate request (PKCS #10, PEM) for the broker; its name says nothing."),
  proof: signature.describe("By `key`, over `enrolProof`: whoever asks has the private half."),
});
export type EnrolRequest = z.output<typeof enrolRequestSchema>;

/** What a newer backend says besides, a stand drops. */
export const enrolAnswerSchema = z.object({
  stand: standIdSchema,
  name: z.string().min(1).max(40),
  site: z.string().max(100).optional(),
  broker: z.object({
    url: z.url({ protocol: /^mqtts?$/ }).max(2_000),
    ca: pem.optional().describe("Who signed the broker's certificate, when no public authority did."),
  }),
  certificate: pem.describe("For the broker, under the stand's id."),
  keys: z.object({ version, keys: z.array(publicJwkSchema).min(1).max(4) }).describe("The backend's."),
  settings: z
    .object({ version, settings: heardSettingsSchema })
    .optional()
    .describe("Its first menu, where there is one."),
});
export type EnrolAnswer = z.output<typeof enrolAnswerSchema>;

export const renewRequestSchema = z.strictObject({ stand: standIdSchema, csr: request, proof: signature });
export type RenewRequest = z.output<typeof renewRequestSchema>;

export const renewAnswerSchema = z.object({ certificate: pem });
export type RenewAnswer = z.output<typeof renewAnswerSchema>;

/** Why there is no certificate. `retry`: nothing is wrong with the request; later. */
const enrolRefusals = [
  "code-unknown",
  "code-used",
  "code-expired",
  "stand-revoked",
  "stand-unknown",
  "key-taken",
  "bad-request",
  "too-many",
  "unavailable",
] as const;
export type EnrolRefusal = (typeof enrolRefusals)[number];

/** A refusal's body. An error that this side does not know stays a word. */
export const enrolErrorSchema = z.object({
  error: z.string().max(64),
  message: z.string().max(500),
  hint: z.string().max(500).optional(),
});

const digestOf = (...parts: readonly string[]): Buffer => createHash("sha256").update(parts.join("\n")).digest();

/** What the proof of an enrolment, or of a renewal, is over. A request that is repeated gets its sender nothing new. */
export const enrolProof = ({ code, csr }: Pick<EnrolRequest, "code" | "csr">): Buffer =>
  digestOf("qris enrol", code, csr);
export const renewProof = ({ stand, csr }: Pick<RenewRequest, "stand" | "csr">): Buffer =>
  digestOf("qris renew", stand, csr);

/** Base64url. */
export const prove = (key: SigningKey, over: Buffer): string => sign(null, over, key.key).toString("base64url");

export const isProof = (key: PublicJwk, over: Buffer, proof: string): boolean =>
  verify(null, over, publicKeyFrom(key).key, Buffer.from(proof, "base64url"));
