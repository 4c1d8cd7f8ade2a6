import { beforeEach, describe, expect, test } from "vitest";
import type { Faults } from "../../../sandbox/midtrans/faults.ts";
import { signatureOf } from "../../../sandbox/midtrans/signature.ts";
import type { Sandbox } from "../../../sandbox/midtrans/start.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { type Caller, caller, type Json, type Merchant, SERVER_KEY, startMerchant, startSandbox } from "./kit.ts";

const DAY_MS = 86_400_000;

let clock: VirtualClock;
let merchant: Merchant;
let sandbox: Sandbox;
let call: Caller;
beforeEach(async () => {
  clock = new VirtualClock({ wall: Date.parse("2026-01-31T05:00:00Z") });
  merchant = await startMerchant();
  sandbox = await startSandbox({ clock });
  call = caller(sandbox);
});

/** A transaction of Rp 15.000 that was paid. */
const paid = (order_id = "a", more: object = {}): Promise<Json> =>
  call("POST", "/sandbox/seed", {
    transactions: [
      {
        order_id,
        gross_amount: 15_000,
        transaction_status: "settlement",
        notification_url: merchant.url,
        ...more,
      },
    ],
  });
const refund = async (body?: unknown, order = "a", headers: Record<string, string> = {}): Promise<Json> =>
  (await call("POST", `/v2/${order}/refund`, body, headers)).json;
const codeOf = async (body?: unknown, order = "a"): Promise<string> => (await refund(body, order)).status_code;
const status = async (order = "a"): Promise<Json> => (await call("GET", `/v2/${order}/status`)).json;
const dashboard = (settings: object) => call("POST", "/sandbox/dashboard", settings);

describe("a refund", () => {
  test("of the whole, without a word in the body, answers as documented", async () => {
    await paid();
    const { refund_key, ...rest } = await refund();
    expect(refund_key).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(rest).toEqual({
      status_code: "200",
      status_message: "Success, refund request is approved",
      transaction_id: sandbox.midtrans.find("a")?.id,
      order_id: "a",
      gross_amount: "15000.00",
      payment_type: "qris",
      transaction_time: "2026-01-31 12:00:00",
      transaction_status: "refund",
      refund_chargeback_id: 1,
      refund_amount: "15000.00",
    });
  });

  test("asked for directly says that the bank approves", async () => {
    await paid();
    const { json } = await call("POST", "/v2/a/refund/online/direct", { refund_key: "one", amount: 5_000 });
    expect(json).toMatchObject({
      status_code: "200",
      status_message: "Success, refund request is approved by the bank",
      transaction_status: "partial_refund",
      refund_amount: "5000.00",
      refund_key: "one",
    });
  });

  test("in parts adds up until nothing is left", async () => {
    await paid();
    await refund({ refund_key: "one", amount: 5_000 });
    expect(await refund({ refund_key: "two", amount: "4000" })).toMatchObject({
      transaction_status: "partial_refund",
      refund_amount: "9000.00",
    });
    expect(await codeOf({ refund_key: "three", amount: 6_001 })).toBe("414");
    expect(await refund({ refund_key: "four" })).toMatchObject({
      transaction_status: "refund",
      refund_amount: "15000.00",
    });
    expect(await codeOf({ refund_key: "five", amount: 1 })).toBe("412");
  });

  test("goes by the transaction id too", async () => {
    await paid();
    expect(await codeOf({}, sandbox.midtrans.find("a")?.id)).toBe("200");
  });

  test("takes the fee back with the rest", async () => {
    sandbox.faults.arm({ fault: "fee", amount: 71 });
    await paid();
    expect(await refund()).toMatchObject({ transaction_status: "refund", refund_amount: "15071.00" });
  });
});

describe("the bank", () => {
  test("confirms a refund to its own wallet soon, and both are notified and told", async () => {
    await paid();
    await refund({ refund_key: "one", amount: 5_000, reason: "macet" });
    clock.pass(4_999);
    const row = {
      refund_chargeback_id: 1,
      refund_amount: "5000.00",
      created_at: "2026-01-31 12:00:00",
      reason: "macet",
      refund_key: "one",
    };
    const first = await status();
    expect(first).toMatchObject({ status_code: "200", transaction_status: "partial_refund", refund_amount: "5000.00" });
    expect(first.refunds).toEqual([row]);
    clock.pass(1);
    const confirmed = { ...row, refund_method: "online", bank_confirmed_at: "2026-01-31 12:00:05" };
    expect((await status()).refunds).toEqual([confirmed]);
    const heard = await merchant.until(2);
    expect(heard.map((each) => each.refunds)).toEqual([[{ ...row, refund_method: "online" }], [confirmed]]);
    for (const each of heard) {
      expect(each).toMatchObject({
        status_code: "200",
        transaction_status: "partial_refund",
        gross_amount: "15000.00",
      });
      const signed = { orderId: "a", statusCode: "200", grossAmount: "15000.00" };
      expect(each.signature_key).toBe(signatureOf(signed, SERVER_KEY));
    }
  });

  test("of another wallet takes a day", async () => {
    await paid("a", { transaction_type: "off-us", issuer: "DANA" });
    await refund();
    clock.pass(DAY_MS - 1);
    expect((await status()).refunds[0]).not.toHaveProperty("bank_confirmed_at");
    clock.pass(1);
    expect((await status()).refunds[0]).toMatchObject({ bank_confirmed_at: "2026-02-01 12:00:00" });
  });

  test("takes as long as the dashboard says, divided by the speed", async () => {
    sandbox = await startSandbox({ clock, speed: 10 });
    call = caller(sandbox);
    await dashboard({ confirm_on_us_ms: 30_000, confirm_off_us_ms: null });
    await paid();
    await paid("b", { transaction_type: "off-us" });
    await refund();
    await refund({}, "b");
    clock.pass(3_000);
    expect((await status()).refunds[0]).toHaveProperty("bank_confirmed_at");
    clock.pass(30 * DAY_MS);
    expect((await status("b")).refunds[0]).not.toHaveProperty("bank_confirmed_at");
  });

  test("says nothing for ever, until somebody makes it speak", async () => {
    sandbox.faults.arm({ fault: "refund-unconfirmed", times: 1 });
    await paid();
    await refund();
    clock.pass(10 * DAY_MS);
    expect((await status()).refunds[0]).not.toHaveProperty("bank_confirmed_at");
    expect((await call("POST", "/sandbox/refunds", { order_id: "a" })).json).toEqual({ order_id: "a", refunds: 1 });
    expect((await status()).refunds[0]).toHaveProperty("bank_confirmed_at");
    expect((await call("POST", "/sandbox/refunds", { order_id: "a" })).status).toBe(404);
  });

  test("takes a refund back: the money counts as paid again, and nobody is told", async () => {
    sandbox.faults.arm({ fault: "refund-taken-back" });
    await dashboard({ payable_balance: 15_000 });
    await paid();
    await refund({ refund_key: "one" });
    expect((await call("GET", "/sandbox/dashboard")).json.payable_balance).toBe(0);
    clock.pass(5_000);
    const after = await status();
    expect(after).toMatchObject({ transaction_status: "settlement", status_code: "200" });
    expect(after).not.toHaveProperty("refunds");
    expect((await call("GET", "/sandbox/dashboard")).json.payable_balance).toBe(15_000);
    expect(await merchant.until(1)).toHaveLength(1);
  });

  test.each([
    ["/refund", {}],
    ["/refund/online/direct", { amount: 5_000 }],
  ])("refuses at %s with 202, the transaction still settled, and nothing given back", async (path, body) => {
    sandbox.faults.arm({ fault: "refund-refused", times: 1 });
    await paid();
    const { json } = await call("POST", `/v2/a${path}`, { ...body, refund_key: "one" });
    expect(json).toMatchObject({
      status_code: "202",
      status_message: "Refund denied by the bank",
      transaction_status: "settlement",
      refund_chargeback_id: 1,
      refund_amount: "0.00",
      refund_key: "one",
    });
    expect(await status()).toMatchObject({ status_code: "200", transaction_status: "settlement" });
    expect(await refund({ refund_key: "one" })).toMatchObject({ status_code: "200", refund_chargeback_id: 2 });
    clock.pass(0);
    expect(await merchant.until(1)).toMatchObject([{ transaction_status: "refund" }]);
  });
});

test("a part that the bank refuses leaves the part before it as it is", async () => {
  await paid();
  await refund({ refund_key: "one", amount: 5_000 });
  sandbox.faults.arm({ fault: "refund-refused", times: 1 });
  expect(await refund({ refund_key: "two", amount: 1_000 })).toMatchObject({
    status_code: "202",
    transaction_status: "partial_refund",
    refund_amount: "0.00",
  });
  expect(await status()).toMatchObject({ refund_amount: "5000.00", refunds: [{ refund_key: "one" }] });
});

describe("a refund is refused", () => {
  test.each(["pending", "expire", "cancel", "deny"])("of what is %s", async (transaction_status) => {
    await paid("a", { transaction_status });
    expect(await refund()).toMatchObject({
      status_code: "412",
      status_message: "Merchant cannot modify the status of the transaction",
    });
  });

  test("of nothing", async () => {
    expect(await codeOf({}, "nothing")).toBe("404");
  });

  test.each([
    ["on-us", {}, 45],
    ["off-us", { transaction_type: "off-us" }, 7],
    ["at ShopeePay", { acquirer: "airpay shopee", transaction_type: "off-us" }, 365],
  ])("%s when its window is over", async (_, more, days) => {
    await paid("in-time", { ...more, paid_days_ago: days });
    await paid("too-late", { ...more, paid_days_ago: days + 0.001 });
    expect(await codeOf({}, "in-time")).toBe("200");
    expect(await codeOf({}, "too-late")).toBe("412");
  });

  test("when refunds are not activated, and only then", async () => {
    await paid();
    await dashboard({ refunds: false });
    expect(await codeOf()).toBe("412");
    await dashboard({ refunds: true });
    expect(await codeOf()).toBe("200");
  });

  test.each([["0"], [-5], [15_001]])("of %s rupiah out of 15000", async (amount) => {
    await paid();
    expect(await refund({ amount })).toMatchObject({
      status_code: "414",
      status_message: "Refund request is rejected due to invalid amount",
    });
  });

  test("in part by ShopeePay", async () => {
    await paid("a", { acquirer: "airpay shopee" });
    expect(await codeOf({ amount: 14_999 })).toBe("414");
    expect(await codeOf({ amount: 15_000 })).toBe("200");
  });

  test.each([
    ["2026-01-31T16:54:59Z", "200"],
    ["2026-01-31T16:55:00Z", "202"],
    ["2026-01-31T22:59:59Z", "202"],
    ["2026-01-31T23:00:00Z", "200"],
  ])("by ShopeePay at night: at %s it says %s", async (time, code) => {
    await paid("a", { acquirer: "airpay shopee" });
    await paid("gopay");
    clock.jumpWall(Date.parse(time) - clock.wall());
    expect(await codeOf()).toBe(code);
    expect(await codeOf({}, "gopay")).toBe("200");
  });

  test("by ShopeePay at night unless its rest is switched off", async () => {
    await paid("a", { acquirer: "airpay shopee" });
    clock.jumpWall(12 * 3_600_000);
    await dashboard({ night_rest: false });
    expect(await codeOf()).toBe("200");
  });

  test("for want of balance, and good under the same key once there is some", async () => {
    await paid();
    await dashboard({ payable_balance: 9_999 });
    expect(await refund({ refund_key: "one", amount: 10_000 })).toMatchObject({
      status_code: "414",
      status_message: "Refund request is rejected due to merchant insufficient funds",
    });
    await dashboard({ payable_balance: 10_000 });
    expect(await codeOf({ refund_key: "one", amount: 10_000 })).toBe("200");
    expect(await codeOf({ refund_key: "two", amount: 1 })).toBe("414");
  });

  test("under a key that was used, for another transaction too", async () => {
    await paid();
    await paid("b");
    await refund({ refund_key: "one", amount: 1 });
    expect(await refund({ refund_key: "one", amount: 1 })).toMatchObject({
      status_code: "406",
      status_message: "Duplicate refund ID",
    });
    expect(await codeOf({ refund_key: "one" }, "b")).toBe("406");
    expect((await status()).refunds).toHaveLength(1);
  });

  test("under a key that failed more than seven days ago", async () => {
    await paid();
    await dashboard({ payable_balance: 0 });
    expect(await codeOf({ refund_key: "one" })).toBe("414");
    clock.pass(7 * DAY_MS);
    expect(await codeOf({ refund_key: "one" })).toBe("414");
    clock.pass(1);
    expect(await codeOf({ refund_key: "one" })).toBe("406");
  });

  test.each<[string, unknown]>([
    ["400", { refund_key: "a b" }],
    ["400", { refund_key: "" }],
    ["400", { refund_key: 7 }],
    ["400", { amount: 0.5 }],
    ["400", { amount: "many" }],
    ["400", { amount: [] }],
    ["400", { reason: "x".repeat(256) }],
    ["400", { reason: 1 }],
    ["408", "[]"],
    ["413", '{"amount": 1'],
  ])("with %s: %o", async (code, body) => {
    await paid();
    expect(await codeOf(body)).toBe(code);
    expect(await status()).toMatchObject({ transaction_status: "settlement" });
  });

  test("without a key of the merchant", async () => {
    await paid();
    const { json } = await caller(sandbox, "other")("POST", "/v2/a/refund", {});
    expect(json.status_code).toBe("401");
  });
});

describe("faults of refunds", () => {
  test.each<[Parameters<Faults["arm"]>[0], string]>([
    [{ fault: "refund-refused", because: "not-now" }, "418"],
    [{ fault: "refund-refused", because: "no-balance" }, "414"],
    [{ fault: "refund-refused", because: "window-over" }, "412"],
    [{ fault: "refund-refused", because: "not-activated" }, "412"],
    [{ fault: "refund-refused", because: "night" }, "202"],
    [{ fault: "refuse", on: "refund", code: "503" }, "503"],
  ])("%o: nothing is given back", async (fault, code) => {
    sandbox.faults.arm(fault);
    await paid();
    expect(await codeOf({ refund_key: "one" })).toBe(code);
    expect(await status()).toMatchObject({ transaction_status: "settlement" });
  });

  test("lost-answer: it is made, and its key is used up", async () => {
    sandbox.faults.arm({ fault: "lost-answer", on: "refund", times: 1 });
    await paid();
    await expect(refund({ refund_key: "one" })).rejects.toThrow();
    expect(await status()).toMatchObject({ transaction_status: "refund", refunds: [{ refund_key: "one" }] });
    expect(await codeOf({ refund_key: "one" })).toBe("406");
  });

  test("an Idempotency-Key brings back the answer of what was made, never that of a denial", async () => {
    const key = { "idempotency-key": "k" };
    await paid();
    sandbox.faults.arm({ fault: "refund-refused", times: 1 });
    expect((await refund({ refund_key: "one" }, "a", key)).status_code).toBe("202");
    const made = await refund({ refund_key: "one" }, "a", key);
    expect(made.status_code).toBe("200");
    expect(await refund({ refund_key: "one" }, "a", key)).toEqual(made);
  });
});

test("what a dashboard cannot be set to is refused", async () => {
  for (const settings of [
    { payable_balance: -1 },
    { confirm_on_us_ms: "soon" },
    { refunds: 1 },
    { unheard: true },
    [],
  ]) {
    expect((await dashboard(settings)).status).toBe(400);
  }
});
