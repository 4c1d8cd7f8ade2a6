import { expect, test } from "vitest";
import type { OrderId, ReleaseId } from "../../protocol/ids.ts";
import { openRig } from "./open-rig.ts";
import type { Rig } from "./rig.ts";

/* What staff does about a sale that was paid and not delivered. */

/** A sale whose gate did not open. */
async function owedSale(): Promise<{ readonly rig: Rig; readonly order: OrderId }> {
  const rig = await openRig();
  const { order, qr } = await rig.orders();
  rig.stand.machine.setRelay("gate", "stuck");
  await rig.pays(qr);
  await rig.endsWell();
  expect(rig.stand.pulsesOf(order)).toBe(0);
  return { rig, order };
}

const releases = (rig: Rig, order: OrderId, release: string) =>
  rig.backend.backend.cashier.decide(order, {
    type: "release-ordered",
    release: release as ReleaseId,
    by: "Sari",
    why: "asked at the counter",
  });

test("staff lets the goods out after all: once, however often it is told", async () => {
  const { rig, order } = await owedSale();
  rig.stand.machine.setRelay("gate", "working");
  await Promise.all([releases(rig, order, "staff-1"), releases(rig, order, "staff-1")]);
  await rig.standIs("delivered");
  await rig.endsWell();
  expect(rig.stand.pulsesOf(order)).toBe(1);
  expect(await releases(rig, order, "staff-2")).toMatchObject({
    ignored: expect.stringContaining("only an order that is owed"),
  });
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "delivered", release: "staff-1" });
});

test("staff tries again, and it fails again: it stays owed, and can be tried once more", async () => {
  const { rig, order } = await owedSale();
  await releases(rig, order, "staff-1");
  await rig.until("the second try has failed", () => rig.diary.has("release ended", "staff-1", "not-released"));
  await rig.endsWell();
  rig.stand.machine.setRelay("gate", "working");
  await releases(rig, order, "staff-2");
  await rig.standIs("delivered");
  await rig.endsWell();
  expect(rig.stand.pulsesOf(order)).toBe(1);
});

test("staff lets the goods out while the stand is away: they leave when it is back", async () => {
  const { rig, order } = await owedSale();
  rig.stand.machine.setRelay("gate", "working");
  await rig.stand.kill("new-boot");
  await releases(rig, order, "staff-1");
  await rig.stand.start();
  await rig.standIs("delivered");
  await rig.endsWell();
  expect(rig.stand.pulsesOf(order)).toBe(1);
});

test("the power goes in the middle of staff's release: it is not repeated by itself", async () => {
  const { rig, order } = await owedSale();
  rig.stand.machine.setRelay("gate", "working");
  await releases(rig, order, "staff-1");
  await rig.until("the gate is open", () => rig.stand.machine.isClosed("gate"));
  await rig.stand.kill("new-boot");
  await rig.stand.start();
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "troubled", because: "release-unclear" });
  expect(rig.stand.pulsesOf(order)).toBe(1);
});

test.each(["refunded", "settled-by-staff"] as const)(
  "staff has %s it: both sides close it, and no goods leave",
  async (how) => {
    const { rig, order } = await owedSale();
    rig.stand.machine.setRelay("gate", "working");
    await rig.backend.backend.cashier.decide(order, { type: "remedied", how, by: "Sari", why: "asked at the counter" });
    await rig.standIs("closed");
    await rig.endsWell();
    expect(await releases(rig, order, "staff-1")).toMatchObject({ ignored: expect.any(String) });
    await rig.endsWell();
    expect(rig.stand.machine.pulses).toEqual([]);
  },
);

test("money that came too late is returned by staff", async () => {
  const rig = await openRig({ stands: [{ rules: { graceMs: 0 } }] });
  const { order } = await rig.orders();
  rig.stand.press("cancel");
  await rig.standIs("closed");
  rig.midtrans.midtrans.settle(`${order}-1`);
  await rig.backendIs("owed", order);
  await rig.backend.backend.cashier.decide(order, {
    type: "remedied",
    how: "refunded",
    by: "Sari",
    why: "asked at the counter",
  });
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "closed", ending: { is: "remedied", how: "refunded" } });
});
