import { describe, expect, test } from "vitest";
import { coffee } from "../support/sale.ts";
import { openRig } from "./open-rig.ts";
import type { Rig } from "./rig.ts";

/*
 * The backend's process is killed, or stopped in good order, in every state of a sale, and started again on its ledger. A word
 * that the broker took while nobody was there is said again after 10 s: these journeys run side by side.
 */

const slowGate = { menu: [{ ...coffee, opening: { line: "gate", pulseMs: 900 } }] };
const standingsOf = (charges: readonly { readonly standing: string }[]): readonly string[] =>
  charges.map(({ standing }) => standing);

describe.concurrent.each(["kill", "stop"] as const)("the backend, by %s", (how) => {
  const restart = async (rig: Rig): Promise<void> => {
    await rig.backend[how]();
    await rig.backend.start();
  };

  test("goes while it asks Midtrans for the charge: whatever that made, one code is paid", async ({
    onTestFinished,
  }) => {
    const rig = await openRig({}, onTestFinished);
    rig.arms({ fault: "delay", on: "charge", ms: 400, when: "after", times: 1 });
    const order = await rig.begins();
    await rig.until("Midtrans has made the charge", () => rig.chargesOf(order).length === 1);
    await restart(rig);
    await rig.pays(await rig.scans());
    await rig.endsWell();
    expect(standingsOf(rig.chargesOf(order)).filter((standing) => standing === "settlement")).toHaveLength(1);
    expect(rig.stand.front).toMatchObject({ at: "delivered" });
  });

  test("goes while the code is on show: it is paid afterwards", async ({ onTestFinished }) => {
    const rig = await openRig({}, onTestFinished);
    const { order, qr } = await rig.orders();
    await restart(rig);
    await rig.pays(qr);
    await rig.endsWell();
    expect(rig.stand.pulsesOf(order)).toBe(1);
  });

  test("is away when the money comes: Midtrans' repeat brings the news", async ({ onTestFinished }) => {
    const rig = await openRig({}, onTestFinished);
    const { order, qr } = await rig.orders();
    await rig.backend[how]();
    await rig.pays(qr);
    await rig.until("a notification finds nobody", () => rig.answersTo(order).includes("unreachable"));
    await rig.backend.start();
    await rig.endsWell();
    expect(rig.stand.pulsesOf(order)).toBe(1);
  });

  test("is away when the customer cancels: the charge is ended later", async ({ onTestFinished }) => {
    const rig = await openRig({}, onTestFinished);
    const { order } = await rig.orders();
    await rig.backend[how]();
    rig.stand.press("cancel");
    await rig.standIs("closing");
    await rig.backend.start();
    await rig.endsWell();
    expect(standingsOf(rig.chargesOf(order))).toEqual(["cancel"]);
  });

  test("goes while Midtrans is ending the charge", async ({ onTestFinished }) => {
    const rig = await openRig({}, onTestFinished);
    rig.arms({ fault: "delay", on: "cancel", ms: 500, when: "after", times: 1 });
    const { order } = await rig.orders();
    rig.stand.press("cancel");
    await rig.until("Midtrans has ended the charge", () => rig.chargesOf(order)[0]?.standing === "cancel");
    await restart(rig);
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "closed", ending: { is: "voided", why: "cancelled" } });
  });

  test("goes with a settlement that the stand has not got: it is told afterwards", async ({ onTestFinished }) => {
    const rig = await openRig({}, onTestFinished);
    const { order, qr } = await rig.orders();
    rig.stand.cutLink();
    await rig.pays(qr);
    await rig.backendIs("paid", order);
    await restart(rig);
    rig.stand.mendLink();
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "delivered" });
  });

  test("goes while the gate is open, and hears of the delivery afterwards", async ({ onTestFinished }) => {
    const rig = await openRig({ stands: [slowGate] }, onTestFinished);
    const { order, qr } = await rig.orders();
    await rig.pays(qr);
    await rig.until("the gate is open", () => rig.stand.machine.isClosed("gate"));
    await restart(rig);
    await rig.endsWell();
    expect(rig.stand.pulsesOf(order)).toBe(1);
  });

  test("goes with goods owed: staff can still refund them", async ({ onTestFinished }) => {
    const rig = await openRig({}, onTestFinished);
    rig.stand.machine.setRelay("gate", "working");
    const { order, qr } = await rig.orders();
    rig.stand.machine.setRelay("gate", "stuck");
    await rig.pays(qr);
    await rig.backendIs("owed", order);
    await restart(rig);
    await rig.ready();
    await rig.backend.backend.cashier.decide(order, {
      type: "remedied",
      how: "refunded",
      by: "Sari",
      why: "asked at the counter",
    });
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "closed", ending: { is: "remedied", how: "refunded" } });
  });
});

test("a stand that asks while the backend is away gets its code when it is back", async () => {
  const rig = await openRig();
  await rig.backend.kill();
  const order = await rig.begins();
  await rig.backend.start();
  await rig.pays(await rig.scans());
  await rig.endsWell();
  expect(rig.chargesOf(order)).toHaveLength(1);
});
