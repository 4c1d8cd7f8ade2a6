import { expect, test } from "vitest";
import type { OrderId } from "../../protocol/ids.ts";
import { openRig } from "./open-rig.ts";
import type { Rig } from "./rig.ts";

/* The price is 15,000 rupiah, and Midtrans names another amount. */

const paymentOf = async (rig: Rig, order: OrderId) => {
  const state = await rig.backend.stateOf(order);
  return state !== undefined && "receipts" in state ? state.receipts[0]?.payment : undefined;
};

test("a fee on top of the price is more than enough: the goods leave, and the books tell fee and price apart", async () => {
  const rig = await openRig();
  rig.arms({ fault: "fee", amount: 500 });
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "delivered", paid: { amount: 15_000 } });
  expect(await paymentOf(rig, order)).toMatchObject({ amount: 15_000, fee: 500 });
  expect(rig.moneyOf(order)).toMatchObject({ paid: 15_500, kept: 15_500 });
});

test("a rupiah too little is too little, with a fee or without", async () => {
  const rig = await openRig();
  rig.arms({ fault: "fee", amount: 500 }, { fault: "wrong-amount", of: "settlement", amount: 14_999 });
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "troubled", because: "underpaid", paid: { amount: 14_999 } });
  expect(rig.stand.pulsesOf(order)).toBe(0);
});

test("goods that do not come out: the fee goes back with the price", async () => {
  const rig = await openRig({ policies: { failed: "refund" } });
  rig.arms({ fault: "fee", amount: 500 });
  const { order, qr } = await rig.orders();
  rig.stand.machine.setRelay("gate", "stuck");
  await rig.pays(qr);
  await rig.backendIs("refunding", order);
  await rig.endsWellInTime();
  expect(rig.moneyOf(order)).toMatchObject({ paid: 15_500, back: 15_500 });
});
