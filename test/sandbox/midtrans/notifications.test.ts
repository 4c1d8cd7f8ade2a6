import { beforeEach, describe, expect, test } from "vitest";
import { rupiah } from "../../../protocol/rupiah.ts";
import type { Payment } from "../../../sandbox/midtrans/acquirer.ts";
import { signatureOf } from "../../../sandbox/midtrans/signature.ts";
import type { Sandbox } from "../../../sandbox/midtrans/start.ts";
import {
  type Caller,
  caller,
  chargeOf,
  type Json,
  type Merchant,
  SERVER_KEY,
  standingsOf,
  startMerchant,
  startSandbox,
} from "./kit.ts";

const payment: Payment = { issuer: "gopay", route: "on-us", amount: rupiah(15_000) };

let merchant: Merchant;
let sandbox: Sandbox;
let call: Caller;
beforeEach(async () => {
  merchant = await startMerchant();
  sandbox = await startSandbox({ notificationUrl: merchant.url });
  call = caller(sandbox);
});

const isSigned = (body: Json): boolean =>
  body.signature_key ===
  signatureOf({ orderId: body.order_id, statusCode: body.status_code, grossAmount: body.gross_amount }, SERVER_KEY);

async function charge(body: object = chargeOf("a"), headers: Record<string, string> = {}): Promise<string> {
  return (await call("POST", "/v2/charge", body, headers)).json.transaction_id;
}

/** The body of the notification that this standing brings. */
async function heardOf(standing: string): Promise<Json> {
  for (let count = 1; ; count += 1) {
    const found = (await merchant.until(count)).find((each) => each.transaction_status === standing);
    if (found !== undefined) return found;
  }
}

describe("a notification", () => {
  test("tells of a charge at once", async () => {
    const id = await charge({ ...chargeOf("a"), metadata: { stand: "s1" }, custom_field1: "one" });
    const [body] = await merchant.until(1);
    expect(body).toMatchObject({
      status_code: "201",
      transaction_status: "pending",
      transaction_id: id,
      order_id: "a",
      gross_amount: "15000.00",
      merchant_id: "G490526303",
      payment_type: "qris",
      acquirer: "gopay",
      currency: "IDR",
      fraud_status: "accept",
      status_message: "midtrans payment notification",
      transaction_type: "off-us",
      metadata: { stand: "s1" },
      custom_field1: "one",
      expiry_time: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    });
    expect(body).not.toHaveProperty("issuer");
    expect(isSigned(body)).toBe(true);
  });

  test.each([
    ["gopay", "on-us"],
    ["Mandiri", "off-us"],
  ] as const)("tells that %s paid, %s", async (issuer, route) => {
    const id = await charge();
    sandbox.midtrans.pay(id, { ...payment, issuer, route });
    const body = await heardOf("settlement");
    expect(body).toMatchObject({ status_code: "200", issuer, transaction_type: route, order_id: "a" });
    expect(body.settlement_time).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect(isSigned(body)).toBe(true);
  });

  test.each(["cancel", "expire"])("tells of %s, with 202", async (how) => {
    await charge();
    await call("POST", `/v2/a/${how}`);
    const body = await heardOf(how);
    expect(body.status_code).toBe("202");
    expect(isSigned(body)).toBe(true);
  });

  test("goes where X-Override-Notification says, and there only", async () => {
    const [one, two] = [await startMerchant(), await startMerchant()];
    await charge(chargeOf("a"), { "x-override-notification": `${one.url}, ${two.url}` });
    await Promise.all([one.until(1), two.until(1)]);
    expect(merchant.heard).toEqual([]);
  });

  test("goes where X-Append-Notification says, and to the dashboard's address", async () => {
    const beside = await startMerchant();
    await charge(chargeOf("a"), { "x-append-notification": beside.url });
    await Promise.all([beside.until(1), merchant.until(1)]);
  });

  test("is repeated by the answer, faster by the speed", async () => {
    let answers = [503, 404, 200];
    const slow = await startMerchant(() => {
      const [status = 200, ...rest] = answers;
      answers = rest;
      return { status, body: "" };
    });
    const fast = await startSandbox({ notificationUrl: slow.url, speed: 20_000 });
    const lasting = { ...chargeOf("a"), custom_expiry: { expiry_duration: 7, unit: "day" } };
    await caller(fast)("POST", "/v2/charge", lasting);
    await slow.until(3);
    const tried = () =>
      fast.notifier.deliveries().map(({ state, tries }) => [state, tries.map(({ answered }) => answered)]);
    await expect.poll(tried).toEqual([["delivered", [503, 404, 200]]]);
  });

  test("does not leave this machine", async () => {
    await charge(chargeOf("a"), { "x-override-notification": "http://192.0.2.1/hook" });
    await expect.poll(() => sandbox.notifier.deliveries()).toMatchObject([{ state: "refused" }]);
  });
});

describe("faults of notifications", () => {
  test("drop: it never comes", async () => {
    sandbox.faults.arm({ fault: "drop", of: "pending" });
    sandbox.midtrans.pay(await charge(), payment);
    expect(standingsOf(await merchant.until(1))).toEqual(["settlement"]);
  });

  test("duplicate: it comes several times", async () => {
    sandbox.faults.arm({ fault: "duplicate", of: "pending", copies: 2 });
    await charge();
    const heard = await merchant.until(3);
    expect(new Set(heard.map((each) => JSON.stringify(each))).size).toBe(1);
  });

  test("reorder: pending comes behind settlement", async () => {
    sandbox.faults.arm({ fault: "reorder", of: "pending" });
    sandbox.midtrans.pay(await charge(), payment);
    expect(standingsOf(await merchant.until(2))).toEqual(["settlement", "pending"]);
  });

  test("late: it comes after its time", async () => {
    sandbox.faults.arm({ fault: "late", of: "pending", ms: 100 });
    sandbox.midtrans.pay(await charge(), payment);
    expect(standingsOf(await merchant.until(2))).toEqual(["settlement", "pending"]);
  });

  test("forge: the signature is somebody else's", async () => {
    sandbox.faults.arm({ fault: "forge", of: "settlement" });
    sandbox.midtrans.pay(await charge(), payment);
    const body = await heardOf("settlement");
    expect(body.signature_key).toMatch(/^[0-9a-f]{128}$/);
    expect(isSigned(body)).toBe(false);
  });

  test.each([true, false])("wrong-amount: the signature fits it: %s", async (signed) => {
    sandbox.faults.arm({ fault: "wrong-amount", of: "settlement", amount: 1, signed });
    sandbox.midtrans.pay(await charge(), payment);
    const body = await heardOf("settlement");
    expect(body.gross_amount).toBe("1.00");
    expect(isSigned(body)).toBe(signed);
    expect((await call("GET", "/v2/a/status")).json.gross_amount).toBe("15000.00");
  });

  test("alter: what the signature does not cover is changed under it", async () => {
    sandbox.faults.arm({ fault: "alter", of: "pending", fields: { transaction_status: "settlement", new_field: [1] } });
    await charge();
    const body = await heardOf("settlement");
    expect(body).toMatchObject({ status_code: "201", new_field: [1] });
    expect(isSigned(body)).toBe(true);
  });

  test("fee: amount and signature carry it, metadata tells it apart", async () => {
    sandbox.faults.arm({ fault: "fee", amount: 71 });
    const { json } = await call("POST", "/v2/charge", { ...chargeOf("a", 10_000), metadata: { stand: "s1" } });
    expect(json.gross_amount).toBe("10000.00");
    sandbox.midtrans.pay(json.transaction_id, { ...payment, amount: rupiah(10_000) });
    const imposed = { original_amount: "10000", gross_amount: "10071", customer_imposed_payment_fee: "71" };
    const metadata = { stand: "s1", extra_info: { gross_amount_info: imposed } };
    const body = await heardOf("settlement");
    expect(body).toMatchObject({ gross_amount: "10071.00", metadata });
    expect(isSigned(body)).toBe(true);
    expect((await call("GET", "/v2/a/status")).json).toMatchObject({ gross_amount: "10071.00", metadata });
  });
});

describe("the contradiction", () => {
  test.each(["cancel", "expire"])("money turns up after %s", async (how) => {
    await charge();
    await call("POST", `/v2/a/${how}`);
    expect((await call("POST", "/sandbox/settle", { order_id: "a" })).status).toBe(200);
    const body = await heardOf("settlement");
    expect(body).toMatchObject({ status_code: "200", transaction_status: "settlement", issuer: "gopay" });
    expect((await call("GET", "/v2/a/status")).json.status_code).toBe("200");
  });

  test("does not settle twice", async () => {
    await charge();
    await call("POST", "/sandbox/settle", { order_id: "a" });
    expect((await call("POST", "/sandbox/settle", { order_id: "a" })).status).toBe(409);
  });
});
