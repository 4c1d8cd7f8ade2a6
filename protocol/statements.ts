import { z } from "zod";
import {
  KEY_POINT,
  type OrderId,
  RELEASE,
  type ReleaseId,
  STAND,
  type StandId,
  type StatementId,
  ULID,
} from "./ids.ts";
import { QRIS_MAX, type Rupiah } from "./rupiah.ts";
import { heardSettingsSchema } from "./settings.ts";

/** Longest address of a customer's page: a QR code of 45 modules, small enough for a slip. */
export const PAGE_MAX = 120;
/** Longest picture in a statement, in characters of base64url. */
export const SEEN_MAX = 11_000;

/**
 * Every word that stand and backend say to each other. What a statement says about time is a length, computed when it is
 * sent: neither side trusts the other's clock.
 */

type Plain<Branded> = Branded extends string ? string : number;
/** The same schema: what it reads bears its brand from here on. To transform it into that would cost time at every reading. */
const branded = <Branded extends string | number>(schema: z.ZodType<Plain<Branded>, Plain<Branded>>) =>
  schema as z.ZodType<unknown, Plain<Branded>> as z.ZodType<Branded, Plain<Branded>>;

const orderId = branded<OrderId>(z.string().regex(ULID).meta({ description: "The order: a ULID made by the stand." }));
const releaseId = branded<ReleaseId>(
  z.string().regex(RELEASE).meta({ description: "One permission to move the hardware." }),
);
const statementId = branded<StatementId>(
  z
    .string()
    .regex(ULID)
    .meta({ description: "A statement's id: a ULID. It stays the same however often the statement is sent." }),
);
const amount = branded<Rupiah>(z.int().min(1).max(QRIS_MAX).meta({ description: "Whole rupiah." }));
/** Paid amounts may exceed the order's by a fee that the provider imposed, so they have no QRIS bound. */
const paidAmount = branded<Rupiah>(z.int().min(0).max(1_000_000_000).meta({ description: "Whole rupiah." }));
const lengthMs = z
  .int()
  .min(0)
  .max(7 * 24 * 3_600_000)
  .meta({ description: "Milliseconds." });
/** Printable ASCII, as it stands in a QR code; a stand shows it, and never opens it. */
const pageAddress = z
  .string()
  .max(PAGE_MAX)
  .regex(/^https?:\/\/[!-~]+$/);
const product = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/);
const words = z.string().max(200);

export const itemSchema = z.strictObject({
  product,
  name: z.string().min(1).max(50),
  price: amount,
  quantity: z.int().min(1).max(100),
});
/** One line of a sale; the sum of `price * quantity` is the order's amount. */
export type Item = z.output<typeof itemSchema>;

/** Why a stand ended an order that was not paid. */
export const voidReasons = ["cancelled", "expired", "rebooted", "bad-qr", "no-paper", "screen-failed"] as const;
export type VoidReason = (typeof voidReasons)[number];

/** Why a paid order was not, or not surely, delivered. */
export const troubles = [
  "paid-late",
  "underpaid",
  "release-failed",
  "release-unclear",
  "not-confirmed",
  "unknown-here",
] as const;
export type Trouble = (typeof troubles)[number];

/** Why the backend would not charge. `busy`: try again after `retryAfterMs`. */
export const refusals = ["busy", "denied", "unavailable", "misconfigured", "too-late", "bad-amount"] as const;
export type RefusalReason = (typeof refusals)[number];

/** How an unpaid charge ended at the provider. `never-charged`: there was none. */
export const voidings = ["cancelled", "expired", "denied", "never-charged"] as const;
export type Voiding = (typeof voidings)[number];

/** The states an order can be in at a stand and still be open. */
export const openStages = ["charging", "awaiting", "closing", "releasing", "troubled"] as const;

const charge = z
  .strictObject({
    type: z.literal("charge"),
    order: orderId,
    amount,
    items: z.array(itemSchema).min(1).max(20),
    method: z.literal("qris"),
    patienceMs: lengthMs.describe("How many milliseconds longer the stand waits for the answer."),
  })
  .meta({ title: "charge", description: "Asks for a QR code that this order can be paid with." });
const voidUp = z
  .strictObject({ type: z.literal("void"), order: orderId, why: z.enum(voidReasons) })
  .meta({ title: "void", description: "Nobody pays this order any more: end its charge at the provider." });
const delivered = z
  .strictObject({
    type: z.literal("delivered"),
    order: orderId,
    release: releaseId,
    confirmed: z.boolean().describe("True when a sensor saw it; false when the stand has none."),
  })
  .meta({ title: "delivered", description: "The paid goods are out, or the gate was open." });
const notDelivered = z
  .strictObject({
    type: z.literal("not-delivered"),
    order: orderId,
    because: z.enum(troubles),
    release: releaseId.optional(),
  })
  .meta({ title: "not-delivered", description: "Paid, but not, or not surely, delivered: somebody must act." });
const sync = z
  .strictObject({
    type: z.literal("sync"),
    orders: z.array(z.strictObject({ order: orderId, at: z.enum(openStages) })).max(200),
    lost: z
      .boolean()
      .describe(
        "The stand lost its journal, and asks for the backend's word on every order that the backend has open.",
      ),
  })
  .meta({
    title: "sync",
    description:
      "On every connect, when a statement was not acked in time, and when nothing was heard for some minutes, until it is acked: the orders open at the stand; the backend says its word on each.",
  });
const version = z.int().min(0).max(1_000_000_000);
const using = z
  .strictObject({
    type: z.literal("using"),
    software: z.string().min(1).max(64),
    settings: z.strictObject({
      version: version.describe("Which settings the stand sells by; 0: those of its own configuration."),
      refused: z
        .strictObject({ version, because: words })
        .optional()
        .describe("The newest settings that it cannot use, and why not."),
    }),
    keys: z.strictObject({
      version: version.describe("Which of the backend's key sets it trusts; 0: the one it was installed with."),
    }),
    certificateEndsInMs: z
      .int()
      .min(0)
      .max(100 * 366 * 24 * 3_600_000)
      .optional()
      .describe("How many milliseconds longer its certificate for the broker is good."),
  })
  .meta({ title: "using", description: "After every sync, and when it changes: by what the stand works." });
const seen = z
  .strictObject({
    type: z.literal("seen"),
    png: z
      .string()
      .max(SEEN_MAX)
      .regex(/^[\w-]*$/)
      .optional()
      .describe("What is on the glass, perhaps smaller, as a PNG file in base64url; absent where there is no glass."),
    page: words.describe("Which page that is."),
  })
  .meta({ title: "seen", description: "The answer to a look." });
const ack = z
  .strictObject({ type: z.literal("ack"), ids: z.array(statementId).min(1).max(64) })
  .meta({ title: "ack", description: "These statements are on the receiver's disk. An ack is not acked." });

/* What a newer backend says besides, a stand drops. */
const offer = z
  .object({
    type: z.literal("offer"),
    order: orderId,
    qr: z.string().min(1).max(512).describe("The QRIS payload, as text."),
    amount,
    validForMs: lengthMs.describe("How many milliseconds longer the customer may pay, from the sending on."),
    page: pageAddress
      .optional()
      .describe(
        "Where the customer of this order sees how it stands, and finds help; where the backend has such pages.",
      ),
  })
  .meta({ title: "offer", description: "What the customer can pay now." });
const refused = z
  .object({
    type: z.literal("refused"),
    order: orderId,
    because: z.enum(refusals),
    retryAfterMs: lengthMs.optional(),
  })
  .meta({ title: "refused", description: "There is no charge for this order, and there will be none." });
const voided = z
  .object({ type: z.literal("voided"), order: orderId, as: z.enum(voidings) })
  .meta({ title: "voided", description: "The order cannot be paid any more." });
const settled = z
  .object({
    type: z.literal("settled"),
    order: orderId,
    amount: paidAmount,
    paidAt: z.iso.datetime({ offset: true }).describe("By the provider's clock, for the receipt only."),
    issuer: words.optional().describe("Whose wallet or bank paid, such as gopay."),
  })
  .meta({ title: "settled", description: "The money for this order has arrived: the only word that lets goods go." });
const release = z
  .object({
    type: z.literal("release"),
    order: orderId,
    release: releaseId,
    by: words.describe("Who of the operator's staff allowed it."),
    product,
  })
  .meta({ title: "release", description: "Staff lets a paid order that is in trouble be delivered after all, once." });
const remedied = z
  .object({
    type: z.literal("remedied"),
    order: orderId,
    how: z.enum(["refunded", "settled-by-staff"]),
  })
  .meta({ title: "remedied", description: "The customer of this paid order has been helped elsewhere." });
const settings = z
  .object({ type: z.literal("settings"), version: version.min(1), settings: heardSettingsSchema })
  .meta({
    title: "settings",
    description: "What the stand shall sell, and how, from the next order on; only a newer version counts.",
  });
const keys = z
  .object({
    type: z.literal("keys"),
    version: version.min(1),
    keys: z
      .array(z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string().regex(KEY_POINT) }))
      .min(1)
      .max(4)
      .describe("Ed25519 public keys as JWKs (RFC 8037)."),
  })
  .meta({
    title: "keys",
    description: "The backend's keys, all of them: they take the place of those that the stand trusted before.",
  });
const look = z
  .object({ type: z.literal("look") })
  .meta({ title: "look", description: "Asks what the stand shows at this moment." });

export const upSchema = z.discriminatedUnion("type", [charge, voidUp, delivered, notDelivered, sync, using, seen, ack]);
export const downSchema = z.discriminatedUnion("type", [
  offer,
  refused,
  voided,
  settled,
  release,
  remedied,
  settings,
  keys,
  look,
  ack,
]);

/** Stand to backend. */
export type UpBody = z.output<typeof upSchema>;
/** Backend to stand. */
export type DownBody = z.output<typeof downSchema>;
/** What a stand says of itself; no order is concerned, and no journal keeps it. */
export type ReportBody = Extract<UpBody, { type: "using" | "seen" }>;
export type UsingBody = Extract<UpBody, { type: "using" }>;
/** What a stand says of one of its orders. */
export type OrderBody = Exclude<UpBody, { type: "sync" | "ack" } | ReportBody>;
/** What the backend says to a stand of no order: by what it shall work, or that somebody wants to see it. */
export type CareBody = Extract<DownBody, { type: "settings" | "keys" | "look" }>;
/** What the backend says of one of the stand's orders. */
export type WordBody = Exclude<DownBody, { type: "ack" } | CareBody>;

export type BackendName = "backend";
/** Who says or hears a statement: a stand's id, or the one word `backend`. */
export type Party = StandId | BackendName;

const standId = branded<StandId>(
  z
    .string()
    .regex(STAND)
    .refine((text) => text !== "backend", "a stand cannot be called `backend`"),
);
const party = z.union([z.literal("backend"), standId]);

/** The envelope that every statement has, around a body. */
export const statementOf = <Body extends z.ZodType>(body: Body) =>
  z.strictObject({
    v: z.literal(1),
    id: statementId,
    from: party,
    to: party,
    at: z
      .strictObject({ journal: z.string().min(1).max(64), seq: z.int().min(0) })
      .describe(
        "The sender's journal and the effect's number in it: orders one sender's statements, whatever clocks say.",
      ),
    body,
  });

export const upStatementSchema = statementOf(upSchema);
export const downStatementSchema = statementOf(downSchema);
export type UpStatement = z.output<typeof upStatementSchema>;
export type DownStatement = z.output<typeof downStatementSchema>;
export type Statement = UpStatement | DownStatement;
export { standId as standIdSchema };

/** Presence, retained on its topic; also the last will, with `online: false`. Not sealed: it moves nothing. */
export const presenceSchema = z
  .strictObject({
    online: z.boolean(),
    boot: z
      .string()
      .min(1)
      .max(64)
      .describe("Names one run of the stand's daemon: the boot's id, and when in it the daemon started."),
    connection: z
      .int()
      .min(0)
      .describe(
        "Rises with every connection of one run, so that a late last will cannot mark a newer connection offline.",
      ),
  })
  .meta({
    title: "presence",
    description: "Whether a stand is there. Retained, and the stand's last will; not sealed, as it moves nothing.",
  });
export type Presence = z.output<typeof presenceSchema>;

/** Longest sealed statement either side accepts, in bytes. */
export const STATEMENT_MAX_BYTES = 16_384;
