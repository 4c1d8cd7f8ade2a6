import { beforeEach, describe, expect, test } from "vitest";
import type { SandboxWithPhone } from "../../../sandbox/phone/start.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { type Caller, caller, chargeOf, type Json, startMerchant } from "../midtrans/kit.ts";
import { startPhone, tell } from "./kit.ts";

let clock: VirtualClock;
let sandbox: SandboxWithPhone;
let call: Caller;
beforeEach(async () => {
  clock = new VirtualClock();
  sandbox = await startPhone({ clock });
  call = caller(sandbox);
});

const charge = async (order = "a", more: object = {}): Promise<string> =>
  (await call("POST", "/v2/charge", { ...chargeOf(order), ...more })).json.qr_string;
const standing = () => sandbox.midtrans.find("a")?.standing;
const history = async (): Promise<readonly Json[]> =>
  ((await (await fetch(`${sandbox.phone}/history`)).json()) as Json).entries;
const lines = async () => (await history()).map(({ what, amount, issuer }) => [what, amount, issuer]);

describe("a payment that Midtrans hears of later", () => {
  test("is paid in the wallet at once, settled after its time, and notified then", async () => {
    const merchant = await startMerchant();
    await call("POST", "/sandbox/dashboard", { notification_url: merchant.url });
    const qr = await charge();
    clock.pass(0);
    await merchant.until(1);
    expect(await tell(sandbox, "pay", { qr, issuer: "OVO", late: { ms: 60_000 } })).toMatchObject({ paid: true });
    expect(await lines()).toEqual([["paid", 15_000, "OVO"]]);
    clock.pass(0);
    expect(sandbox.notifier.deliveries()).toHaveLength(1);
    expect(await tell(sandbox, "scan", { qr })).toMatchObject({ payable: false, because: "already-paid" });
    expect(await tell(sandbox, "pay", { qr })).toMatchObject({ paid: false, because: "already-paid" });
    expect(await (await fetch(`${sandbox.phone}/open`)).json()).toEqual({ open: [] });
    clock.pass(59_999);
    expect((await call("GET", "/v2/a/status")).json).toMatchObject({
      status_code: "201",
      transaction_status: "pending",
    });
    clock.pass(1);
    expect((await call("GET", "/v2/a/status")).json).toMatchObject({ status_code: "200", issuer: "OVO" });
    clock.pass(0);
    expect((await merchant.until(2))[1]).toMatchObject({
      transaction_status: "settlement",
      transaction_type: "off-us",
    });
  });

  test("at the last second settles after the expiry time, when the scheduler has not come by", async () => {
    const qr = await charge("a", { custom_expiry: { expiry_duration: 30, unit: "second" } });
    clock.pass(29_999);
    expect(await tell(sandbox, "pay", { qr, late: { ms: 20_000 } })).toMatchObject({ paid: true });
    clock.pass(20_000);
    expect(standing()).toBe("settlement");
  });

  test("comes back by itself when the charge has expired by then, and the wallet says why", async () => {
    const qr = await charge("a", { custom_expiry: { expiry_duration: 30, unit: "second" } });
    clock.pass(29_999);
    await tell(sandbox, "pay", { qr, late: { ms: 3_600_000 } });
    clock.pass(60_000);
    expect(standing()).toBe("expire");
    expect(await lines()).toEqual([
      ["returned", 15_000, "gopay"],
      ["paid", 15_000, "gopay"],
    ]);
    expect((await history())[0]).toMatchObject({
      at: "2026-01-01T00:01:00.000Z",
      merchant: "Warung Sandbox",
      order: "a",
      words: { en: "Returned automatically: the shop never received this payment." },
    });
    clock.pass(3_600_000);
    expect(standing()).toBe("expire");
  });

  test("settles after cancel, when it shall", async () => {
    const qr = await charge();
    await tell(sandbox, "pay", { qr, late: { ms: 60_000, if_ended: "settle" } });
    expect((await call("POST", "/v2/a/cancel")).json.status_code).toBe("200");
    clock.pass(60_000);
    expect(standing()).toBe("settlement");
    expect(await lines()).toEqual([["paid", 15_000, "gopay"]]);
  });

  test("can be brought about by a fault, and never be heard of", async () => {
    sandbox.faults.arm({ fault: "late-settlement", times: 1 });
    expect(await tell(sandbox, "pay", { qr: await charge() })).toMatchObject({ paid: true });
    clock.pass(600_000);
    expect(standing()).toBe("pending");
    await call("POST", "/v2/a/expire");
    expect((await lines()).map(([what]) => what)).toEqual(["returned", "paid"]);
  });

  test("is possible in GoPay's app too", async () => {
    const body = { payment_type: "gopay", transaction_details: { order_id: "a", gross_amount: 9_000 } };
    const { transaction_id: referenceid } = (await call("POST", "/v2/charge", body)).json;
    const late = { ms: 5_000 };
    expect(await tell(sandbox, "app/pay", { referenceid, late })).toMatchObject({ paid: true });
    expect(standing()).toBe("pending");
    clock.pass(5_000);
    expect(sandbox.midtrans.find("a")).toMatchObject({ standing: "settlement", payment: { option: "GOPAY_WALLET" } });
  });

  test.each([7, { ms: -1 }, { ms: 1.5 }, { if_ended: "keep" }, { ms: 1, more: 1 }])(
    "cannot be late %o",
    async (late) => {
      expect(await tell(sandbox, "pay", { qr: await charge(), late })).toMatchObject({ error: "malformed" });
    },
  );
});

describe("the history", () => {
  test("shows refunds once the bank has confirmed them, with the merchant's reason", async () => {
    await tell(sandbox, "pay", { qr: await charge() });
    await call("POST", "/v2/a/refund", { amount: 5_000, reason: "Barang macet" });
    await call("POST", "/v2/a/refund", { amount: 1_000 });
    expect(await lines()).toEqual([["paid", 15_000, "gopay"]]);
    clock.pass(5_000);
    expect(await lines()).toEqual([
      ["refunded", 1_000, "gopay"],
      ["refunded", 5_000, "gopay"],
      ["paid", 15_000, "gopay"],
    ]);
    expect((await history()).map(({ reason }) => reason)).toEqual([undefined, "Barang macet", undefined]);
  });

  test("is empty at first, and never longer than fifty lines", async () => {
    expect(await history()).toEqual([]);
    const rows = Array.from({ length: 60 }, (_, nth) => ({
      order_id: `o-${nth}`,
      gross_amount: 1_000 + nth,
      transaction_status: "settlement",
      paid_days_ago: 60 - nth,
    }));
    await call("POST", "/sandbox/seed", { transactions: rows });
    const amounts = (await history()).map(({ amount }) => amount);
    expect(amounts).toHaveLength(50);
    expect(amounts.slice(0, 2)).toEqual([1_059, 1_058]);
  });
});

describe("who pays", () => {
  test.each([
    ["gopay", "gopay", "on-us"],
    ["gopay", "ShopeePay", "off-us"],
    ["airpay shopee", "ShopeePay", "on-us"],
    ["airpay shopee", "gopay", "off-us"],
    ["airpay shopee", "BCA", "off-us"],
  ])(
    "at %s with %s pays %s, and ShopeePay's numbers are there only where it acquires",
    async (acquirer, issuer, route) => {
      const qr = await charge("a", { qris: { acquirer } });
      expect(await tell(sandbox, "scan", { qr })).toMatchObject({
        ownWallet: acquirer === "gopay" ? "gopay" : "shopeepay",
      });
      expect((await call("GET", "/v2/a/status")).json).not.toHaveProperty("merchant_cross_reference_id");
      await tell(sandbox, "pay", { qr, issuer });
      const { json } = await call("GET", "/v2/a/status");
      expect(json).toMatchObject({ acquirer, issuer, transaction_type: route });
      const traces = ["merchant_cross_reference_id", "shopeepay_reference_number", "reference_id"].filter(
        (name) => name in json,
      );
      expect(traces).toEqual(
        acquirer === "gopay" ? ["merchant_cross_reference_id"] : ["shopeepay_reference_number", "reference_id"],
      );
      if (acquirer !== "gopay") {
        expect(json.shopeepay_reference_number).toMatch(/^\d{18}$/);
        expect(json.reference_id).toMatch(/^QR-\w{22}$/);
      }
    },
  );
});
