import { expect, test } from "vitest";
import { openRig } from "./open-rig.ts";

/* What Midtrans tells, and what others tell in its name. */

/** When the backend asks by itself, a little later for good measure. */
const FIRST_ASK_MS = 61_000;

test("a notification that is lost is made up for by the first status query, which pending does not put off", async () => {
  const rig = await openRig();
  rig.arms({ fault: "drop", of: "settlement" });
  const { order, qr } = await rig.orders();
  await rig.until("the one of the charge is answered", () => rig.answersTo(order).length === 1);
  await rig.pays(qr);
  rig.clock.skip(FIRST_ASK_MS);
  await rig.endsWell();
  expect(rig.answersTo(order)).toEqual([200]);
  expect(rig.stand.front).toMatchObject({ at: "delivered" });
});

test("a notification that is lost, of a payment later than the first query, is made up for by the second, 10 s on", async () => {
  const rig = await openRig({ terms: { firstAskMs: 300 } });
  rig.arms({ fault: "drop" });
  const { qr } = await rig.orders();
  await rig.until("the first status query is answered", () => rig.diary.has('"operation":"status"', '"code":"201"'));
  await rig.pays(qr);
  rig.clock.skip(10_000);
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "delivered" });
});

test("a notification that comes five times releases once", async () => {
  const rig = await openRig();
  rig.arms({ fault: "duplicate", copies: 4 });
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.until("Midtrans has had ten answers", () => rig.answersTo(order).length === 10);
  await rig.endsWell();
  expect(rig.answersTo(order).every((answered) => answered === 200)).toBe(true);
  expect(rig.stand.pulsesOf(order)).toBe(1);
});

test("pending behind settlement changes nothing any more", async () => {
  const rig = await openRig();
  rig.arms({ fault: "reorder", of: "pending" });
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.until("Midtrans has had both answers", () => rig.answersTo(order).length === 2);
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "delivered" });
});

test("settlement before the answer to the charge is believed: the goods leave without a code ever shown", async () => {
  const rig = await openRig();
  rig.arms({ fault: "delay", on: "charge", ms: 800, when: "after" });
  const order = await rig.begins();
  const charge = await rig.until("Midtrans has made the charge", () => rig.chargesOf(order)[0]);
  await rig.pays(charge.qr);
  await rig.endsWell();
  expect(rig.stand.pulsesOf(order)).toBe(1);
});

test("a forged notification is refused, and the true one that follows is believed", async () => {
  const rig = await openRig();
  rig.arms({ fault: "forge", of: "settlement", times: 1 });
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.until("the forged one is refused", () => rig.answersTo(order).includes(403));
  expect(rig.stand.front).toMatchObject({ at: "awaiting" });
  rig.midtrans.midtrans.announce(`${order}-1`);
  await rig.endsWell();
  expect(rig.stand.pulsesOf(order)).toBe(1);
});

test("a stranger who posts a settlement opens nothing", async () => {
  const rig = await openRig();
  const { order } = await rig.orders();
  const body = {
    order_id: `${order}-1`,
    status_code: "200",
    gross_amount: "15000.00",
    transaction_status: "settlement",
    signature_key: "0".repeat(128),
  };
  const answer = await fetch(rig.backend.webhook, { method: "POST", body: JSON.stringify(body) });
  expect(answer.status).toBe(403);
  expect(rig.stand.front).toMatchObject({ at: "awaiting" });
  rig.stand.press("cancel");
  await rig.endsWell();
  expect(rig.stand.machine.pulses).toEqual([]);
});

test("a notification with another amount than its signature covers is refused; the status query finds the money", async () => {
  const rig = await openRig();
  rig.arms({ fault: "wrong-amount", of: "settlement", amount: 1, signed: false });
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.until("the altered one is refused", () => rig.answersTo(order).includes(403));
  rig.clock.skip(FIRST_ASK_MS);
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "delivered", paid: { amount: 15_000 } });
});

test("Midtrans itself says that less was paid: nothing is released, and the difference is staff's", async () => {
  const rig = await openRig();
  rig.arms({ fault: "wrong-amount", of: "settlement", amount: 14_000 });
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "troubled", because: "underpaid", paid: { amount: 14_000 } });
  expect(rig.stand.page.title.second).toBe("Paid too little");
  expect(rig.stand.pulsesOf(order)).toBe(0);
});

test("fields that the signature does not cover are not believed: Midtrans is asked", async () => {
  const rig = await openRig();
  rig.arms({ fault: "alter", of: "pending", fields: { transaction_status: "settlement" }, times: 1 });
  const { order, qr } = await rig.orders();
  await rig.until("the altered one has come", () => rig.answersTo(order).length === 1);
  expect(rig.stand.front).toMatchObject({ at: "awaiting" });
  expect(rig.stand.machine.pulses).toEqual([]);
  await rig.pays(qr);
  await rig.endsWell();
  expect(rig.stand.pulsesOf(order)).toBe(1);
});
