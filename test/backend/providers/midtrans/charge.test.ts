import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { rupiah } from "../../../../protocol/rupiah.ts";
import { attempt, charged, fixture, ORDER, REFERENCE } from "./samples.ts";
import { NEVER, PENDING, TapeRig } from "./tape-rig.ts";
import type { Reply } from "./tape-server.ts";

let rig: TapeRig;
beforeEach(() => {
  rig = new TapeRig();
});
afterEach(() => rig.close());

describe("a charge", () => {
  test("asks for a QRIS charge with everything the operator will look for at Midtrans", async () => {
    const provider = await rig.against([PENDING], { site: "Kemang Raya" });
    await provider.charge(attempt, NEVER);
    expect(rig.heard().line).toBe("POST /v2/charge");
    expect(rig.heard().json).toEqual({
      payment_type: "qris",
      transaction_details: { order_id: REFERENCE, gross_amount: 17_000 },
      item_details: [
        { id: "water", name: "Air mineral", price: 5_000, quantity: 2 },
        { id: "tea", name: "Teh botol", price: 7_000, quantity: 1 },
      ],
      qris: { acquirer: "gopay" },
      custom_expiry: { expiry_duration: 15, unit: "minute" },
      custom_field1: "kemang-01",
      custom_field2: ORDER,
      custom_field3: "Kemang Raya",
      metadata: { stand: "kemang-01", order: ORDER, site: "Kemang Raya" },
    });
  });

  test("says nothing of a site that has no name, nor of a customer whom nobody knows", async () => {
    const provider = await rig.against([PENDING]);
    await provider.charge(attempt, NEVER);
    expect(rig.json()["metadata"]).toEqual({ stand: "kemang-01", order: ORDER });
    expect(rig.json()).not.toHaveProperty("custom_field3");
    expect(rig.json()).not.toHaveProperty("customer_details");
  });

  test("carries the key as Basic authorisation with an empty password, and the addresses to notify", async () => {
    const notificationUrls = ["https://one.example/midtrans", "https://two.example/midtrans"];
    const provider = await rig.against([PENDING], { notificationUrls });
    await provider.charge(attempt, NEVER);
    expect(rig.heard().headers).toMatchObject({
      accept: "application/json",
      "content-type": "application/json",
      authorization: `Basic ${btoa("SB-Mid-server-for-these-tests:")}`,
      "x-override-notification": "https://one.example/midtrans,https://two.example/midtrans",
    });
  });

  test("can have the notifications sent elsewhere as well, the dashboard's address included", async () => {
    const appendNotificationUrls = ["https://one.example/midtrans", "https://two.example/midtrans"];
    const provider = await rig.against([PENDING], { appendNotificationUrls });
    await provider.charge(attempt, NEVER);
    expect(rig.header("x-append-notification")).toBe("https://one.example/midtrans,https://two.example/midtrans");
    expect(rig.heard().headers).not.toHaveProperty("x-override-notification");
  });

  test("without addresses leaves the notifications to the dashboard", async () => {
    const provider = await rig.against([PENDING]);
    await provider.charge(attempt, NEVER);
    expect(rig.heard().headers).not.toHaveProperty("x-override-notification");
    expect(rig.heard().headers).not.toHaveProperty("x-append-notification");
  });

  test.each([
    [60_000, "gopay", 15],
    [900_001, "gopay", 16],
    [30 * 86_400_000, "gopay", 10_080],
    [30 * 86_400_000, "airpay shopee", 7_200],
  ] as const)("valid for %i ms at %s ends there after %i minutes", async (validForMs, acquirer, expiry_duration) => {
    const provider = await rig.against([PENDING], { acquirer });
    await provider.charge({ ...attempt, validForMs }, NEVER);
    expect(rig.heard().json).toMatchObject({ qris: { acquirer }, custom_expiry: { expiry_duration, unit: "minute" } });
  });

  test("is an offer when Midtrans says so", async () => {
    const provider = await rig.against([PENDING]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "issued", qr: charged["qr_string"] });
  });

  test("whose items do not add up is refused here, and Midtrans is not asked", async () => {
    const provider = await rig.against([]);
    const outcome = await provider.charge({ ...attempt, amount: rupiah(16_999) }, NEVER);
    expect(outcome).toMatchObject({ is: "refused", retriable: false, because: "bad-amount" });
    expect(rig.lines()).toEqual([]);
  });

  test("repeated has the same idempotency key; another attempt, and another call, has another", async () => {
    const provider = await rig.against(() => PENDING);
    await provider.charge(attempt, NEVER);
    await provider.charge(attempt, NEVER);
    await provider.charge({ ...attempt, number: 3 }, NEVER);
    await provider.void(attempt, NEVER);
    const [first = "", second, third, cancel] = [0, 1, 2, 3].map((at) => rig.header("idempotency-key", at));
    expect(second).toBe(first);
    expect(new Set([first, third, cancel]).size).toBe(3);
    expect(first).toMatch(/^[\x21-\x7e]{16,36}$/);
  });

  test("may be tried again when it surely never left", async () => {
    const provider = await rig.against([]);
    await rig.leave();
    expect(await provider.charge(attempt, NEVER)).toMatchObject({
      is: "refused",
      retriable: true,
      because: "unavailable",
    });
  });

  test.each<[string, Reply]>([
    ["the connection breaks", "hang-up"],
    ["a gateway answers with a page", { status: 502, body: "<html>bad gateway</html>" }],
    ["the answer has no code", { status: 503, body: { error: "later" } }],
    ["the answer is longer than any of Midtrans'", { body: { ...charged, padding: "x".repeat(300_000) } }],
    ["the order was charged before", { body: fixture("charge-error-406-2025") }],
  ])("is unclear when %s", async (_, reply) => {
    const provider = await rig.against([reply]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "unclear" });
  });

  test("goes by the code in the body, not by HTTP's", async () => {
    const provider = await rig.against([
      { status: 500, body: charged },
      { status: 200, body: fixture("charge-deny-900") },
    ]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "issued" });
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "refused", retriable: true, because: "denied" });
  });

  test("is unclear when Midtrans keeps silent for 15 seconds", async () => {
    const provider = await rig.against((one) => {
      rig.clock.pass(one.line === "POST /v2/charge" ? 15_000 : 0);
      return PENDING;
    });
    expect(await provider.charge(attempt, NEVER)).toEqual({
      is: "unclear",
      detail: "silent: no full answer within 15000 ms",
    });
  });
});
