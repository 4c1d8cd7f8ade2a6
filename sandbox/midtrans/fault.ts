import { z } from "zod";
import { lateEnds, standings } from "./acquirer.ts";
import { refundObjections } from "./refund-rules.ts";

export const operations = ["charge", "status", "cancel", "expire", "refund", "qr", "token"] as const;
export type Operation = (typeof operations)[number];

const common = {
  /** Only for this order. */
  order: z.string().min(1).max(50).optional(),
  /** Only for this merchant. */
  merchant: z.string().min(1).max(64).optional(),
  /** How often it strikes; until cleared when absent. */
  times: z.int().min(1).max(1_000_000).optional(),
};
const on = z.enum(operations).optional();
const of = z.enum(standings).optional();
const when = z.enum(["before", "after"]).default("before");
/** As it is, whatever the speed. */
const ms = z.int().min(0).max(3_600_000);
/** When Midtrans hears of a payment; never without `ms`. `if_ended`: what becomes of the money when the charge has ended by then. */
export const latenessSchema = z.strictObject({ ms: ms.optional(), if_ended: z.enum(lateEnds).default("return") });
export type Lateness = z.output<typeof latenessSchema>;
const code = z.string().regex(/^\d{3}$/);
/** A `responseCode` of BI-SNAP. */
const snapCode = z.string().regex(/^\d{7}$/);
const amount = z.int().min(0).max(1_000_000_000);
const fault = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.strictObject({ fault: z.literal(name), ...common, ...shape });

/** Everything that can be made to go wrong. `on`: at which call of the API; `of`: at notifications of which standing. */
export const faultSchema = z.discriminatedUnion("fault", [
  /** The answer takes `ms` longer: waited before the call is carried out, or after. */
  fault("delay", { on, ms, when }),
  /** The call is carried out; the connection is cut instead of an answer. */
  fault("lost-answer", { on }),
  /** HTTP status `http`, and no word in JSON: before the call is carried out, or after. */
  fault("error", { on, http: z.int().min(500).max(599).default(500), when }),
  /** Nothing is carried out; the body says `code`. */
  fault("refuse", { on, code: code.or(snapCode), message: z.string().max(200).optional() }),
  /** The body's status_code stands in the HTTP status too, where it is 400 or more. */
  fault("mirror-status", { on }),
  /** The acquirer denies the charge; `code` is its channel_response_code. */
  fault("deny", { code: code.default("900") }),
  /** The code as a picture only. `left`: over BI-SNAP, in the answer, or at an address; both when absent. */
  fault("no-qr-string", { left: z.enum(["image", "url"]).optional() }),
  /** A charge as `gopay` is answered with the code's text too. */
  fault("gopay-qr-string", {}),
  /** Whoever comes back from GoPay's app brings the opposite of what happened. */
  fault("false-callback", {}),
  /** Over BI-SNAP: the access token that comes with the call is not known any more. */
  fault("token-expired", { on }),
  /** A payload that must not be shown. `amount`: valid, for 1 rupiah more. */
  fault("bad-qr", { how: z.enum(["crc", "amount", "static", "garbage"]).default("crc") }),
  /** Automatic fee imposition: `amount` is put on top in status and notifications. */
  fault("fee", { amount }),
  /** The older name of the expiry field, or none at all. */
  fault("expiry-field", { as: z.enum(["expire_time", "none"]).default("expire_time") }),
  /** A wallet may pay after the expiry time, until the scheduler comes by. */
  fault("payable-late", {}),
  /**
   * The wallet says paid, and Midtrans hears of it `ms` later, or never when absent. `if_ended`: when the charge has ended by
   * then, the wallet has given the money back by itself, or it settles all the same.
   */
  fault("late-settlement", latenessSchema.shape),
  /** No money goes back, for this reason, though it could. */
  fault("refund-refused", { because: z.enum(refundObjections).exclude(["duplicate"]).default("by-bank") }),
  /** A refund stands in the books for ever without the bank's word. */
  fault("refund-unconfirmed", {}),
  /** A refund stands in the books until the bank refuses it. */
  fault("refund-taken-back", {}),
  fault("drop", { of }),
  fault("duplicate", { of, copies: z.int().min(1).max(20).default(1) }),
  /** Sent only after the order's next notification has had its first answer. */
  fault("reorder", { of }),
  fault("late", { of, ms }),
  /** The signature of somebody who does not know the server key. */
  fault("forge", { of }),
  /** Another amount; with `signed` the signature fits it. */
  fault("wrong-amount", { of, amount, signed: z.boolean().default(true) }),
  /** Fields that the signature does not cover, or new ones; the signature stays as it was. */
  fault("alter", { of, fields: z.record(z.string().max(50), z.json()) }),
]);

export type Fault = z.output<typeof faultSchema>;
export type FaultName = Fault["fault"];
