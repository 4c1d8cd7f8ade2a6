import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readMidtransNotification } from "../../../../backend/providers/midtrans/notification.ts";
import { signNotification } from "../../../../backend/providers/midtrans/signature.ts";
import type { Notification } from "../../../../backend/providers/provider.ts";
import { Secret } from "../../../../host/secret.ts";
import { fixture, type Json, ORDER, REFERENCE, SERVER_KEY, settled, TRANSACTION, without } from "./samples.ts";

/** The key of the day, and the one before it. */
const OLD_KEY = new Secret("SB-Mid-server-of-last-year");
const KEYS = [SERVER_KEY, OLD_KEY];
const HEARD_AT = Date.UTC(2026, 0, 1);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (body: Uint8Array): Notification =>
  readMidtransNotification({ path: "/midtrans", headers: {}, body }, KEYS, HEARD_AT);
const hear = (body: Json): Notification => read(bytesOf(JSON.stringify(body)));

const signed = (body: Json, key = SERVER_KEY): Json => {
  const { order_id, status_code, gross_amount } = body;
  const texts = { order_id: String(order_id), status_code: String(status_code), gross_amount: String(gross_amount) };
  return { ...body, signature_key: signNotification(texts, key) };
};
const saying = (transaction_status: string, status_code: string): Json =>
  signed({ ...settled, transaction_status, status_code });

describe("a notification as documented, for an order of ours, is news", () => {
  test("of a payment by qris, with issuer", () => {
    expect(hear(signed(settled))).toEqual({
      is: "news",
      reference: REFERENCE,
      standing: {
        is: "settled",
        payment: {
          amount: 17_000,
          fee: 0,
          transaction: TRANSACTION,
          paidAt: "2021-06-23T15:46:00+07:00",
          issuer: "gopay",
        },
      },
    });
  });

  test.each([
    ["notification-gopay-settlement-2019", "settled"],
    ["notification-gopay-settlement-2016", "settled"],
    ["notification-gopay-pending-2016", "pending"],
    ["notification-gopay-expire-2016", "expired"],
  ])("%s: %s", (name, standing) => {
    const news = hear(signed({ ...fixture(name), order_id: REFERENCE }));
    expect(news).toMatchObject({ is: "news", reference: REFERENCE, standing: { is: standing } });
  });
});

test("the documented notifications, signed with keys that are not ours, are forged", () => {
  for (const name of ["notification-qris-settlement-2021", "notification-gopay-expire-2016"]) {
    expect(hear(fixture(name)).is).toBe("forged");
  }
});

describe("state and code must fit together", () => {
  test.each([
    ["settlement", "200", "settled"],
    ["SETTLEMENT", "200", "settled"],
    ["settlement", "201", "confirm"],
    ["settlement", "202", "confirm"],
    ["settlement", "407", "confirm"],
    ["pending", "201", "pending"],
    ["pending", "200", "confirm"],
    ["expire", "202", "expired"],
    ["expire", "200", "confirm"],
    ["cancel", "202", "cancelled"],
    ["cancel", "200", "confirm"],
    ["deny", "202", "denied"],
    ["deny", "200", "confirm"],
    ["failure", "202", "denied"],
    ["capture", "200", "confirm"],
    ["refund", "200", "confirm"],
    ["partial_refund", "200", "confirm"],
    ["chargeback", "200", "confirm"],
    ["toString", "200", "confirm"],
  ])("%s with %s: %s", (state, code, expected) => {
    const heard = hear(saying(state, code));
    expect(heard.is === "news" ? heard.standing.is : heard.is).toBe(expected);
    expect(heard).toHaveProperty("reference", REFERENCE);
  });
});

describe("what is signed, and still doubtful, is to be confirmed", () => {
  test.each([
    ["a challenged payment", { ...settled, fraud_status: "challenge" }],
    ["a payment in another currency", { ...settled, currency: "SGD" }],
    ["a payment without a transaction", without(settled, "transaction_id")],
    ["no state", without(settled, "transaction_status")],
    ["an amount with cents", { ...settled, gross_amount: "17000.50" }],
    ["a code that is none", { ...settled, status_code: "20" }],
  ])("%s", (_, body) => {
    expect(hear(signed(body))).toMatchObject({ is: "confirm", reference: REFERENCE });
  });

  test("an absent fraud_status is no reason to doubt", () => {
    expect(hear(signed(without(settled, "fraud_status"))).is).toBe("news");
  });
});

test("a notification signed with the key before is news too, while that key is kept", () => {
  expect(hear(signed(settled, OLD_KEY))).toMatchObject({ is: "news", standing: { is: "settled" } });
});

describe("forged is", () => {
  test.each(["order_id", "status_code", "gross_amount"])("a body whose %s was altered", (field) => {
    expect(hear({ ...signed(settled), [field]: "201" }).is).toBe("forged");
  });

  test("a body signed with another key", () => {
    expect(hear(signed(settled, new Secret("another"))).is).toBe("forged");
  });

  test("an amount that is the same number and another text", () => {
    expect(hear({ ...signed(settled), gross_amount: "17000" }).is).toBe("forged");
  });

  test("a wrong signature for an order that is not ours: the order is looked at afterwards", () => {
    expect(hear({ ...settled, order_id: "QRIS-1" }).is).toBe("forged");
  });
});

describe("unreadable is", () => {
  test.each(["", "{", "null", "[]", "17", '"text"', "{}", "order_id=1", '{"order_id": 1}'])("%j", (text) => {
    expect(read(bytesOf(text)).is).toBe("unreadable");
  });

  test("text that is not UTF-8", () => {
    expect(read(Uint8Array.of(0x22, 0xff, 0x22))).toEqual({ is: "unreadable", because: "not JSON" });
  });

  test("a body that names what it lacks", () => {
    expect(hear(without(signed(settled), "signature_key", "gross_amount"))).toEqual({
      is: "unreadable",
      because: "no text in gross_amount, signature_key",
    });
  });

  test("a body longer than 64 KiB, signed or not", () => {
    const long = { ...signed(settled), padding: "x".repeat(65_536) };
    expect(hear(long)).toEqual({ is: "unreadable", because: "longer than 65536 bytes" });
  });

  test.each(["order102", ORDER, `${ORDER}-`, `${ORDER}-0`, `${ORDER}-1-1`, `${ORDER.toLowerCase()}-1`, "QRIS-17"])(
    "a rightly signed word on %s, which is no order of ours",
    (order_id) => {
      expect(hear(signed({ ...settled, order_id }))).toEqual({ is: "unreadable", because: "not an order of ours" });
    },
  );
});

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
