import { describe, expect, test } from "vitest";
import type { ReleaseId } from "../../protocol/ids.ts";
import { coffee } from "../support/sale.ts";
import { openRig } from "./open-rig.ts";
import type { Rig } from "./rig.ts";

/* The cable between a side and the broker is cut in every state of a sale, and mended later. */

const cables = ["stand", "backend"] as const;

/* A word that the broker took while the other side was away is said again after 10 s: these journeys run side by side. */
describe.concurrent.each(cables)("the %s's cable", (side) => {
  const cut = async (rig: Rig): Promise<void> => {
    rig[side].cutLink();
    await rig.until("the cut is felt", () => !isUp(rig));
  };
  const mend = (rig: Rig): void => rig[side].mendLink();
  const isUp = (rig: Rig): boolean => (side === "stand" ? rig.stand.isConnected : rig.backend.backend.fleet.connected);

  test("is cut while the code is being asked for: the code comes when it is mended", async ({ onTestFinished }) => {
    const rig = await openRig({}, onTestFinished);
    rig.arms({ fault: "delay", on: "charge", ms: 500 });
    const order = await rig.begins();
    await rig.backendIs("charging", order);
    await cut(rig);
    await rig.backendIs("payable", order);
    expect(rig.stand.front).toMatchObject({ at: "charging" });
    mend(rig);
    await rig.pays(await rig.scans());
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "delivered" });
    expect(rig.chargesOf(order)).toHaveLength(1);
  });

  test("is cut while the code is on show: what was paid meanwhile is released when it is mended", async ({
    onTestFinished,
  }) => {
    const rig = await openRig({}, onTestFinished);
    const { order, qr } = await rig.orders();
    await cut(rig);
    expect(await rig.pays(qr)).toMatchObject({ paid: true });
    await rig.backendIs("paid", order);
    expect(rig.stand.machine.pulses).toEqual([]);
    mend(rig);
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "delivered" });
  });

  test("is cut until the time is over: what was paid just before is owed, not lost", async ({ onTestFinished }) => {
    const rig = await openRig({ stands: [{ rules: { paymentPatienceMs: 3_000, graceMs: 0 } }] }, onTestFinished);
    const { order, qr } = await rig.orders();
    await cut(rig);
    expect(await rig.pays(qr)).toMatchObject({ paid: true });
    await rig.standIs("closing");
    expect(await rig.stand.owed()).toBe(1);
    mend(rig);
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "troubled", because: "paid-late" });
    expect(rig.stand.pulsesOf(order)).toBe(0);
  });

  test("is cut when the customer cancels: the code goes at once, and its charge when the cable is mended", async ({
    onTestFinished,
  }) => {
    const rig = await openRig({}, onTestFinished);
    const { order } = await rig.orders();
    await cut(rig);
    rig.stand.press("cancel");
    await rig.standIs("closing");
    expect(rig.stand.page.title.second).toBe("Cancelled");
    expect(rig.chargesOf(order)[0]).toMatchObject({ standing: "pending" });
    mend(rig);
    await rig.endsWell();
    expect(rig.chargesOf(order)[0]).toMatchObject({ standing: "cancel" });
  });

  test("is cut while Midtrans is ending the charge: the stand hears of it when the cable is mended", async ({
    onTestFinished,
  }) => {
    const rig = await openRig({}, onTestFinished);
    rig.arms({ fault: "delay", on: "cancel", ms: 500 });
    const { order } = await rig.orders();
    rig.stand.press("cancel");
    await rig.backendIs("voiding", order);
    await cut(rig);
    await rig.backendIs("voided", order);
    expect(rig.stand.front).toMatchObject({ at: "closing" });
    mend(rig);
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "closed" });
  });

  test("is cut while the gate is open, and mended before it closes", async ({ onTestFinished }) => {
    const rig = await openRig({ stands: [slowGate] }, onTestFinished);
    const { order, qr } = await rig.orders();
    await rig.pays(qr);
    await rig.until("the gate is open", () => rig.stand.machine.isClosed("gate"));
    await cut(rig);
    mend(rig);
    await rig.endsWell();
    expect(rig.stand.pulsesOf(order)).toBe(1);
  });

  test("is cut while the gate is open: the delivery is told when it is mended", async ({ onTestFinished }) => {
    const rig = await openRig({ stands: [slowGate] }, onTestFinished);
    const { order, qr } = await rig.orders();
    await rig.pays(qr);
    await rig.until("the gate is open", () => rig.stand.machine.isClosed("gate"));
    await cut(rig);
    await rig.standIs("delivered");
    await rig.until("the receipt is out", () => rig.stand.machine.printer?.printed === 1);
    expect(await rig.stand.owed()).toBe(1);
    expect(await rig.backend.stateOf(order)).toMatchObject({ at: "paid" });
    mend(rig);
    await rig.endsWell();
    expect(rig.stand.pulsesOf(order)).toBe(1);
  });
});

const slowGate = { menu: [{ ...coffee, opening: { line: "gate", pulseMs: 900 } }] };

test("a stand without its link sells nothing, says so, and sells again when it is back", async () => {
  const rig = await openRig();
  rig.stand.cutLink();
  await rig.until("the stand says that it is offline", () => rig.stand.page.title.second === "Offline");
  rig.stand.press();
  await rig.until("the press is refused", () => rig.diary.has("pressed", "link-down"));
  expect(await rig.stand.states()).toEqual([]);
  rig.stand.mendLink();
  await rig.ready();
  const { qr } = await rig.orders();
  await rig.pays(qr);
  await rig.endsWell();
});

test("a cable that swallows what is said, while nobody notices, loses no sale", async () => {
  const rig = await openRig();
  rig.stand.stallLink();
  const order = await rig.begins();
  await rig.until("the charge is on its way", async () => (await rig.stand.owed()) === 1);
  expect(await rig.backend.stateOf(order)).toBeUndefined();
  rig.stand.mendLink();
  await rig.pays(await rig.scans());
  await rig.endsWell();
  expect(rig.chargesOf(order)).toHaveLength(1);
});

test("a release that a dead cable has swallowed is said again the moment the stand is back", async () => {
  const rig = await openRig();
  const { order, qr } = await rig.orders();
  rig.stand.machine.setRelay("gate", "stuck");
  await rig.pays(qr);
  await rig.endsWell();
  rig.stand.machine.setRelay("gate", "working");
  rig.stand.stallLink();
  const release = "staff-1" as ReleaseId;
  await rig.backend.backend.cashier.decide(order, {
    type: "release-ordered",
    release,
    by: "Sari",
    why: "asked at the counter",
  });
  await rig.until("the backend has said so", async () => (await rig.backend.owed()) === 2);
  rig.stand.mendLink();
  await rig.standIs("delivered", rig.stand, 6_000);
  await rig.endsWell();
  expect(rig.stand.pulsesOf(order)).toBe(1);
});

test("a cable that is cut again and again during one sale delivers it once", async () => {
  const rig = await openRig();
  const order = await rig.begins();
  for (const cut of [rig.stand, rig.backend, rig.stand]) cut.mendLink();
  const qr = await rig.scans();
  rig.stand.mendLink();
  await rig.pays(qr);
  rig.backend.mendLink();
  rig.stand.mendLink();
  await rig.endsWell();
  expect(rig.stand.pulsesOf(order)).toBe(1);
});

test("Midtrans reaches the backend only later: its repeat brings the news", async () => {
  const rig = await openRig();
  const { order, qr } = await rig.orders();
  await rig.backend.kill();
  await rig.pays(qr);
  await rig.until("a notification finds nobody", () => rig.answersTo(order).includes("unreachable"));
  await rig.backend.start();
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "delivered" });
});
