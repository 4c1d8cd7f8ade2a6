import { expect, test } from "vitest";
import { coffee } from "../support/sale.ts";
import { openRig } from "./open-rig.ts";

/* The broker keeps nothing for anybody: it may be restarted, or lose its power, in every state of a sale. */

const slowGate = { menu: [{ ...coffee, opening: { line: "gate", pulseMs: 600 } }] };

test("the broker is restarted while the code is being asked for", async () => {
  const rig = await openRig();
  rig.arms({ fault: "delay", on: "charge", ms: 500 });
  const order = await rig.begins();
  await rig.backendIs("charging", order);
  await rig.broker.restart();
  await rig.pays(await rig.scans());
  await rig.endsWell();
  expect(rig.chargesOf(order)).toHaveLength(1);
});

test("the broker loses its power while the code is on show, and the money comes before it is back", async () => {
  const rig = await openRig();
  const { order, qr } = await rig.orders();
  await rig.broker.kill();
  await rig.pays(qr);
  await rig.backendIs("paid", order);
  expect(rig.stand.front).toMatchObject({ at: "awaiting" });
  await rig.broker.restart();
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "delivered" });
});

test("the broker loses its power, and the customer cancels before it is back", async () => {
  const rig = await openRig();
  const { order } = await rig.orders();
  await rig.broker.kill();
  rig.stand.press("cancel");
  await rig.standIs("closing");
  await rig.broker.restart();
  await rig.endsWell();
  expect(rig.chargesOf(order)[0]).toMatchObject({ standing: "cancel" });
});

test("the broker is restarted while Midtrans is ending the charge", async () => {
  const rig = await openRig();
  rig.arms({ fault: "delay", on: "cancel", ms: 500 });
  const { order } = await rig.orders();
  rig.stand.press("cancel");
  await rig.backendIs("voiding", order);
  await rig.broker.restart();
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "closed" });
});

test("the broker is restarted while the gate is open", async () => {
  const rig = await openRig({ stands: [slowGate] });
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.until("the gate is open", () => rig.stand.machine.isClosed("gate"));
  await rig.broker.restart();
  await rig.endsWell();
  expect(rig.stand.pulsesOf(order)).toBe(1);
});

test("the broker loses its power before the delivery is told", async () => {
  const rig = await openRig({ stands: [slowGate] });
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.until("the gate is open", () => rig.stand.machine.isClosed("gate"));
  await rig.broker.kill();
  await rig.standIs("delivered");
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "paid" });
  await rig.broker.restart();
  await rig.endsWell();
});
