import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Standing } from "../../../../backend/providers/provider.ts";
import { readSnapAnswer, type SnapAnswer } from "../../../../backend/providers/snap/answers.ts";
import { judgeQuery } from "../../../../backend/providers/snap/judge.ts";
import { type Json, REFERENCE } from "../midtrans/samples.ts";
import { fixture } from "./samples.ts";
import { NUMBER, paid } from "./tape-rig.ts";

const asked = { reference: REFERENCE, original: { originalExternalId: REFERENCE }, heardAt: 0 };

function answerOf(json: Json): SnapAnswer {
  const answer = readSnapAnswer(Buffer.from(JSON.stringify(json)));
  if (answer === undefined) throw new Error("cannot be read");
  return answer;
}
const paidAnswer = answerOf(paid);
const standingOf = (more: Json): Standing => judgeQuery(answerOf({ ...paid, ...more }), asked);

describe("latestTransactionStatus in answer to a query", () => {
  test.each([
    ["00", "settled"],
    ["01", "pending"],
    ["02", "pending"],
    ["03", "pending"],
    ["04", "refunded"],
    ["05", "cancelled"],
    ["06", "denied"],
    ["07", "unknown"],
    ["08", "expired"],
    ["09", "denied"],
    ["10", "unclear"],
    ["0", "unclear"],
    [undefined, "unclear"],
  ])("%s: %s", (latestTransactionStatus, standing) => {
    expect(judgeQuery({ ...paidAnswer, latestTransactionStatus }, asked).is).toBe(standing);
  });

  test("a payment has the amount, Midtrans' number, and its time in Indonesia", () => {
    expect(judgeQuery(paidAnswer, asked)).toEqual({
      is: "settled",
      payment: {
        amount: 12_345_678,
        fee: 0,
        transaction: "2020102977770000000009",
        paidAt: "2020-10-20T17:56:57+07:00",
        traces: { terminalId: "213141251124" },
      },
    });
  });

  test("a payment was paid at its paidTime, and only without one at its finishedTime", () => {
    const finishedTime = "2020-10-20T20:00:00+07:00";
    expect(standingOf({ finishedTime })).toMatchObject({ payment: { paidAt: "2020-10-20T17:56:57+07:00" } });
    expect(standingOf({ paidTime: undefined, finishedTime })).toMatchObject({ payment: { paidAt: finishedTime } });
  });

  test("a currency in small letters is the same currency", () => {
    const amount = { value: "17000.00", currency: "idr" };
    expect(standingOf({ amount })).toMatchObject({ is: "settled", payment: { amount: 17_000 } });
  });

  test.each([undefined, { value: "0.00", currency: "IDR" }])(
    "of a refunded payment of %j nobody knows that all of it went back",
    (amount) => {
      expect(standingOf({ latestTransactionStatus: "04", amount })).toMatchObject({ is: "refunded", isFull: false });
    },
  );

  test.each([
    ["without an amount", undefined],
    ["of a part of a rupiah", { value: "12345678.50", currency: "IDR" }],
    ["in another currency", { value: "12345678.00", currency: "SGD" }],
  ])("a payment %s is unclear", (_, amount) => {
    expect(judgeQuery({ ...paidAnswer, amount }, asked).is).toBe("unclear");
  });

  test("a charge that is named by nothing but its external id is known by that", () => {
    const pending = {
      ...paidAnswer,
      latestTransactionStatus: "03",
      originalReferenceNo: undefined,
      originalPartnerReferenceNo: undefined,
    };
    expect(judgeQuery(pending, asked)).toEqual({ is: "pending", transaction: REFERENCE });
  });
});

describe("who paid, and by what names it is found again,", () => {
  const details = { issuerName: "BCA", acquirerName: "AIRPAY SHOPEE", transactionType: "OFF-US" };
  const read = { issuer: "BCA", acquirer: "airpay shopee", isOnUs: false };

  test.each([
    ["an object", details],
    ["a list", [details]],
    ["a list of several, of which the first counts", [details, { issuerName: "other" }]],
  ])("is read from %s", (_, qris) => {
    expect(standingOf({ additionalInfo: { qris } })).toMatchObject({ is: "settled", payment: read });
  });

  test.each([
    ["ON-US", true],
    ["on-us", true],
    ["OFF-US", false],
    ["", undefined],
    ["else", undefined],
  ])("%s is on us: %s", (transactionType, isOnUs) => {
    const standing = standingOf({ additionalInfo: { qris: { transactionType } } });
    expect(standing.is === "settled" && standing.payment.isOnUs).toBe(isOnUs);
  });

  test("is not made up where Midtrans does not say", () => {
    const standing = standingOf({ terminalId: undefined, additionalInfo: { qris: [] } });
    if (standing.is !== "settled") throw new Error(standing.is);
    expect(Object.keys(standing.payment).sort()).toEqual(["amount", "fee", "paidAt", "transaction"]);
  });

  test("holds Midtrans' names for terminal, store and QR code, and nothing of the payer", () => {
    const additionalInfo = {
      merchantCrossRefId: "a78b46f8",
      customerDetails: { phone: "081223323423" },
      qris: { ...details, customerName: "Budi", customerPan: "9360001" },
    };
    const standing = standingOf({ externalStoreID: "s-1", additionalInfo });
    expect(standing).toMatchObject({
      payment: { traces: { terminalId: "213141251124", externalStoreID: "s-1", merchantCrossRefId: "a78b46f8" } },
    });
    expect(JSON.stringify(standing)).not.toMatch(/Budi|0812|9360001/);
  });
});

describe("a refund history", () => {
  const entry = (value: string, more: Json = {}): Json => ({
    refundNo: "A12",
    partnerReferenceNo: "key-1",
    refundStatus: "00",
    refundAmount: { value, currency: "IDR" },
    ...more,
  });
  const refunded = (refundHistory: unknown): Standing =>
    standingOf({ latestTransactionStatus: "04", additionalInfo: { refundHistory } });
  const made = (amount: number, isConfirmed = true, key = "key-1") => ({ key, amount, isConfirmed });

  test("is a refund with our key, its amount, and whether it is through", () => {
    expect(refunded([entry("10000.00"), entry("500.00", { partnerReferenceNo: "key-2", refundStatus: "03" })])).toEqual(
      {
        is: "refunded",
        transaction: NUMBER,
        isFull: false,
        refunds: [made(10_000), made(500, false, "key-2")],
      },
    );
  });

  test.each([
    ["under the other name of the key", [entry("5.00", { partnerReferenceNo: undefined, partnerRefundNo: "key-1" })]],
    ["as a single object", entry("5.00")],
  ])("is read %s", (_, history) => {
    expect(refunded(history)).toMatchObject({ refunds: [made(5)] });
  });

  test("is read where the samples of GoPay's services have it, beside additionalInfo", () => {
    const { refundHistory } = fixture("query-gopay-2025");
    expect(standingOf({ latestTransactionStatus: "04", refundHistory })).toMatchObject({
      isFull: true,
      refunds: [made(12_345_678, true, "239850918204981205970")],
    });
  });

  test("of somebody's refund by hand has no key, and one without a status is not confirmed", () => {
    const byHand = entry("5.00", { partnerReferenceNo: undefined, refundStatus: undefined });
    expect(refunded([byHand])).toMatchObject({ refunds: [{ amount: 5, isConfirmed: false }] });
  });

  test("does not count what failed: a payment with failed refunds alone is a payment", () => {
    const failed = entry("12345678.00", { refundStatus: "06" });
    expect(refunded([failed, entry("5.00")])).toMatchObject({ isFull: false, refunds: [made(5)] });
    expect(standingOf({ additionalInfo: { refundHistory: [failed] } })).toMatchObject({ is: "settled" });
  });

  test("with a refund in it says refunded, though the state says paid: nothing may be released by that", () => {
    expect(standingOf({ additionalInfo: { refundHistory: [entry("5.00")] } }).is).toBe("refunded");
  });

  test.each([
    ["12345677.00", false],
    ["12345678.00", true],
    ["12345679.00", true],
  ])("of %s out of 12345678.00 is full: %s", (value, isFull) => {
    expect(refunded([entry(value)])).toMatchObject({ isFull });
  });

  test("is not full where the amount that was paid is not told", () => {
    const additionalInfo = { refundHistory: [entry("12345678.00")] };
    expect(standingOf({ latestTransactionStatus: "04", amount: undefined, additionalInfo })).toMatchObject({
      is: "refunded",
      isFull: false,
    });
  });

  test.each<[string, unknown]>([
    ["that is text", "none"],
    ["with something in it that is no refund", [entry("5.00"), 7]],
    ["without an amount", [entry("5.00", { refundAmount: undefined })]],
    ["of parts of a rupiah", [entry("5.50")]],
    ["in another currency", [entry("5.00", { refundAmount: { value: "5.00", currency: "USD" } })]],
  ])("%s is not taken for none", (_, refundHistory) => {
    expect(refunded(refundHistory).is).toBe("unclear");
    expect(standingOf({ additionalInfo: { refundHistory } }).is).toBe("unclear");
  });

  test.each([[undefined], [null], [[]]])("that is %j is none", (refundHistory) => {
    expect(standingOf({ additionalInfo: { refundHistory } }).is).toBe("settled");
    expect(refunded(refundHistory)).toMatchObject({ is: "refunded", isFull: false, refunds: [] });
  });

  test("of any amounts adds up, and never throws", () => {
    const amounts = fc.array(fc.tuple(fc.nat({ max: 10 ** 15 - 1 }), fc.constantFrom("00", "03", "06")), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(amounts, (all) => {
        const history = all.map(([value, refundStatus]) => entry(`${value}.00`, { refundStatus }));
        const counted = all.filter(([, status]) => status !== "06").map(([value]) => value);
        const sum = counted.reduce((total, each) => total + each, 0);
        expect(refunded(history)).toMatchObject({
          refunds: counted.map((amount) => ({ amount })),
          isFull: sum >= 12_345_678,
        });
      }),
    );
  });
});
