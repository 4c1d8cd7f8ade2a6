import { expect, test } from "vitest";
import { readPage, tapsGopay } from "./customer.ts";
import { openRig } from "./open-rig.ts";
import type { Rig } from "./rig.ts";

/* Charges as `gopay`: a code that every wallet scans, and a link that opens GoPay's app. */

const open = (): Promise<Rig> => openRig({ provider: "gopay", pages: true });

test("a customer scans the code of a charge as gopay with another wallet: told as qris, it is the same payment", async () => {
  const rig = await openRig({ provider: "gopay" });
  const { order, qr } = await rig.orders();
  expect(rig.chargesOf(order)).toMatchObject([{ gopay: {}, qr }]);
  expect(await rig.pays(qr, "DANA")).toMatchObject({ paid: true, amount: 15_000 });
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "delivered", paid: { amount: 15_000, issuer: "DANA" } });
  const ofQris = { isOnUs: false, traces: { merchant_cross_reference_id: expect.any(String) } };
  expect(await rig.backend.stateOf(order)).toMatchObject({ receipts: [{ payment: ofQris }] });
});

test("a customer pays in GoPay's app, which leads back saying that it failed: the page says what the ledger knows", async () => {
  const rig = await open();
  rig.arms({ fault: "false-callback" });
  const { order } = await rig.orders();
  const app = await tapsGopay(rig.stand.front?.order.page);
  const { paid, back } = await app.pays();
  expect([paid, back]).toEqual([true, expect.stringContaining("result=failure")]);
  await rig.endsWell();
  expect(await readPage(back)).toContain("Done. Thank you");
  const inApp = { acquirer: "gopay", traces: { payment_option_type: "GOPAY_WALLET" } };
  expect(await rig.backend.stateOf(order)).toMatchObject({ receipts: [{ payment: inApp }] });
});

test("a customer declines in GoPay's app, which leads back saying that it was paid: nothing leaves until it is", async () => {
  const rig = await open();
  rig.arms({ fault: "false-callback", times: 1 });
  const { order } = await rig.orders();
  const app = await tapsGopay(rig.stand.front?.order.page);
  const { paid, back } = await app.declines();
  expect([paid, back]).toEqual([false, expect.stringContaining("result=success")]);
  const words = await readPage(back);
  expect(words).toContain("The payment service has not told us yet");
  expect(words).not.toContain("Payment received");
  expect(rig.stand.front).toMatchObject({ at: "awaiting" });
  expect(await app.pays()).toMatchObject({ paid: true, back: expect.stringContaining("result=success") });
  await rig.endsWell();
  expect(rig.stand.pulsesOf(order)).toBe(1);
});

test("a customer cancels at the machine while GoPay's app is open: there is nothing to pay in it any more", async () => {
  const rig = await open();
  const { order } = await rig.orders();
  const app = await tapsGopay(rig.stand.front?.order.page);
  rig.stand.press("cancel");
  await rig.standIs("closed");
  const { paid, back } = await app.pays();
  expect(paid).toBe(false);
  expect(await readPage(back)).toContain("Do not pay the QR code any more");
  await rig.endsWell();
  expect(rig.chargesOf(order)).toMatchObject([{ standing: "cancel" }]);
});
