import { expect, test } from "vitest";
import { orderRequestSchema, releaseAnswerSchema } from "../../../gateway/controller/words.ts";

const item = { product: "parking", name: "Parkir", price: 5_000 };
const wish = { amount: 5_000, items: [item], reference: "t-1", release: { line: "gate" } };

test("what a controller leaves out is one piece, the usual pulse, and goods that nobody saw", () => {
  expect(orderRequestSchema.parse(wish)).toEqual({
    ...wish,
    items: [{ ...item, quantity: 1 }],
    release: { line: "gate", pulse_ms: 500 },
  });
  expect(releaseAnswerSchema.parse({ outcome: "delivered" })).toEqual({ outcome: "delivered", confirmed: false });
});

test.each([
  ["gifts", { ...wish, amount: 0, items: [{ ...item, price: 0 }] }],
  ["less than the items come to", { ...wish, amount: 4_999 }],
  ["more than the items come to", { ...wish, amount: 5_001 }],
  ["a pulse that no relay follows", { ...wish, release: { line: "gate", pulse_ms: 49 } }],
  ["a pulse that holds the gate open", { ...wish, release: { line: "gate", pulse_ms: 10_001 } }],
  ["a window that nobody keeps", { ...wish, release: { by: "controller", window_ms: 999 } }],
])("nobody orders %s", (_, request) => {
  expect(orderRequestSchema.safeParse(request).success).toBe(false);
});

test("a reason is no letter", () => {
  const failed = (length: number) => ({ outcome: "failed", because: "x".repeat(length) });
  expect(releaseAnswerSchema.safeParse(failed(200)).success).toBe(true);
  expect(releaseAnswerSchema.safeParse(failed(201)).success).toBe(false);
});
