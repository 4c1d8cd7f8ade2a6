import { z } from "zod";
import { RELEASE, ULID } from "../../protocol/ids.ts";
import { QRIS_MAX, type Rupiah } from "../../protocol/rupiah.ts";
import { itemSchema, refusals, troubles, voidings, voidReasons } from "../../protocol/statements.ts";

/**
 * What controllers and stand say to each other. The routes read by these schemas and the OpenAPI document is made from them.
 * Of time only lengths are said, in milliseconds from the sending on.
 */

export const PULSE_MS = { least: 50, most: 10_000, usual: 500 } as const;
export const WINDOW_MS = { least: 1_000, most: 600_000 } as const;

const amount = z
  .int()
  .min(1)
  .max(QRIS_MAX)
  .transform((whole) => whole as Rupiah)
  .describe("Whole rupiah.");
const orderId = z.string().regex(ULID).describe("The stand's name for the order.");
const releaseId = z.string().regex(RELEASE).describe("Names one release of the order; goes into the answer to it.");
const lengthMs = z.int().min(0);

export const referenceSchema = z
  .string()
  .regex(/^[!-~]{1,64}$/, "1 to 64 printable ASCII characters without spaces")
  .describe("The controller's own name for the order. One reference is one order, however often it is sent.");

const item = itemSchema
  .extend({
    name: itemSchema.shape.name.describe("What the customer reads on the receipt."),
    price: amount,
    product: itemSchema.shape.product.describe("Names it to the backend: a-z, 0-9 and -."),
    quantity: itemSchema.shape.quantity.default(1),
  })
  .describe("One line of the sale.");

const line = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "1 to 32 of a-z, 0-9 and -, beginning with a letter or digit")
  .describe("The stand closes its own relay of this name.");
const pulseMs = z.int().min(PULSE_MS.least).max(PULSE_MS.most).describe("How long the relay is closed.");
const byController = z.literal("controller").describe("The controller lets the goods out, and answers how that went.");
const windowMs = z
  .int()
  .min(WINDOW_MS.least)
  .max(WINDOW_MS.most)
  .describe("How long it has for its answer, from the payment on. No answer in time: the goods are owed.");

const releaseWish = z.union([
  z.strictObject({ line, pulse_ms: pulseMs.default(PULSE_MS.usual) }),
  z.strictObject({ by: byController, window_ms: windowMs }),
]);

export const orderRequestSchema = z
  .strictObject({
    amount: amount.describe("Whole rupiah; what the items come to."),
    items: z.array(item).min(1).max(20),
    reference: referenceSchema,
    release: releaseWish,
  })
  .superRefine(
    ({ amount: said, items }, context) => {
      const sum = items.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
      if (sum === said) return;
      context.addIssue({ code: "custom", path: ["amount"], message: `is ${said}, but the items come to ${sum}` });
    },
    { when: ({ issues }) => issues.length === 0 },
  );
export type OrderRequest = z.output<typeof orderRequestSchema>;

export const releaseAnswerSchema = z.discriminatedUnion("outcome", [
  z.strictObject({
    outcome: z.literal("delivered"),
    confirmed: z.boolean().default(false).describe("True when a sensor saw the goods leave."),
  }),
  z.strictObject({
    outcome: z.literal("failed"),
    because: z.string().max(200).optional().describe("For whoever reads the stand's log. Nothing left the machine."),
  }),
]);
export type ReleaseAnswer = z.output<typeof releaseAnswerSchema>;

const orderStates = ["charging", "awaiting", "closing", "releasing", "delivered", "troubled", "closed"] as const;

const reasons = [
  ...new Set([...voidReasons, ...voidings, ...refusals, ...troubles, "refunded", "settled-by-staff"] as const),
] as const;

export const orderSchema = z.strictObject({
  id: orderId,
  reference: referenceSchema,
  state: z
    .enum(orderStates)
    .describe(
      "charging: the QR code is asked for. awaiting: it is on show. closing: not paid, being ended. releasing: paid. delivered. " +
        "troubled: paid, and not or not surely delivered: owed. closed: not paid, or the money has been dealt with.",
    ),
  amount,
  items: z.array(item.extend({ quantity: itemSchema.shape.quantity })),
  claim_code: z.string().describe("What the customer tells the staff."),
  release: z.union([
    z.strictObject({ line, pulse_ms: pulseMs, id: releaseId.optional() }),
    z.strictObject({ by: byController, window_ms: windowMs, id: releaseId.optional() }),
  ]),
  left_ms: lengthMs
    .optional()
    .describe("Until the stand ends the order, or while releasing by the controller, until its window ends."),
  paid: z
    .strictObject({ amount: z.int().min(0), at: z.string(), issuer: z.string().optional() })
    .optional()
    .describe("At: by the provider's clock."),
  confirmed: z.boolean().optional().describe("Of a delivered order: whether a sensor saw it."),
  because: z.enum(reasons).optional().describe("Why it is closing, troubled or closed."),
});
/** One order, as a controller sees it. */
export type OrderShown = z.output<typeof orderSchema>;

const named = z.strictObject({ name: z.string(), message: z.string() });

export const statusSchema = z.strictObject({
  ready: z.boolean().describe("An order would begin now."),
  busy: z.boolean().describe("A customer is being served, or a technician."),
  obstacles: z.array(named).describe("What keeps the stand from selling, and what to do."),
  stand: z.strictObject({ id: z.string(), name: z.string() }),
});
export type Status = z.output<typeof statusSchema>;

export const refusalSchema = z.strictObject({
  error: z.string().describe("One word for programs."),
  message: z.string().describe("For people: what was wrong, and what to do."),
  wrong: z
    .array(z.strictObject({ at: z.string(), problem: z.string() }))
    .optional()
    .describe("Each wrong place of the request."),
  obstacles: z.array(named).optional(),
  order: orderSchema.optional().describe("The order that stands against the request."),
});
export type Refusal = z.output<typeof refusalSchema>;
