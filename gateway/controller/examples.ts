import type { z } from "zod";
import type { orderRequestSchema, orderSchema, releaseAnswerSchema } from "./words.ts";

/** One example of each thing said, for the OpenAPI document. */

const parking = { product: "parking", name: "Parkir 2 jam", price: 5_000 };
const id = "01JD5S3V8Q4R6T2W9Y0ZABCDEF";

export const orderRequestExamples = {
  barrier: {
    amount: 5_000,
    items: [parking],
    reference: "ticket-000117",
    release: { line: "barrier", pulse_ms: 800 },
  },
  vending: {
    amount: 12_000,
    items: [{ product: "cola", name: "Cola 330 ml", price: 6_000, quantity: 2 }],
    reference: "vend-2026-000042",
    release: { by: "controller", window_ms: 60_000 },
  },
} satisfies Readonly<Record<string, z.input<typeof orderRequestSchema>>>;

export const releaseAnswerExamples = {
  delivered: { outcome: "delivered", confirmed: true },
  failed: { outcome: "failed", because: "coil 12 is stuck" },
} satisfies Readonly<Record<string, z.input<typeof releaseAnswerSchema>>>;

export const orderExample: z.input<typeof orderSchema> = {
  id,
  reference: "vend-2026-000042",
  state: "releasing",
  amount: 12_000,
  items: [{ product: "cola", name: "Cola 330 ml", price: 6_000, quantity: 2 }],
  claim_code: "0ZAB-CDEF",
  release: { by: "controller", window_ms: 60_000, id: `${id}-1` },
  left_ms: 59_200,
  paid: { amount: 12_000, at: "2026-01-01T07:00:10+07:00", issuer: "gopay" },
};
