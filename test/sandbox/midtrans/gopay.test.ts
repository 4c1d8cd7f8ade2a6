import { beforeEach, describe, expect, test } from "vitest";
import { readQrImage } from "../../../backend/providers/qr-image.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import { addressed, readGopay } from "../../../sandbox/midtrans/gopay.ts";
import type { Sandbox } from "../../../sandbox/midtrans/start.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { type Caller, caller, type Json, type Merchant, startMerchant, startSandbox } from "./kit.ts";

const CALLBACK = "someapps://callback";
let clock: VirtualClock;
let merchant: Merchant;
let sandbox: Sandbox;
let call: Caller;
beforeEach(async () => {
  clock = new VirtualClock();
  merchant = await startMerchant();
  sandbox = await startSandbox({ clock, notificationUrl: merchant.url });
  call = caller(sandbox);
});

const charge = async (more: object = {}): Promise<Json> => {
  const body = { payment_type: "gopay", transaction_details: { order_id: "a", gross_amount: 44_000 } };
  return (await call("POST", "/v2/charge", { ...body, ...more })).json;
};
const urlOf = (json: Json, name: string): string => json.actions.find((each: Json) => each.name === name).url;
const status = async (): Promise<Json> => (await call("GET", "/v2/a/status")).json;
/** The last notification of `count`. */
async function heard(count: number): Promise<Json> {
  clock.pass(0);
  return (await merchant.until(count)).at(-1);
}

describe("a charge as gopay", () => {
  test("answers with five actions and, as in the samples, without qr_string, acquirer and merchant_id", async () => {
    const json = await charge({ gopay: { enable_callback: true, callback_url: CALLBACK } });
    const { transaction_id: id } = json;
    const deeplink = `${sandbox.url}/phone/app/checkout?referenceid=${id}&callback_url=someapps%3A%2F%2Fcallback%3Forder_id%3Da`;
    expect(json).toEqual({
      status_code: "201",
      status_message: "GO-PAY billing created",
      transaction_id: id,
      order_id: "a",
      gross_amount: "44000.00",
      currency: "IDR",
      payment_type: "gopay",
      transaction_time: "2026-01-01 07:00:00",
      transaction_status: "pending",
      fraud_status: "accept",
      actions: [
        { name: "generate-qr-code", method: "GET", url: `${sandbox.url}/v2/gopay/${id}/qr-code` },
        { name: "generate-qr-code-v2", method: "GET", url: `${sandbox.url}/v4/qris/gopay/${id}/qr-code` },
        { name: "deeplink-redirect", method: "GET", url: deeplink },
        { name: "get-status", method: "GET", url: `${sandbox.url}/v2/${id}/status` },
        { name: "cancel", method: "POST", url: `${sandbox.url}/v2/${id}/cancel`, fields: [] },
      ],
      channel_response_code: "200",
      channel_response_message: "Success",
      expiry_time: "2026-01-01 07:15:00",
    });
  });

  test("shows its code at both addresses, can be asked for and cancelled at the others", async () => {
    const json = await charge();
    for (const name of ["generate-qr-code", "generate-qr-code-v2"]) {
      const picture = await fetch(urlOf(json, name));
      expect(readQrImage(new Uint8Array(await picture.arrayBuffer()))).toBe(sandbox.midtrans.find("a")?.qr);
    }
    const path = (name: string) => new URL(urlOf(json, name)).pathname;
    expect((await call("GET", path("get-status"))).json).toMatchObject({ status_code: "201", payment_type: "gopay" });
    expect((await call("POST", path("cancel"))).json).toMatchObject({ status_code: "200", payment_type: "gopay" });
  });

  test("has its code's text too when told so", async () => {
    sandbox.faults.arm({ fault: "gopay-qr-string", times: 1 });
    expect((await charge()).qr_string).toBe(sandbox.midtrans.find("a")?.qr);
  });

  test("can be denied", async () => {
    sandbox.faults.arm({ fault: "deny", code: "900" });
    expect(await charge()).toMatchObject({
      status_code: "202",
      status_message: "GO-PAY transaction is rejected",
      payment_type: "gopay",
      transaction_status: "deny",
      channel_response_code: "900",
    });
  });

  test.each<[unknown, string]>([
    ["gopay", "gopay must be a JSON object"],
    [{ enable_callback: "yes" }, "gopay.enable_callback must be true or false"],
    ...[
      "nowhere",
      7,
      "javascript:alert(1)",
      "javascript://x/%0aalert(1)",
      "data://x",
      "app://a b",
      `https://x/${"y".repeat(1_000)}`,
    ].map((callback_url): [unknown, string] => [
      { enable_callback: true, callback_url },
      "gopay.callback_url must be an address like https://shop.example/done or someapps://callback",
    ]),
  ])("is refused with gopay %o", async (gopay, message) => {
    expect(await charge({ gopay })).toMatchObject({ status_code: "400", validation_messages: [message] });
  });

  test("is told and asked for as gopay, and without a scan's fields, until it is paid", async () => {
    await charge();
    for (const told of [await status(), await heard(1)]) {
      expect(told).toMatchObject({ payment_type: "gopay", transaction_status: "pending", status_code: "201" });
      for (const field of ["acquirer", "issuer", "transaction_type", "merchant_id", "merchant_cross_reference_id"]) {
        expect(told).not.toHaveProperty(field);
      }
    }
  });

  test("paid by scanning its code becomes qris", async () => {
    await charge();
    sandbox.midtrans.pay("a", { issuer: "DANA", route: "off-us", amount: rupiah(44_000) });
    for (const told of [await status(), await heard(2)]) {
      expect(told).toMatchObject({
        payment_type: "qris",
        transaction_type: "off-us",
        issuer: "DANA",
        acquirer: "gopay",
        merchant_id: "G490526303",
        merchant_cross_reference_id: expect.any(String),
      });
      expect(told).not.toHaveProperty("payment_option_type");
    }
  });

  test("paid in the app stays gopay, and says with what", async () => {
    await charge();
    const payment = { issuer: "gopay", route: "on-us", amount: rupiah(44_000), option: "PAY_LATER" } as const;
    sandbox.midtrans.pay("a", payment);
    for (const told of [await status(), await heard(2)]) {
      expect(told).toMatchObject({
        payment_type: "gopay",
        transaction_status: "settlement",
        payment_option_type: "PAY_LATER",
      });
      for (const field of ["acquirer", "issuer", "transaction_type", "merchant_cross_reference_id"]) {
        expect(told).not.toHaveProperty(field);
      }
    }
    const { json } = await call("POST", "/v2/a/refund", {});
    expect(json).toMatchObject({ status_code: "200", payment_type: "gopay" });
    expect(await heard(3)).toMatchObject({ transaction_status: "refund", payment_option_type: "PAY_LATER" });
  });
});

describe("the way back", () => {
  test.each([
    [undefined, "none"],
    [null, "none"],
    [{}, "none"],
    [{ callback_url: CALLBACK }, "none"],
    [{ enable_callback: false, callback_url: CALLBACK }, "none"],
    [{ enable_callback: true, callback_url: CALLBACK }, CALLBACK],
    [{ enable_callback: true }, "dashboard"],
  ])("of %o is %s", (gopay, callback) => {
    const messages: string[] = [];
    expect(readGopay(gopay, messages)).toEqual({ callback });
    expect(messages).toEqual([]);
  });

  test.each([
    [CALLBACK, "someapps://callback?order_id=a&result=success"],
    ["https://x/y?z=1", "https://x/y?z=1&order_id=a&result=success"],
    ["https://x/y#z", "https://x/y?order_id=a&result=success#z"],
  ])("to %s is %s", (callback, address) => {
    expect(addressed(callback, { order_id: "a", result: "success" })).toBe(address);
  });

  test("without an address of its own is the dashboard's", async () => {
    const json = await charge({ gopay: { enable_callback: true } });
    expect(urlOf(json, "deeplink-redirect")).not.toContain("callback_url");
    await call("POST", "/sandbox/dashboard", { callback_url: CALLBACK });
    await call("POST", "/v2/a/cancel");
    expect(urlOf(await charge({ gopay: { enable_callback: true } }), "deeplink-redirect")).toContain("callback_url");
    expect((await call("POST", "/sandbox/dashboard", { callback_url: "javascript:alert(1)" })).status).toBe(400);
  });
});
