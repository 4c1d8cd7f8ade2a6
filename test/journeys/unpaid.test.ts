import { expect, test } from "vitest";
import { claimCodeOf } from "../../protocol/ids.ts";
import { openRig } from "./open-rig.ts";

/* Sales that the customer, or the time, ended before the money came. */

const standingsOf = (charges: readonly { readonly standing: string }[]): readonly string[] =>
  charges.map(({ standing }) => standing);

test("a customer cancels: the code goes at once, its charge is ended at Midtrans, and it cannot be paid", async () => {
  const rig = await openRig();
  const { order, qr } = await rig.orders();
  rig.stand.press("cancel");
  await rig.standIs("closed");
  expect(standingsOf(rig.chargesOf(order))).toEqual(["cancel"]);
  expect(await rig.pays(qr)).toMatchObject({ paid: false, because: "cancelled" });
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ ending: { is: "voided", why: "cancelled" } });
  expect(rig.stand.page.title.second).toBe("Cancelled");
});

test("a customer cancels before the code is there: nothing stays payable", async () => {
  const rig = await openRig();
  rig.arms({ fault: "delay", on: "charge", ms: 500, when: "after" });
  const order = await rig.begins();
  await rig.backendIs("charging", order);
  rig.stand.press("cancel");
  await rig.endsWell();
  expect(standingsOf(rig.chargesOf(order))).toEqual(["cancel"]);
  expect(rig.stand.front).toMatchObject({ at: "closed", ending: { is: "voided", why: "cancelled" } });
});

test("nobody pays in time: the code goes, its charge is ended, and the next customer is welcome", async () => {
  const rig = await openRig({ stands: [{ rules: { paymentPatienceMs: 1_500 } }] });
  const { order, qr } = await rig.orders();
  await rig.standIs("closed");
  expect(rig.stand.front).toMatchObject({ ending: { is: "voided", why: "expired" } });
  expect(rig.stand.page.title.second).toBe("Time is over");
  expect(await rig.pays(qr)).toMatchObject({ paid: false });
  await rig.endsWell();
  const next = await rig.begins();
  expect(next).not.toBe(order);
  rig.stand.press("cancel");
  await rig.endsWell();
});

test("a code that Midtrans itself lets expire closes the order", async () => {
  const rig = await openRig({ speed: 450 });
  const { order } = await rig.orders();
  await rig.backendIs("voided", order);
  await rig.endsWell();
  expect(standingsOf(rig.chargesOf(order))).toEqual(["expire"]);
  expect(rig.stand.front).toMatchObject({ at: "closed", ending: { is: "voided", why: "expired" } });
});

test("the payment overtakes the cancelling: Midtrans says 412, and the goods leave while the customer is still there", async () => {
  const rig = await openRig({ stands: [{ rules: { graceMs: 15_000 } }] });
  rig.arms({ fault: "drop", of: "settlement" }, { fault: "delay", on: "cancel", ms: 600 });
  const { order, qr } = await rig.orders();
  rig.stand.press("cancel");
  await rig.backendIs("voiding", order);
  expect(await rig.pays(qr)).toMatchObject({ paid: true });
  await rig.standIs("delivered");
  await rig.endsWell();
  expect(rig.diary.has("midtrans answered", '"operation":"cancel"', '"code":"412"')).toBe(true);
  expect(rig.stand.pulsesOf(order)).toBe(1);
});

test("the payment overtakes the cancelling, and the customer may be gone: it is owed, and staff is told", async () => {
  const rig = await openRig({ stands: [{ rules: { graceMs: 0 } }] });
  rig.arms({ fault: "delay", on: "cancel", ms: 600 });
  const { order, qr } = await rig.orders();
  rig.stand.press("cancel");
  await rig.backendIs("voiding", order);
  await rig.pays(qr);
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "troubled", because: "paid-late" });
  expect(rig.stand.pulsesOf(order)).toBe(0);
});

test("the payment overtakes the cancelling, and the next customer is being served: nothing of the two is mixed up", async () => {
  const rig = await openRig({ stands: [{ rules: { graceMs: 15_000 } }] });
  rig.arms({ fault: "delay", on: "cancel", ms: 1_500, times: 1 });
  const first = await rig.orders();
  rig.stand.press("cancel");
  await rig.standIs("closing");
  const second = await rig.orders();
  await rig.pays(first.qr);
  await rig.backendIs("owed", first.order);
  expect(rig.stand.pulsesOf(first.order)).toBe(0);
  await rig.pays(second.qr);
  await rig.endsWell();
  expect(rig.stand.pulsesOf(second.order)).toBe(1);
  expect((await rig.stand.states()).map(({ at }) => at).sort()).toEqual(["delivered", "troubled"]);
});

test("money that turns up after the order was closed is owed, with a claim code on the glass", async () => {
  const rig = await openRig();
  const { order } = await rig.orders();
  rig.stand.press("cancel");
  await rig.standIs("closed");
  await fetch(`${rig.midtrans.url}/sandbox/settle`, {
    method: "POST",
    body: JSON.stringify({ order_id: `${order}-1` }),
  });
  await rig.standIs("troubled");
  expect(rig.stand.front).toMatchObject({ because: "paid-late" });
  expect(rig.stand.page).toMatchObject({ title: { second: "Paid too late" }, figure: claimCodeOf(order) });
  await rig.endsWell();
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "owed", because: "paid-late" });
  expect(rig.diary.has("alarm", order, "paid-after-void")).toBe(true);
  expect(rig.stand.pulsesOf(order)).toBe(0);
});
