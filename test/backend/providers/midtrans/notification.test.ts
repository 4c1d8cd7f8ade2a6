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
          acquirer: "gopay",
          isOnUs: true,
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

test("the dashboard's trial is known by its order, and believed only when it is signed", () => {
  const trial = { ...settled, order_id: "payment_notif_test_G123456789_0a1b2c3d" };
  expect(hear(signed(trial))).toEqual({ is: "trial" });
  expect(hear(trial).is).toBe("forged");
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

describe("a refund is always to be confirmed: its list, and when the bank spoke, are not in the signature", () => {
  test.each(["notification-refund-2026", "notification-refund-confirmed-2026"])("%s", (name) => {
    expect(hear(signed({ ...fixture(name), order_id: REFERENCE }))).toEqual({
      is: "confirm",
      reference: REFERENCE,
      because: '"partial_refund" says more than is signed',
    });
  });
});

test.each([
  [settled],
  [saying("pending", "201")],
  [saying("expire", "202")],
  [saying("cancel", "202")],
  [saying("deny", "202")],
])("news names the transaction it is about, so that the books can compare it (%#)", (body) => {
  const heard = hear(signed(body));
  if (heard.is !== "news") throw new Error(`it is ${heard.is}`);
  const { standing } = heard;
  expect(standing.is === "settled" ? standing.payment.transaction : standing.transaction).toBe(TRANSACTION);
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
