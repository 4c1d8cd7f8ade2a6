import { z } from "zod";
import { type OrderId, RELEASE, type ReleaseId, STAND, type StandId, type StatementId, ULID } from "./ids.ts";
import { QRIS_MAX, type Rupiah } from "./rupiah.ts";

/**
 * Every word that stand and backend say to each other. What a statement says about time is a length, computed when it is
 * sent: neither side trusts the other's clock.
 */

const orderId = z
  .string()
  .regex(ULID)
  .transform((text) => text as OrderId);
const releaseId = z
  .string()
  .regex(RELEASE)
  .transform((text) => text as ReleaseId);
const statementId = z
  .string()
  .regex(ULID)
  .transform((text) => text as StatementId);
const amount = z
  .int()
  .min(1)
  .max(QRIS_MAX)
  .transform((whole) => whole as Rupiah);
/** Paid amounts may exceed the order's by a fee that the provider imposed, so they have no QRIS bound. */
const paidAmount = z
  .int()
  .min(0)
  .max(1_000_000_000)
  .transform((whole) => whole as Rupiah);
const lengthMs = z
  .int()
  .min(0)
  .max(7 * 24 * 3_600_000);
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

const charge = z.strictObject({
  type: z.literal("charge"),
  order: orderId,
  amount,
  items: z.array(itemSchema).min(1).max(20),
  method: z.literal("qris"),
  /** How long the stand will go on waiting for the answer. */
  patienceMs: lengthMs,
});
const voidUp = z.strictObject({ type: z.literal("void"), order: orderId, why: z.enum(voidReasons) });
const delivered = z.strictObject({
  type: z.literal("delivered"),
  order: orderId,
  release: releaseId,
  /** True when a sensor saw it; false when the stand has none. */
  confirmed: z.boolean(),
});
const notDelivered = z.strictObject({
  type: z.literal("not-delivered"),
  order: orderId,
  because: z.enum(troubles),
  release: releaseId.optional(),
});
const sync = z.strictObject({
  type: z.literal("sync"),
  orders: z.array(z.strictObject({ order: orderId, at: z.enum(openStages) })).max(200),
  /** The stand lost its journal and asks for the backend's word on every order the backend has open. */
  lost: z.boolean(),
});
const ack = z.strictObject({ type: z.literal("ack"), ids: z.array(statementId).min(1).max(64) });

const offer = z.strictObject({
  type: z.literal("offer"),
  order: orderId,
  qr: z.string().min(1).max(512),
  amount,
  /** How much longer the customer may pay. */
  validForMs: lengthMs,
});
const refused = z.strictObject({
  type: z.literal("refused"),
  order: orderId,
  because: z.enum(refusals),
  retryAfterMs: lengthMs.optional(),
});
const voided = z.strictObject({ type: z.literal("voided"), order: orderId, as: z.enum(voidings) });
const settled = z.strictObject({
  type: z.literal("settled"),
  order: orderId,
  amount: paidAmount,
  /** ISO 8601 with offset, by the provider's clock. For the receipt only. */
  paidAt: z.iso.datetime({ offset: true }),
  issuer: words.optional(),
});
const release = z.strictObject({
  type: z.literal("release"),
  order: orderId,
  release: releaseId,
  /** Who of the operator's staff allowed it. */
  by: words,
  product,
});
const remedied = z.strictObject({
  type: z.literal("remedied"),
  order: orderId,
  how: z.enum(["refunded", "settled-by-staff"]),
});

export const upSchema = z.discriminatedUnion("type", [charge, voidUp, delivered, notDelivered, sync, ack]);
export const downSchema = z.discriminatedUnion("type", [offer, refused, voided, settled, release, remedied, ack]);

/** Stand to backend. */
export type UpBody = z.output<typeof upSchema>;
/** Backend to stand. */
export type DownBody = z.output<typeof downSchema>;

export type BackendName = "backend";
/** Who says or hears a statement: a stand's id, or the one word `backend`. */
export type Party = StandId | BackendName;

const standId = z
  .string()
  .regex(STAND)
  .refine((text) => text !== "backend", "a stand cannot be called `backend`")
  .transform((text) => text as StandId);
const party = z.union([z.literal("backend"), standId]);

const envelope = <Body extends z.ZodType>(body: Body) =>
  z.strictObject({
    v: z.literal(1),
    id: statementId,
    from: party,
    to: party,
    /** The sender's journal and the number of the effect in it: orders one sender's statements, whatever the clocks say. */
    at: z.strictObject({ journal: z.string().min(1).max(64), seq: z.int().min(0) }),
    body,
  });

export const upStatementSchema = envelope(upSchema);
export const downStatementSchema = envelope(downSchema);
export type UpStatement = z.output<typeof upStatementSchema>;
export type DownStatement = z.output<typeof downStatementSchema>;
export type Statement = UpStatement | DownStatement;
export { standId as standIdSchema };

/** Presence, retained on its topic; also the last will, with `online: false`. Not sealed: it moves nothing. */
export const presenceSchema = z.strictObject({
  online: z.boolean(),
  boot: z.string().min(1).max(64),
  /** Rises with every connection of one boot, so that a late last will cannot mark a newer connection offline. */
  connection: z.int().min(0),
});
export type Presence = z.output<typeof presenceSchema>;

/** Longest sealed statement either side accepts, in bytes. */
export const STATEMENT_MAX_BYTES = 16_384;
