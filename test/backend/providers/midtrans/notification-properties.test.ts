import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readMidtransNotification } from "../../../../backend/providers/midtrans/notification.ts";
import { signNotification } from "../../../../backend/providers/midtrans/signature.ts";
import type { Notification } from "../../../../backend/providers/provider.ts";
import { Secret } from "../../../../host/secret.ts";
import { fixture, type Json, ORDER, REFERENCE, SERVER_KEY, settled } from "./samples.ts";

const OLD_KEY = new Secret("SB-Mid-server-of-last-year");
const KEYS = [SERVER_KEY, OLD_KEY];
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (body: Uint8Array): Notification =>
  readMidtransNotification({ path: "/midtrans", headers: {}, body }, KEYS, 0);
const hear = (body: Json): Notification => read(bytesOf(JSON.stringify(body)));
const isSettled = (heard: Notification): boolean => heard.is === "news" && heard.standing.is === "settled";

function signed(body: Json, key = SERVER_KEY): Json {
  const { order_id, status_code, gross_amount } = body;
  const texts = { order_id: String(order_id), status_code: String(status_code), gross_amount: String(gross_amount) };
  return { ...body, signature_key: signNotification(texts, key) };
}

describe("whatever comes in", () => {
  const never = (body: Uint8Array): boolean => {
    const heard = read(body);
    return heard.is === "forged" || heard.is === "unreadable";
  };

  test("arbitrary bytes never throw and are never believed", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), never));
  });

  test("arbitrary JSON in the right fields never throws and is never believed", () => {
    const field = fc.oneof(fc.string(), fc.jsonValue(), fc.constantFrom("200", "settlement", REFERENCE, "17000.00"));
    const names = Object.keys(signed(settled));
    const body = fc.record(Object.fromEntries(names.map((name) => [name, field])), { requiredKeys: [] });
    fc.assert(fc.property(body, (json) => never(bytesOf(JSON.stringify(json)))));
  });

  /** The signature as the documentation describes it, worked out a second time. */
  function isGenuine({ order_id, status_code, gross_amount, signature_key }: Json): boolean {
    const digestBy = (key: Secret): string =>
      createHash("sha512").update(`${order_id}${status_code}${gross_amount}${key.reveal()}`).digest("hex");
    return KEYS.some((key) => digestBy(key) === signature_key);
  }

  const names = ["pending-2016", "expire-2016", "settlement-2016", "settlement-2019"].map((each) => `gopay-${each}`);
  const others = ["qris-settlement-2021", "qris-cancel-2025", "shopee-settlement-2020", "refund-confirmed-2026"];
  const genuine = [...names, ...others].map((each) => ({ ...fixture(`notification-${each}`), order_id: REFERENCE }));
  const fields = [...new Set(genuine.flatMap((each) => Object.keys(each)))];
  /** A field of one notification put into another, taken out, or set to anything. */
  const change = fc.tuple(
    fc.constantFrom("signature_key", "transaction_status", "status_code", ...fields),
    fc.oneof(
      fc.nat(genuine.length - 1).map(
        (at) =>
          (name: string): unknown =>
            signed(genuine[at] ?? {})[name],
      ),
      fc.constantFrom(undefined, "settlement", "200", "17000.00", REFERENCE, "").map((value) => () => value),
      fc.jsonValue().map((value) => () => value),
    ),
  );

  test("genuine notifications altered in any field never throw, and are never settled without a valid signature", () => {
    const body = fc.constantFrom(...genuine);
    const key = fc.constantFrom(SERVER_KEY, OLD_KEY, new Secret("of somebody else"));
    let count = 0;
    fc.assert(
      fc.property(body, key, fc.array(change, { maxLength: 3 }), (original, by, changes) => {
        const altered: Json = Object.fromEntries([
          ...Object.entries(signed(original, by)),
          ...changes.map(([name, valueIn]) => [name, valueIn(name)]),
        ]);
        const heard = hear(altered);
        if (!isSettled(heard)) return;
        count += 1;
        expect(isGenuine(altered)).toBe(true);
        expect(altered).toMatchObject({ status_code: "200", order_id: REFERENCE });
        expect(String(altered["transaction_status"]).toLowerCase()).toBe("settlement");
      }),
      { numRuns: 3_000 },
    );
    // Some of them did arrive unharmed, or the property says nothing.
    expect(count).toBeGreaterThan(50);
  });

  test("a true notification with a few bytes changed never becomes a larger or another payment", () => {
    const genuine = bytesOf(JSON.stringify(signed(settled)));
    const change = fc.tuple(fc.nat(genuine.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const body = Uint8Array.from(genuine);
        for (const [at, byte] of changes) body[at] = byte;
        const heard = read(body);
        if (heard.is !== "news") return;
        expect(heard.reference).toBe(REFERENCE);
        if (heard.standing.is === "settled") expect(heard.standing.payment.amount).toBe(17_000);
      }),
      { numRuns: 1_000 },
    );
  });

  test("a signature covers three texts without a seam, and at no other seam does an unpaid charge become a payment", () => {
    const attempt = fc.integer({ min: 1, max: 999 });
    const code = fc.constantFrom("201", "202", "407");
    const amount = fc.integer({ min: 1, max: 10_000_000 });
    fc.assert(
      fc.property(attempt, code, amount, (number, status_code, rupiah) => {
        const order_id = `${ORDER}-${number}`;
        const unpaid = signed({ ...settled, order_id, status_code, gross_amount: `${rupiah}.00` });
        const whole = `${order_id}${status_code}${rupiah}.00`;
        const seams = [1, 2, 3].map((digits) => ORDER.length + 1 + digits);
        const split = seams.map((at) => ({
          order_id: whole.slice(0, at),
          status_code: whole.slice(at, at + 3),
          gross_amount: whole.slice(at + 3),
        }));
        expect(split.map((texts) => hear({ ...unpaid, ...texts })).filter(isSettled)).toEqual([]);
      }),
    );
  });

  test("with a true signature over any texts, a settlement takes code 200, state and amount", () => {
    const code = fc.constantFrom("200", "201", "202", "407", "500", "2000");
    const state = fc.constantFrom("settlement", "pending", "expire", "refund", "x");
    const amount = fc.constantFrom("17000.00", "0", "-1.00", "1e9", "17000.01", "");
    fc.assert(
      fc.property(code, state, amount, (status_code, transaction_status, gross_amount) => {
        const heard = hear(signed({ ...settled, status_code, transaction_status, gross_amount }));
        const isPaid = heard.is === "news" && heard.standing.is === "settled";
        const isRight = status_code === "200" && transaction_status === "settlement";
        expect(isPaid).toBe(isRight && ["17000.00", "0"].includes(gross_amount));
      }),
    );
  });
});
