import { describe, expect, test } from "vitest";
import { answerSchema } from "../../../../backend/providers/midtrans/answers.ts";
import { judgeStatus } from "../../../../backend/providers/midtrans/judge.ts";
import { fixture, type Json, REFERENCE, TRANSACTION, without } from "./samples.ts";

const status = (body: Json) => judgeStatus(answerSchema.parse(body), REFERENCE, 0);
const provisional: Json = { ...fixture("status-refund-2026"), order_id: REFERENCE };
const confirmed: Json = { ...fixture("status-refund-confirmed-2026"), order_id: REFERENCE };
const entry = (fields: Json): Json => ({ ...provisional, refunds: [fields] });

describe("the standing of a refunded transaction", () => {
  test("lists its refunds, none of them confirmed at first", () => {
    expect(status(provisional)).toEqual({
      is: "refunded",
      transaction: TRANSACTION,
      isFull: false,
      refunds: [
        { key: "reference1", amount: 5_000, isConfirmed: false },
        { key: "reference2", amount: 7_000, isConfirmed: false },
      ],
    });
  });

  test("tells which of them the bank has confirmed", () => {
    expect(status(confirmed)).toMatchObject({ refunds: [{ isConfirmed: true }, { isConfirmed: false }] });
  });

  test.each([
    ["refund", true],
    ["partial_refund", false],
    ["REFUND", true],
  ])("%s: all of it went back, %s", (transaction_status, isFull) => {
    expect(status({ ...provisional, transaction_status })).toMatchObject({ is: "refunded", isFull });
  });

  test("has no key for what somebody refunded by hand", () => {
    expect(status(entry({ refund_amount: "5000.00" }))).toMatchObject({ refunds: [{ amount: 5_000 }] });
  });

  test("leaves out what was tried and given to nobody", () => {
    const refunds = [
      { refund_amount: "0.00", refund_key: "denied" },
      { refund_amount: "5000.00", refund_key: "made" },
    ];
    expect(status({ ...provisional, refunds })).toMatchObject({ refunds: [{ key: "made", amount: 5_000 }] });
  });

  test("has one unconfirmed refund without a name in the place of a list that is missing", () => {
    const unlisted = without(confirmed, "refunds");
    expect(status(unlisted)).toMatchObject({ isFull: false, refunds: [{ amount: 12_000, isConfirmed: false }] });
    const all = { ...without(unlisted, "refund_amount"), transaction_status: "refund" };
    expect(status(all)).toMatchObject({ isFull: true, refunds: [{ amount: 789_000, isConfirmed: false }] });
    expect(status({ ...all, refunds: "none" })).toMatchObject({ refunds: [{ amount: 789_000 }] });
  });

  test("is a part of unknown size when nothing says how much", () => {
    const bare = without(provisional, "refunds", "refund_amount");
    expect(status(bare)).toMatchObject({ is: "refunded", isFull: false, refunds: [] });
  });

  test.each([
    ["has no amount", { refund_key: "reference1" }],
    ["has cents", { refund_key: "reference1", refund_amount: "5000.50" }],
    ["is below nothing", { refund_key: "reference1", refund_amount: "-5000.00" }],
  ])("is unclear when a refund %s", (_, fields) => {
    expect(status(entry(fields)).is).toBe("unclear");
  });

  test("is unclear when a refund is no object", () => {
    expect(status({ ...provisional, refunds: ["reference1"] }).is).toBe("unclear");
  });
});
