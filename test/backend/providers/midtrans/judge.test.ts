import { describe, expect, test } from "vitest";
import { answerSchema } from "../../../../backend/providers/midtrans/answers.ts";
import { judgeCharge, judgeEnding, judgeStatus } from "../../../../backend/providers/midtrans/judge.ts";
import { attempt, charged, fixture, type Json, REFERENCE, settled, TRANSACTION, without } from "./samples.ts";

const HEARD_AT = Date.UTC(2026, 0, 1);
const charge = (body: Json) => judgeCharge(answerSchema.parse(body), attempt);
const status = (body: Json) => judgeStatus(answerSchema.parse(body), REFERENCE, HEARD_AT);

describe("an answer to a charge", () => {
  test("as documented for qris is an offer with the QR text", () => {
    expect(charge(charged)).toEqual({
      is: "issued",
      qr: "00020101021226620014COM.GO-JEK.WWW011993600914349052630340210G4905263030303UKE51440014ID.CO.QRIS.WWW0215AID0607336128660303UKE5204341453033605802ID5904Test6007BANDUNG6105402845409789000.0062475036c032f87c-f773-4619-aefa-675e1f06f9210703A016304A623",
      transaction: TRANSACTION,
    });
  });

  test.each(["expiry_time", "expire_time"])("tells the end of the charge by %s", (field) => {
    const verdict = charge({ ...charged, [field]: "2021-06-23 15:40:24" });
    expect(verdict).toMatchObject({ is: "issued", expiresAt: Date.UTC(2021, 5, 23, 8, 40, 24) });
  });

  test("with an end that is no time is an offer without one", () => {
    expect(charge({ ...charged, expiry_time: "soon" })).not.toHaveProperty("expiresAt");
  });

  test.each(["charge-gopay-2017", "charge-gopay-2019"])(
    "as documented for gopay (%s) names the picture only",
    (name) => {
      const { transaction_id, actions } = fixture(name);
      const [picture] = Array.isArray(actions) ? actions : [];
      expect(charge({ ...fixture(name), order_id: REFERENCE, gross_amount: "17000.00" })).toMatchObject({
        is: "pictured",
        transaction: transaction_id,
        pictures: [picture.url],
      });
    },
  );

  test("names the plain picture before the framed one, whatever their order", () => {
    const actions = [
      { name: "generate-qr-code-v2", method: "GET", url: "https://api.midtrans.com//v4/qris/A1/qr-code" },
      "nonsense",
      { name: "cancel", method: "POST", url: "https://api.midtrans.com/v2/x/cancel" },
      { name: "generate-qr-code", method: "GET", url: "https://api.midtrans.com/v2/qris/x/qr-code" },
    ];
    expect(charge({ ...without(charged, "qr_string"), actions })).toMatchObject({
      pictures: ["https://api.midtrans.com/v2/qris/x/qr-code", "https://api.midtrans.com//v4/qris/A1/qr-code"],
    });
  });

  test("in upper case, with unknown fields and without fraud_status is understood", () => {
    const body = { ...without(charged, "fraud_status"), transaction_status: "PENDING", something_new: { a: 1 } };
    expect(charge(body).is).toBe("issued");
  });

  test.each([
    ["speaks of another order", { ...charged, order_id: "order102" }],
    ["does not name its order", without(charged, "order_id")],
    ["has no transaction id", without(charged, "transaction_id")],
    ["has no state", without(charged, "transaction_status")],
    ["is settled already", { ...charged, transaction_status: "settlement" }],
    ["charges less", { ...charged, gross_amount: "16999.00" }],
    ["charges more", { ...charged, gross_amount: "17001.00" }],
    ["charges no amount", without(charged, "gross_amount")],
    ["is still running", { status_code: "202", status_message: "in progress" }],
    ["is pending with the code of a denial", { ...charged, status_code: "202" }],
    ["denies another order", { ...fixture("charge-deny-900"), order_id: "order102" }],
  ])("that %s is unclear", (_, body) => {
    expect(charge(body).is).toBe("unclear");
  });

  test("with a fee that the dashboard imposed on top is an offer", () => {
    const metadata = { extra_info: { gross_amount_info: { original_amount: "17000.00", gross_amount: "17119.00" } } };
    expect(charge({ ...charged, gross_amount: "17119.00", metadata }).is).toBe("issued");
  });

  test("that failed is refused", () => {
    expect(charge({ ...charged, transaction_status: "failure" })).toMatchObject({ is: "refused", because: "denied" });
  });

  test("that names a fault of the operator's says what to do about it", () => {
    expect(charge(fixture("cancel-error-401-2025"))).toEqual({
      is: "refused",
      retriable: false,
      because: "misconfigured",
      detail:
        "401 (the server key was refused: check that the server key is the one of this environment, sandbox or production), " +
        "Transaction cannot be authorized with the current client/server key.",
    });
  });

  test("that blames the amount says so, with Midtrans' own words", () => {
    const messages = ["transaction_details.gross_amount is not equal to the sum of item_details"];
    const body = { status_code: "400", status_message: "One or more parameters in the payload is invalid." };
    expect(charge({ ...body, validation_messages: messages })).toMatchObject({
      because: "bad-amount",
      detail: expect.stringContaining(messages[0] ?? ""),
    });
  });
});

describe("an answer to a status query", () => {
  test("as documented is a payment, with the time's offset and the issuer", () => {
    expect(status(settled)).toEqual({
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
    });
  });

  test("in upper case, pending with code 200, is pending", () => {
    expect(status({ ...fixture("status-pending-2025"), order_id: REFERENCE })).toEqual({
      is: "pending",
      transaction: TRANSACTION,
    });
  });

  test("that does not fit says what to do if it stays so", () => {
    expect(status({ ...settled, transaction_status: "capture" })).toEqual({
      is: "unclear",
      detail: 'transaction_status "capture" with code 200; if it stays so, ask Midtrans\' support what it means',
    });
  });

  test.each([
    ["pending", "201", "pending"],
    ["pending", "200", "pending"],
    ["pending", "407", "unclear"],
    ["settlement", "200", "settled"],
    ["settlement", "201", "unclear"],
    ["settlement", "202", "unclear"],
    ["settlement", "407", "unclear"],
    ["Settlement", "200", "settled"],
    ["capture", "200", "unclear"],
    ["authorize", "201", "unclear"],
    ["expire", "407", "expired"],
    ["expire", "202", "expired"],
    ["expire", "200", "expired"],
    ["cancel", "200", "cancelled"],
    ["cancel", "202", "cancelled"],
    ["deny", "202", "denied"],
    ["failure", "202", "denied"],
    ["refund", "200", "refunded"],
    ["partial_refund", "200", "refunded"],
    ["chargeback", "200", "refunded"],
    ["partial_chargeback", "200", "refunded"],
    ["constructor", "200", "unclear"],
    ["", "200", "unclear"],
  ])('with "%s" and code %s is %s', (transaction_status, status_code, expected) => {
    expect(status({ ...settled, transaction_status, status_code }).is).toBe(expected);
  });

  test.each([
    ["speaks of another order", { ...settled, order_id: "order102" }],
    ["does not name its order", without(settled, "order_id")],
    ["has no state", without(settled, "transaction_status")],
    ["has no transaction id", without(settled, "transaction_id")],
    ["is challenged", { ...settled, fraud_status: "challenge" }],
    ["is in another currency", { ...settled, currency: "USD" }],
    ["has no amount", without(settled, "gross_amount")],
    ["has cents", { ...settled, gross_amount: "17000.50" }],
  ])("that %s is unclear, settled or not", (_, body) => {
    expect(status(body).is).toBe("unclear");
  });

  test("without fraud_status and issuer is a payment all the same", () => {
    expect(status(without(settled, "fraud_status", "issuer"))).toEqual({
      is: "settled",
      payment: {
        amount: 17_000,
        fee: 0,
        transaction: TRANSACTION,
        paidAt: "2021-06-23T15:46:00+07:00",
        acquirer: "gopay",
        isOnUs: true,
      },
    });
  });

  test("without settlement_time takes the time of the charge, without any the time it was heard", () => {
    expect(status(without(settled, "settlement_time"))).toMatchObject({
      payment: { paidAt: "2021-06-23T15:45:42+07:00" },
    });
    expect(status(without(settled, "settlement_time", "transaction_time"))).toMatchObject({
      payment: { paidAt: "2026-01-01T07:00:00+07:00" },
    });
  });

  const imposed = (original_amount: unknown) => ({
    ...settled,
    gross_amount: "17119.00",
    metadata: { extra_info: { gross_amount_info: { original_amount, customer_imposed_payment_fee: "119" } } },
  });
  test.each(["17000.00", "17000", 17_000])("with a fee on top of %j tells the two apart", (original) => {
    expect(status(imposed(original))).toMatchObject({ payment: { amount: 17_000, fee: 119 } });
  });
  test.each(["17120.00", "-5", "", null])(
    "with a fee split at %j, which does not add up, takes all as the amount",
    (original) => {
      expect(status(imposed(original))).toMatchObject({ payment: { amount: 17_119, fee: 0 } });
    },
  );
});

describe("an answer to a cancel or an expire", () => {
  const ending = (how: "cancel" | "expire", body: Json) =>
    judgeEnding(how, answerSchema.parse(body), REFERENCE, HEARD_AT).is;
  const cancelled = { ...settled, transaction_status: "cancel" };
  const expired = { ...settled, status_code: "407", transaction_status: "expire" };

  test("ends the charge with 200 and 407", () => {
    expect(ending("cancel", cancelled)).toBe("cancelled");
    expect(ending("expire", expired)).toBe("expired");
  });

  test("that is done, and yet speaks of a payment, has the standing asked", () => {
    expect(ending("cancel", settled)).toBe("ask");
    expect(ending("cancel", { ...cancelled, transaction_status: "pending" })).toBe("ask");
  });

  test("for another order has the standing asked", () => {
    expect(ending("cancel", { ...cancelled, order_id: "order102" })).toBe("ask");
    expect(ending("expire", { ...expired, order_id: "order102" })).toBe("ask");
  });
});
