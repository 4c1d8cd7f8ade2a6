import { expect, test } from "vitest";
import type { OrderId } from "../../protocol/ids.ts";
import { coffee } from "../support/sale.ts";
import { readPage } from "./customer.ts";
import { openRig, type RigOptions } from "./open-rig.ts";
import type { Rig } from "./rig.ts";

/* Money that comes when the sale is over, and goods that stay in the machine: what happens by itself, as the stand is told to. */

const LATE_MS = 60_000;
/** Midtrans ends a charge after 15 minutes, here 40 times as soon, and looks once a minute. */
const ENDED_MS = (16 * 60_000) / 40;

/** A sale whose wallet has paid, which Midtrans hears of when it is over. */
async function lateSale(end: "cancel" | "expire", options: RigOptions) {
  const rig = await openRig({ stands: [{ rules: { graceMs: 0 } }], pages: true, ...options });
  rig.arms({ fault: "late-settlement", ms: LATE_MS, if_ended: "settle" });
  const { order, qr } = await rig.orders();
  expect(await rig.pays(qr)).toMatchObject({ paid: true });
  if (end === "cancel") rig.stand.press("cancel");
  else rig.clock.skip(ENDED_MS);
  await rig.standIs("closed");
  expect(rig.chargesOf(order)).toMatchObject([{ standing: end }]);
  rig.clock.skip(LATE_MS);
  return { rig, order, page: rig.stand.front?.order.page };
}

test("money that comes after Midtrans let the code expire is held for staff", async () => {
  const { rig, order, page } = await lateSale("expire", {});
  await rig.backendIs("owed", order);
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "troubled", because: "paid-late" });
  expect(rig.moneyOf(order)).toMatchObject({ kept: 15_000 });
  expect(await readPage(page)).toContain("Your payment came after the time was over");
});

test.each(["cancel", "expire"] as const)(
  "money that comes after the %s goes back, where that is the rule",
  async (end) => {
    const { rig, order, page } = await lateSale(end, { policies: { late: "refund" } });
    await rig.backendIs("refunding", order);
    expect(await readPage(page)).toContain("Your money is on its way back");
    await rig.endsWellInTime();
    expect(rig.stand.front).toMatchObject({ at: "closed", ending: { is: "remedied", how: "refunded" } });
    expect(rig.moneyOf(order)).toMatchObject({ paid: 15_000, back: 15_000 });
    expect(await readPage(page)).toMatch(/Your money has been returned[\s\S]*Rp 15\.000 went back to the account/);
    expect(rig.stand.pulsesOf(order)).toBe(0);
  },
);

test("money that comes after the cancel opens the gate after all, where that is the rule", async () => {
  const { rig, order } = await lateSale("cancel", { policies: { late: "deliver" } });
  await rig.standIs("delivered");
  await rig.endsWell();
  expect(rig.stand.pulsesOf(order)).toBe(1);
  expect(rig.moneyOf(order)).toMatchObject({ kept: 15_000 });
});

test("a wallet that was charged for a code that expired gives the money back itself: the page says so, and nothing is owed", async () => {
  const rig = await openRig({ pages: true });
  rig.arms({ fault: "late-settlement", ms: LATE_MS, if_ended: "return" });
  const { order, qr } = await rig.orders();
  const page = rig.stand.front?.order.page;
  expect(await rig.pays(qr)).toMatchObject({ paid: true });
  rig.clock.skip(ENDED_MS);
  await rig.standIs("closed");
  rig.clock.skip(LATE_MS);
  await rig.endsWell();
  const words = await readPage(page);
  for (const word of ["Time is over", "Was your balance taken?", "normally given back by GoPay or your bank"]) {
    expect(words).toContain(word);
  }
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "voided", as: "expired" });
  expect(await historyOf(rig)).toMatchObject([{ what: "returned" }, { what: "paid" }]);
});

/** What the customer's wallet shows, the newest first. */
async function historyOf(rig: Rig): Promise<unknown> {
  const answer = await fetch(`${rig.midtrans.phone}/history`);
  return ((await answer.json()) as { readonly entries: unknown }).entries;
}

/** A sale that is paid while the gate is stuck. */
async function stuckSale(options: RigOptions): Promise<{ readonly rig: Rig; readonly order: OrderId }> {
  const rig = await openRig(options);
  const { order, qr } = await rig.orders();
  rig.stand.machine.setRelay("gate", "stuck");
  await rig.pays(qr);
  return { rig, order };
}

test("goods that do not come out: the money goes back, and the customer's wallet says why", async () => {
  const { rig, order } = await stuckSale({ policies: { failed: "refund" } });
  await rig.backendIs("refunding", order);
  await rig.endsWellInTime();
  expect(rig.stand.front).toMatchObject({ at: "closed", ending: { is: "remedied", how: "refunded" } });
  expect(rig.moneyOf(order)).toMatchObject({ paid: 15_000, back: 15_000 });
  const refunded = { what: "refunded", amount: 15_000, reason: expect.stringContaining("not delivered") };
  expect(await historyOf(rig)).toMatchObject([refunded, { what: "paid" }]);
});

test("goods that do not come out are tried once more, and no more often", async () => {
  const { rig, order } = await stuckSale({ policies: { failed: "deliver" } });
  await rig.until("the second try has failed", () => rig.diary.has("release ended", `${order}-policy`, "not-released"));
  await rig.endsWell();
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "owed", releases: [`${order}-policy`] });
  expect(rig.stand.front).toMatchObject({ at: "troubled", because: "release-failed" });
});

test("goods that do not come out at first leave at the second try", async () => {
  const rig = await openRig({ policies: { failed: "deliver" } });
  const { order, qr } = await rig.orders();
  rig.stand.machine.setRelay("gate", "stuck");
  rig.backend.link.delay(300, 300);
  await rig.pays(qr);
  await rig.standIs("troubled");
  rig.stand.machine.setRelay("gate", "working");
  await rig.standIs("delivered");
  await rig.endsWell();
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "delivered", release: `${order}-policy` });
  expect(rig.stand.pulsesOf(order)).toBe(1);
});

test("goods that may be out already are not let out again, whatever the rule", async () => {
  const opening = { line: "gate", pulseMs: 1_000 };
  const stands = [{ menu: [{ ...coffee, opening }] }];
  const rig = await openRig({ stands, policies: { failed: "deliver" } });
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.until("the gate is open", () => rig.stand.machine.isClosed("gate"));
  await rig.stand.kill("new-boot");
  await rig.stand.start();
  await rig.backendIs("owed", order);
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "troubled", because: "release-unclear" });
  expect(rig.stand.pulsesOf(order)).toBe(1);
});
