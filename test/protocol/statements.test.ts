import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { downExamples, upExamples } from "../../protocol/examples.ts";
import type { StandId } from "../../protocol/ids.ts";
import { keySetOf, newKeyPair } from "../../protocol/keys.ts";
import { seal, unsealUp } from "../../protocol/seal.ts";
import {
  downSchema,
  downStatementSchema,
  openStages,
  PAGE_MAX,
  presenceSchema,
  SEEN_MAX,
  STATEMENT_MAX_BYTES,
  standIdSchema,
  type UpBody,
  type UpStatement,
  upSchema,
  upStatementSchema,
} from "../../protocol/statements.ts";
import { chargeStatement, ORDER, PRICE, STAND, STATEMENT, settledStatement } from "./samples.ts";

const pageOf = (length: number): string => "https://pay.example.id/".padEnd(length, "A");
const accepts = (schema: typeof upSchema | typeof downSchema, body: unknown): boolean => schema.safeParse(body).success;

describe("a statement", () => {
  test("of each kind is accepted in its own direction, and only acks in both", () => {
    for (const example of Object.values(upExamples)) expect(accepts(upSchema, example), example.type).toBe(true);
    for (const example of Object.values(downExamples)) expect(accepts(downSchema, example), example.type).toBe(true);
    const both = Object.values(upExamples).filter((example) => accepts(downSchema, example));
    expect(both.map(({ type }) => type)).toEqual(["ack"]);
  });

  test.each([
    ["a charge for nothing", { ...upExamples.charge, amount: 0 }],
    ["a charge above what QRIS allows", { ...upExamples.charge, amount: 10_000_001 }],
    ["a charge with a fraction of a rupiah", { ...upExamples.charge, amount: 1.5 }],
    ["a charge whose amount is a text", { ...upExamples.charge, amount: "15000" }],
    ["a charge for no goods", { ...upExamples.charge, items: [] }],
    ["a charge for 21 goods", { ...upExamples.charge, items: Array(21).fill(upExamples.charge.items[0]) }],
    ["an order in small letters", { ...upExamples.void, order: ORDER.toLowerCase() }],
    ["an order of 25 characters", { ...upExamples.void, order: ORDER.slice(1) }],
    ["an order with a letter that ULIDs lack", { ...upExamples.void, order: ORDER.replace("J", "U") }],
    ["a reason that nobody knows", { ...upExamples.void, why: "bored" }],
    ["one word too many", { ...upExamples.delivered, tip: 1 }],
    ["a word missing", { type: "delivered", order: ORDER, release: "r" }],
    ["an ack of nothing", { type: "ack", ids: [] }],
    ["an ack of 65", { type: "ack", ids: Array(65).fill(STATEMENT) }],
    ["a sync of 201 orders", { type: "sync", lost: false, orders: Array(201).fill({ order: ORDER, at: "awaiting" }) }],
    ["a sync with an order that is over", { type: "sync", lost: false, orders: [{ order: ORDER, at: "closed" }] }],
    ["settings without a version", { ...upExamples.using, settings: {} }],
    ["a picture that is no base64url", { ...upExamples.seen, png: "a+b=" }],
    ["a picture over the most", { ...upExamples.seen, png: "A".repeat(SEEN_MAX + 1) }],
    ["a certificate that ended before now", { ...upExamples.using, certificateEndsInMs: -1 }],
    ["no type", { order: ORDER }],
    ["nothing", null],
  ])("is not %s", (_, body) => {
    expect(accepts(upSchema, body)).toBe(false);
  });

  test.each([
    ["an offer that is longer than a QR may be", { ...downExamples.offer, qr: "0".repeat(513) }],
    ["an offer of no text", { ...downExamples.offer, qr: "" }],
    ["an offer that has ended before it began", { ...downExamples.offer, validForMs: -1 }],
    ["an offer that lasts over a week", { ...downExamples.offer, validForMs: 7 * 86_400_000 + 1 }],
    ["a settlement of less than nothing", { ...downExamples.settled, amount: -1 }],
    ["a settlement whose time has no zone", { ...downExamples.settled, paidAt: "2026-11-21T09:00:00" }],
    ["a release of a product with a path for a name", { ...downExamples.release, product: "../coffee" }],
    ["an offer with a page that no slip has room for", { ...downExamples.offer, page: pageOf(PAGE_MAX + 1) }],
    ["a key set of none", { ...downExamples.keys, keys: [] }],
    ["a key set of five", { ...downExamples.keys, keys: Array(5).fill(downExamples.keys.keys[0]) }],
    ["a key that is none", { ...downExamples.keys, keys: [{ kty: "OKP", crv: "Ed25519", x: "A" }] }],
    ["settings of version 0", { ...downExamples.settings, version: 0 }],
    ["an offer with a page of another kind", { ...downExamples.offer, page: "javascript:alert(1)" }],
    ["an offer with a page of two lines", { ...downExamples.offer, page: "https://a.id/\nhttps://b.id/" }],
  ])("is not %s", (_, body) => {
    expect(accepts(downSchema, body)).toBe(false);
  });

  test("offers a page of the longest length, and does without one", () => {
    const { page: _, ...without } = downExamples.offer;
    expect(accepts(downSchema, without)).toBe(true);
    expect(accepts(downSchema, { ...without, page: pageOf(PAGE_MAX) })).toBe(true);
  });

  test.each(Object.values(downExamples).filter(({ type }) => type !== "ack"))(
    "of a newer backend is heard without what this stand does not know: $type",
    (example) => {
      expect(downSchema.parse({ ...example, tomorrow: { more: 1 } })).toEqual(example);
    },
  );

  test("may settle more than QRIS carries, by a fee that the provider put on top", () => {
    expect(accepts(downSchema, { ...downExamples.settled, amount: 10_070_000 })).toBe(true);
  });
});

describe("the envelope", () => {
  test.each([
    ["of another version", { ...chargeStatement, v: 2 }],
    ["from nobody", { ...chargeStatement, from: "" }],
    ["from a name with a slash", { ...chargeStatement, from: "lobby/1" }],
    ["without a number", { ...chargeStatement, at: { journal: "j" } }],
    ["with a number below nothing", { ...chargeStatement, at: { journal: "j", seq: -1 } }],
    ["with more than it should hold", { ...chargeStatement, extra: true }],
    ["around words of the other direction", { ...chargeStatement, body: settledStatement.body }],
  ])("is refused %s", (_, statement) => {
    expect(upStatementSchema.safeParse(statement).success).toBe(false);
  });

  test("is the same for both directions", () => {
    expect(upStatementSchema.parse(chargeStatement)).toEqual(chargeStatement);
    expect(downStatementSchema.parse(settledStatement)).toEqual(settledStatement);
  });
});

test("a stand may be called much, but not `backend`", () => {
  const isName = (name: string): boolean => standIdSchema.safeParse(name).success;
  expect(["lobby-1", "7f", "a".repeat(32)].filter((name) => !isName(name))).toEqual([]);
  expect(["backend", "a", "a".repeat(33), "-a", "a-", "Lobby", "a b", "a+b", "#", ""].filter(isName)).toEqual([]);
});

test("presence has its three words", () => {
  expect(presenceSchema.safeParse({ online: true, boot: "b", connection: 1 }).success).toBe(true);
  expect(presenceSchema.safeParse({ online: "yes", boot: "b", connection: 1 }).success).toBe(false);
  expect(presenceSchema.safeParse({ online: true, boot: "b", connection: 1.5 }).success).toBe(false);
});

describe("the longest statements", () => {
  const pair = newKeyPair();
  const longName = "x".repeat(32) as StandId;
  const keys = keySetOf([{ owner: longName, jwk: pair.publicJwk }]);
  const around = (body: UpBody): UpStatement => ({
    v: 1,
    id: STATEMENT,
    from: longName,
    to: "backend",
    at: { journal: "j".repeat(64), seq: Number.MAX_SAFE_INTEGER },
    body,
  });
  const orders = Array.from({ length: 200 }, () => ({ order: ORDER, at: "releasing" as const }));
  const item = (name: string) => ({ product: "p".repeat(32), name, price: PRICE, quantity: 100 });
  const charge = (name: string): UpBody => ({
    ...upExamples.charge,
    order: ORDER,
    amount: PRICE,
    items: Array(20).fill(item(name)),
  });

  test.each<[string, UpBody]>([
    ["a sync of 200 orders", { type: "sync", lost: true, orders }],
    ["the longest picture", { type: "seen", png: "A".repeat(SEEN_MAX), page: "x".repeat(200) }],
    ["an ack of 64", { type: "ack", ids: Array(64).fill(STATEMENT) }],
    ["20 goods with long names in any script", charge("漢".repeat(50))],
    ["20 goods whose names need escapes throughout", charge("\u0001".repeat(50))],
  ])("fit: %s", (_, body) => {
    const sealed = seal(around(body), pair.signing);
    expect(sealed.length).toBeLessThanOrEqual(STATEMENT_MAX_BYTES);
    expect(unsealUp(sealed, keys, "backend")).toEqual({ is: "good", statement: around(body) });
  });
});

test("whatever is accepted comes back from JSON as it went in", () => {
  const body = fc.record({
    type: fc.constant("sync" as const),
    lost: fc.boolean(),
    orders: fc.array(fc.record({ order: fc.constant(ORDER), at: fc.constantFrom(...openStages) }), { maxLength: 200 }),
  });
  const at = fc.record({ journal: fc.string({ unit: "binary", minLength: 1, maxLength: 20 }), seq: fc.maxSafeNat() });
  fc.assert(
    fc.property(body, at, (said, where) => {
      const statement = { ...chargeStatement, at: where, body: said };
      expect(upStatementSchema.parse(JSON.parse(JSON.stringify(statement)))).toEqual(statement);
    }),
  );
});

test("the sample stand is one", () => {
  expect(standIdSchema.parse(STAND)).toBe("lobby-1");
});
