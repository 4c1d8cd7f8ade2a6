import { beforeEach, describe, expect, test } from "vitest";
import { checkOffer } from "../../../protocol/qris.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import { faultSchema } from "../../../sandbox/midtrans/fault.ts";
import { magicOf } from "../../../sandbox/midtrans/magic.ts";
import type { SandboxWithPhone } from "../../../sandbox/phone/start.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { startPhone, tell } from "../phone/kit.ts";
import { Client } from "../snap/kit.ts";
import { type Caller, caller, chargeOf, type Json, type Merchant, startMerchant } from "./kit.ts";

describe("an amount", () => {
  test.each([
    [9_400_402, { fault: "refuse", on: "charge", code: "402" }],
    [9_401_900, { fault: "deny", code: "900" }],
    [9_402_001, { fault: "no-qr-string" }],
    [9_402_002, { fault: "bad-qr", how: "crc" }],
    [9_402_003, { fault: "bad-qr", how: "amount" }],
    [9_402_004, { fault: "bad-qr", how: "static" }],
    [9_402_005, { fault: "bad-qr", how: "garbage" }],
    [9_402_006, { fault: "expiry-field", as: "none" }],
    [9_402_007, { fault: "expiry-field", as: "expire_time" }],
    [9_402_008, { fault: "gopay-qr-string" }],
    [9_403_030, { fault: "delay", on: "charge", when: "before", ms: 30_000 }],
    [9_404_030, { fault: "delay", on: "charge", when: "after", ms: 30_000 }],
    [9_405_001, { fault: "lost-answer", on: "charge" }],
    [9_406_502, { fault: "error", on: "charge", when: "before", http: 502 }],
    [9_407_502, { fault: "error", on: "charge", when: "after", http: 502 }],
    [9_410_202, { fault: "refund-refused", because: "by-bank" }],
    [9_410_412, { fault: "refund-refused", because: "window-over" }],
    [9_410_414, { fault: "refund-refused", because: "no-balance" }],
    [9_410_418, { fault: "refund-refused", because: "not-now" }],
    [9_410_503, { fault: "refuse", on: "refund", code: "503" }],
    [9_411_001, { fault: "refund-unconfirmed" }],
    [9_411_002, { fault: "refund-taken-back" }],
    [9_411_003, { fault: "lost-answer", on: "refund" }],
    [9_420_090, { fault: "late-settlement", ms: 90_000, if_ended: "return" }],
    [9_421_090, { fault: "late-settlement", ms: 90_000, if_ended: "settle" }],
    [9_422_001, { fault: "late-settlement", if_ended: "return" }],
    [9_422_002, { fault: "payable-late" }],
    [9_430_071, { fault: "fee", amount: 71 }],
    [9_440_001, { fault: "drop", of: "settlement" }],
    [9_440_002, { fault: "duplicate", of: "settlement", copies: 1 }],
    [9_440_003, { fault: "forge", of: "settlement" }],
    [9_440_004, { fault: "wrong-amount", of: "settlement", amount: 1, signed: true }],
    [9_440_005, { fault: "reorder", of: "pending" }],
    [9_441_020, { fault: "late", of: "settlement", ms: 20_000 }],
    [9_450_001, { fault: "false-callback" }],
    [9_460_415, { fault: "refuse", on: "charge", code: "4044715" }],
    [9_461_401, { fault: "refuse", on: "charge", code: "5044701" }],
    [9_462_900, { fault: "refuse", on: "charge", code: "4294700" }],
    [9_463_200, { fault: "refuse", on: "charge", code: "2024700" }],
    [9_470_314, { fault: "refuse", on: "refund", code: "4037814" }],
    [9_471_400, { fault: "refuse", on: "refund", code: "5047800" }],
  ])("of %i brings about %o, which could be armed too", (amount, fault) => {
    expect(magicOf(amount)).toEqual(fault);
    expect(faultSchema.parse(fault)).toEqual(fault);
  });

  test.each([
    0,
    15_000,
    9_400_000,
    9_402_000,
    9_460_000,
    9_399_402,
    9_500_001,
    940_402,
    9_402_009,
    9_480_001,
    Number.NaN,
    9_400_402.5,
  ])("of %d brings about nothing", (amount) => {
    expect(magicOf(amount)).toBeUndefined();
  });
});

describe("a magic amount", () => {
  let clock: VirtualClock;
  let merchant: Merchant;
  let sandbox: SandboxWithPhone;
  let call: Caller;
  beforeEach(async () => {
    clock = new VirtualClock();
    merchant = await startMerchant();
    sandbox = await startPhone({ clock, notificationUrl: merchant.url });
    call = caller(sandbox);
  });

  const charge = async (amount: number): Promise<Json> =>
    (await call("POST", "/v2/charge", chargeOf("a", amount))).json;
  const pay = async (amount: number): Promise<Json> => tell(sandbox, "pay", { qr: (await charge(amount)).qr_string });
  const status = async (): Promise<Json> => (await call("GET", "/v2/a/status")).json;

  test("refuses the charge, however it is written", async () => {
    expect((await charge(9_400_410)).status_code).toBe("410");
    const written = { payment_type: "qris", transaction_details: { order_id: "a", gross_amount: "9400410" } };
    expect((await call("POST", "/v2/charge", written)).json.status_code).toBe("410");
    expect(sandbox.midtrans.transactions()).toEqual([]);
  });

  test("denies the charge, and spoils its code", async () => {
    expect(await charge(9_401_112)).toMatchObject({ transaction_status: "deny", channel_response_code: "112" });
    expect(checkOffer((await charge(9_402_002)).qr_string, rupiah(9_402_002))).not.toBe("good");
  });

  test("loses the answer of a charge that is made, each time", async () => {
    await expect(charge(9_405_001)).rejects.toThrow();
    expect((await status()).transaction_status).toBe("pending");
    await call("POST", "/v2/a/cancel");
    await expect(charge(9_405_001)).rejects.toThrow();
  });

  test("takes its time to answer", async () => {
    const answer = charge(9_404_030);
    await expect.poll(() => sandbox.midtrans.transactions()).toHaveLength(1);
    clock.pass(30_000);
    expect((await answer).status_code).toBe("201");
  });

  test.each([
    [9_410_202, "202"],
    [9_410_412, "412"],
    [9_410_414, "414"],
    [9_410_418, "418"],
    [9_410_500, "500"],
  ])("%i refuses the refund with %s", async (amount, code) => {
    expect(await pay(amount)).toMatchObject({ paid: true });
    expect((await call("POST", "/v2/a/refund", {})).json.status_code).toBe(code);
    expect((await status()).transaction_status).toBe("settlement");
  });

  test("settles late", async () => {
    await call("POST", "/sandbox/dashboard", { notification_url: null });
    await pay(9_420_090);
    expect((await status()).transaction_status).toBe("pending");
    clock.pass(90_000);
    expect((await status()).transaction_status).toBe("settlement");
  });

  test("has a fee put on top", async () => {
    await pay(9_430_071);
    expect((await status()).gross_amount).toBe("9430142.00");
  });

  test("is not notified of, or only later", async () => {
    await pay(9_440_001);
    await call("POST", "/v2/charge", chargeOf("b", 9_441_001));
    sandbox.midtrans.settle("b");
    clock.pass(0);
    await merchant.until(2);
    clock.pass(1_000);
    const told = (await merchant.until(3)).map((each) => `${each.order_id} ${each.transaction_status}`);
    expect(told.sort()).toEqual(["a pending", "b pending", "b settlement"]);
  });

  test("works over BI-SNAP, for charges and refunds", async () => {
    const client = new Client(sandbox.snap, () => clock.wall());
    const token = (await client.token()).json.accessToken;
    const generate = (id: string, value: string) =>
      client.call("generate", token, { amount: { value, currency: "IDR" } }, { "x-external-id": id });
    expect((await generate("x", "9460415.00")).json.responseCode).toBe("4044715");
    const { json } = await generate("a", "9470314.00");
    await tell(sandbox, "pay", { qr: json.qrContent });
    const body = {
      merchantId: "G490526303",
      originalPartnerReferenceNo: "a",
      originalExternalId: "a",
      partnerRefundNo: "r",
    };
    const refused = await client.call("refund", token, body, { "x-external-id": "r" });
    expect(refused.json.responseCode).toBe("4037814");
  });

  test("over the Core API says the first three digits of what BI-SNAP would", async () => {
    expect((await charge(9_460_415)).status_code).toBe("404");
  });

  test("is any other when magic is switched off", async () => {
    await call("POST", "/sandbox/dashboard", { magic_amounts: false });
    expect((await charge(9_400_410)).status_code).toBe("201");
  });
});
