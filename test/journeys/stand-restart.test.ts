import { describe, expect, test } from "vitest";
import { coffee } from "../support/sale.ts";
import { openRig } from "./open-rig.ts";
import type { Rig } from "./rig.ts";
import type { Boot } from "./stand-rig.ts";

/* The stand's daemon goes in every state of a sale and comes again on its journal: with the machine still up, or after it. */

const slowGate = { menu: [{ ...coffee, opening: { line: "gate", pulseMs: 900 } }] };
const ways: readonly { readonly how: "kill" | "stop"; readonly boot: Boot }[] = [
  { how: "kill", boot: "same-boot" },
  { how: "stop", boot: "same-boot" },
  { how: "kill", boot: "new-boot" },
  { how: "stop", boot: "new-boot" },
];

describe.each(ways)("the stand, by $how, $boot", ({ how, boot }) => {
  const goes = (rig: Rig): Promise<void> => rig.stand[how](boot);
  const restart = async (rig: Rig): Promise<void> => {
    await goes(rig);
    expect(rig.stand.glass).toBeUndefined();
    await rig.stand.start();
  };
  const isSameBoot = boot === "same-boot";

  test("goes while the code is being asked for", async () => {
    const rig = await openRig();
    rig.arms({ fault: "delay", on: "charge", ms: 500 });
    const order = await rig.begins();
    await rig.backendIs("charging", order);
    await restart(rig);
    if (isSameBoot) await rig.pays(await rig.scans());
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject(
      isSameBoot ? { at: "delivered" } : { at: "closed", ending: { why: "rebooted" } },
    );
    expect(rig.stand.front?.order.id).toBe(order);
  });

  test("goes while the code is on show", async () => {
    const rig = await openRig();
    const { order, qr } = await rig.orders();
    await restart(rig);
    if (isSameBoot) {
      expect(await rig.scans()).toBe(qr);
      await rig.pays(qr);
    }
    await rig.endsWell();
    expect(rig.chargesOf(order)[0]).toMatchObject({ standing: isSameBoot ? "settlement" : "cancel" });
    expect(rig.stand.pulsesOf(order)).toBe(isSameBoot ? 1 : 0);
  });

  test("is away when the money comes, and releases it once where the customer is surely still there", async () => {
    const rig = await openRig({ stands: [{ rules: { graceMs: 15_000 } }] });
    const { order, qr } = await rig.orders();
    await goes(rig);
    await rig.pays(qr);
    await rig.backendIs("paid", order);
    await rig.stand.start();
    if (isSameBoot) await rig.endsWell();
    else await rig.backendIs("owed", order);
    expect(rig.stand.pulsesOf(order)).toBe(isSameBoot ? 1 : 0);
  });

  test("goes while Midtrans is ending the charge", async () => {
    const rig = await openRig();
    rig.arms({ fault: "delay", on: "cancel", ms: 400 });
    const { order } = await rig.orders();
    rig.stand.press("cancel");
    await rig.backendIs("voiding", order);
    await restart(rig);
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "closed", ending: { why: "cancelled" } });
  });

  test("goes with a cancelling that nobody has heard of", async () => {
    const rig = await openRig();
    const { order } = await rig.orders();
    rig.stand.cutLink();
    rig.stand.press("cancel");
    await rig.standIs("closing");
    await restart(rig);
    await rig.endsWell();
    expect(rig.chargesOf(order)[0]).toMatchObject({ standing: "cancel" });
  });

  test("goes while the gate is open: it is never opened again by itself", async () => {
    const rig = await openRig({ stands: [slowGate] });
    const { order, qr } = await rig.orders();
    await rig.pays(qr);
    await rig.until("the gate is open", () => rig.stand.machine.isClosed("gate"));
    await restart(rig);
    await rig.endsWell();
    expect(rig.stand.pulsesOf(order)).toBe(1);
    expect(rig.stand.front).toMatchObject(
      how === "kill" ? { at: "troubled", because: "release-unclear" } : { at: "delivered" },
    );
  });

  test("goes with a delivery that nobody has heard of", async () => {
    const rig = await openRig({ stands: [slowGate] });
    const { order, qr } = await rig.orders();
    await rig.pays(qr);
    await rig.until("the gate is open", () => rig.stand.machine.isClosed("gate"));
    rig.stand.cutLink();
    await rig.standIs("delivered");
    await restart(rig);
    await rig.endsWell();
    expect(await rig.backend.stateOf(order)).toMatchObject({ at: "delivered" });
  });

  test("goes with goods owed that nobody has heard of", async () => {
    const rig = await openRig();
    const { order, qr } = await rig.orders();
    rig.stand.machine.setRelay("gate", "stuck");
    rig.backend.cutLink();
    await rig.pays(qr);
    await rig.backendIs("paid", order);
    rig.backend.mendLink();
    await rig.standIs("troubled");
    await restart(rig);
    await rig.endsWell();
    expect(await rig.backend.stateOf(order)).toMatchObject({ at: "owed", because: "release-failed" });
  });
});

test("a stand that is gone for good leaves nothing payable behind it", async () => {
  const rig = await openRig({ terms: { payableMs: 2_000, lapseMs: 500 } });
  const { order } = await rig.orders();
  await rig.stand.kill("new-boot");
  await rig.backendIs("voided", order);
  expect(rig.chargesOf(order)[0]).toMatchObject({ standing: "cancel" });
  await rig.stand.start();
  await rig.endsWell();
});
