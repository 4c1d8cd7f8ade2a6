import { describe, expect, test } from "vitest";
import { answerSchema } from "../../../../backend/providers/midtrans/answers.ts";
import { readPayment } from "../../../../backend/providers/midtrans/payment.ts";
import { fixture, type Json, settled, TRANSACTION, without } from "./samples.ts";

function paymentIn(body: Json) {
  const read = readPayment(answerSchema.parse(body), TRANSACTION, 0);
  if (read.is !== "paid") throw new Error(read.because);
  return read.payment;
}

describe("a payment keeps by which way it came", () => {
  test("to another bank's app, by a code of GoPay's", () => {
    expect(paymentIn(fixture("status-settlement-2026"))).toEqual({
      amount: 789_000,
      fee: 0,
      transaction: TRANSACTION,
      paidAt: "2026-01-01T06:51:30+07:00",
      issuer: "Mandiri",
      acquirer: "gopay",
      isOnUs: false,
      traces: { merchant_cross_reference_id: "b7a96412-21d5-4213-87b6-4a181a3ebfb7" },
    });
  });

  test("by a code of ShopeePay's, with the names it has there", () => {
    expect(paymentIn(fixture("notification-shopee-settlement-2020"))).toMatchObject({
      acquirer: "airpay shopee",
      isOnUs: true,
      traces: { shopeepay_reference_number: "144854469038383602", reference_id: "QR-ZbbffKucJPEksDmXMFChZa" },
    });
  });

  test("by GoPay's own link, which has no acquirer and is neither on-us nor off-us", () => {
    const payment = paymentIn(fixture("status-settlement-gopay-2026"));
    expect(payment).toMatchObject({ acquirer: "gopay", traces: { payment_option_type: "GOPAY_WALLET" } });
    expect(payment).not.toHaveProperty("isOnUs");
  });

  test("and, should there be one, the national reference number", () => {
    expect(paymentIn({ ...settled, rrn: "000123456789" })).toMatchObject({ traces: { rrn: "000123456789" } });
  });

  test("and says nothing of what it does not know", () => {
    const payment = paymentIn(without(settled, "acquirer", "transaction_type", "issuer"));
    for (const name of ["acquirer", "isOnUs", "issuer", "traces"]) expect(payment).not.toHaveProperty(name);
    expect(paymentIn({ ...settled, transaction_type: "over-the-moon" })).not.toHaveProperty("isOnUs");
  });
});

describe("nothing of the payer is kept", () => {
  test("of the details that some answers carry", () => {
    const kept = JSON.stringify(paymentIn(fixture("status-settlement-2026")));
    expect(kept).not.toMatch(/Budi|0812|@/);
  });

  test.each(["budi@example.id", "Budi Utomo", "+6281223323423", "x".repeat(65), "", 17, { email: "b@example.id" }])(
    "in a trace that reads %j",
    (reference_id) => {
      expect(paymentIn({ ...settled, reference_id })).not.toHaveProperty("traces");
    },
  );
});
