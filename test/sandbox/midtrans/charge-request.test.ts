import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCharge, readNotificationUrls } from "../../../sandbox/midtrans/charge-request.ts";

const now = Date.parse("2026-01-31T16:00:00Z");
const context = { now, activated: ["qris"], notify: ["http://127.0.0.1/hook"] };
const plain = { payment_type: "qris", transaction_details: { order_id: "order102", gross_amount: 789000 } };
const withDetails = (details: object) => ({
  ...plain,
  transaction_details: { ...plain.transaction_details, ...details },
});
const items = (...rows: object[]) => ({ ...plain, item_details: rows });
const expiry = (custom_expiry: unknown, qris = {}) => ({ ...plain, qris, custom_expiry });

describe("a charge is read", () => {
  test("with what Midtrans takes for granted", () => {
    expect(readCharge(plain, context)).toEqual({
      is: "good",
      order: {
        orderId: "order102",
        amount: 789_000,
        acquirer: "gopay",
        validForMs: 900_000,
        customFields: {},
        notify: ["http://127.0.0.1/hook"],
      },
    });
  });

  test.each([
    ["the other acquirer", { ...plain, qris: { acquirer: "airpay shopee" } }, { acquirer: "airpay shopee" }],
    ["metadata", { ...plain, metadata: { stand: "s1" } }, { metadata: { stand: "s1" } }],
    [
      "custom fields",
      { ...plain, custom_field1: "a", custom_field3: "c" },
      { customFields: { custom_field1: "a", custom_field3: "c" } },
    ],
    ["an amount in digits", withDetails({ gross_amount: "44000" }), { amount: 44_000 }],
    [
      "an id of every allowed sign",
      withDetails({ order_id: `${"a".repeat(46)}-_~.` }),
      { orderId: `${"a".repeat(46)}-_~.` },
    ],
    [
      "items that add up, with a discount",
      items({ name: "Kopi", price: 800_000, quantity: 1 }, { name: "Diskon", price: -5_500, quantity: 2 }),
      { amount: 789_000 },
    ],
    ["20 seconds, the least", expiry({ expiry_duration: 20, unit: "second" }), { validForMs: 20_000 }],
    ["7 days, the most", expiry({ expiry_duration: 7, unit: "day" }), { validForMs: 604_800_000 }],
    [
      "5 days at the other acquirer",
      expiry({ expiry_duration: 5, unit: "day" }, { acquirer: "airpay shopee" }),
      { validForMs: 432_000_000 },
    ],
    ["minutes, where no unit is said", expiry({ expiry_duration: 2 }), { validForMs: 120_000 }],
    [
      "a length that began before",
      expiry({ order_time: "2026-01-31 22:59:00 +0700", expiry_duration: 2 }),
      { validForMs: 60_000 },
    ],
  ])("with %s", (_what, body, order) => {
    expect(readCharge(body, context)).toMatchObject({ is: "good", order });
  });
});

describe("a charge is refused", () => {
  test.each([
    ["408", "no object", [], "the request body must be a JSON object"],
    ["408", "null", null, "the request body must be a JSON object"],
    ["400", "no payment type", {}, "payment_type is required"],
    ["400", "an unknown payment type", { ...plain, payment_type: "cash" }, "payment_type is not known"],
    [
      "402",
      "a payment type that is not activated",
      { ...plain, payment_type: "gopay" },
      "Payment channel is not activated.",
    ],
    ["400", "no order id", withDetails({ order_id: undefined }), "transaction_details.order_id is required"],
    ["400", "an empty order id", withDetails({ order_id: "" }), "transaction_details.order_id is required"],
    [
      "400",
      "51 characters of order id",
      withDetails({ order_id: "a".repeat(51) }),
      "transaction_details.order_id is too long, max 50 characters",
    ],
    [
      "400",
      "a sign not allowed",
      withDetails({ order_id: "a/b" }),
      "transaction_details.order_id may hold letters, digits, - _ ~ and . only",
    ],
    [
      "400",
      "a number for an order id",
      withDetails({ order_id: 7 }),
      "transaction_details.order_id may hold letters, digits, - _ ~ and . only",
    ],
    ["400", "no amount", withDetails({ gross_amount: undefined }), "transaction_details.gross_amount is required"],
    [
      "400",
      "nothing to pay",
      withDetails({ gross_amount: 0 }),
      "transaction_details.gross_amount must be greater than or equal to 1",
    ],
    [
      "400",
      "less than nothing",
      withDetails({ gross_amount: -1 }),
      "transaction_details.gross_amount must be greater than or equal to 1",
    ],
    [
      "400",
      "a broken rupiah",
      withDetails({ gross_amount: 1000.5 }),
      "transaction_details.gross_amount must be a whole number of rupiah",
    ],
    [
      "400",
      "an amount in words",
      withDetails({ gross_amount: "ten" }),
      "transaction_details.gross_amount must be a whole number of rupiah",
    ],
    [
      "400",
      "items that do not add up",
      items({ name: "Kopi", price: 15_000, quantity: 1 }),
      "transaction_details.gross_amount is not equal to the sum of item_details",
    ],
    ["400", "items that are no list", { ...plain, item_details: {} }, "item_details must be an array"],
    ["400", "an item without a name", items({ price: 789_000, quantity: 1 }), "item_details[0].name is required"],
    [
      "400",
      "an item with a long name",
      items({ name: "x".repeat(51), price: 789_000, quantity: 1 }),
      "item_details[0].name is too long, max 50 characters",
    ],
    [
      "400",
      "no piece of an item",
      items({ name: "Kopi", price: 789_000, quantity: 0 }),
      "item_details[0].quantity must be a whole number of at least 1",
    ],
    [
      "400",
      "an unknown acquirer",
      { ...plain, qris: { acquirer: "shopee" } },
      "qris.acquirer must be one of: gopay, airpay shopee",
    ],
    ["400", "19 seconds", expiry({ expiry_duration: 19, unit: "second" }), "custom_expiry must be at least 20 seconds"],
    ["400", "more than 7 days", expiry({ expiry_duration: 8, unit: "day" }), "custom_expiry must be at most 7 days"],
    [
      "400",
      "6 days at the other acquirer",
      expiry({ expiry_duration: 6, unit: "day" }, { acquirer: "airpay shopee" }),
      "custom_expiry must be at most 5 days",
    ],
    [
      "400",
      "a unit there is none of",
      expiry({ expiry_duration: 8, unit: "seconds" }),
      "custom_expiry.unit must be second, minute, hour or day",
    ],
    [
      "400",
      "an order time without offset",
      expiry({ order_time: "2026-01-31 22:59:00", expiry_duration: 2 }),
      "custom_expiry.order_time must be like 2026-01-31 23:59:59 +0700",
    ],
    [
      "400",
      "an expiry that is over",
      expiry({ order_time: "2026-01-31 22:50:00 +0700", expiry_duration: 2 }),
      "custom_expiry lies in the past",
    ],
    [
      "400",
      "a long custom field",
      { ...plain, custom_field2: "x".repeat(256) },
      "custom_field2 must be a string of max 255 characters",
    ],
    ["400", "metadata that is no object", { ...plain, metadata: [1] }, "metadata must be a JSON object"],
    [
      "400",
      "too much metadata",
      { ...plain, metadata: { a: "x".repeat(9_000) } },
      "metadata must be at most 8192 characters of JSON",
    ],
  ])("%s: %s", (code, _what, body, message) => {
    expect(readCharge(body, context)).toEqual({ is: "bad", code, messages: [message] });
  });

  test("with every complaint at once", () => {
    const read = readCharge({ payment_type: "qris", custom_expiry: {} }, context);
    expect(read).toMatchObject({
      messages: [
        "transaction_details.order_id is required",
        "transaction_details.gross_amount is required",
        "custom_expiry.expiry_duration must be a whole number",
      ],
    });
  });

  test("metadata nested beyond writing is refused, not thrown at", () => {
    const deep = JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`) as unknown;
    expect(readCharge({ ...plain, metadata: { deep } }, context)).toMatchObject({ is: "bad" });
  });

  test("or read, whatever JSON comes", async () => {
    await fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (details, item_details, custom_expiry) => {
        const body = { payment_type: "qris", transaction_details: details, item_details, custom_expiry };
        expect(["good", "bad"]).toContain(readCharge(body, context).is);
      }),
    );
  });
});

describe("notification addresses", () => {
  test("are up to three, separated by commas", () => {
    const header = "https://a.example/x, http://127.0.0.1:8080/y,https://b.example";
    expect(readNotificationUrls(header)).toEqual([
      "https://a.example/x",
      "http://127.0.0.1:8080/y",
      "https://b.example",
    ]);
  });

  test.each(["https://a,https://b,https://c,https://d", "ftp://a", "not an address", "", "file:///etc/passwd"])(
    "«%s» is refused",
    (header) => {
      expect(readNotificationUrls(header)).toEqual({ bad: expect.any(String) });
    },
  );
});
