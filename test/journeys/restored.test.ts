import { expect, test } from "vitest";
import type { OrderId } from "../../protocol/ids.ts";
import { tells } from "./counter.ts";
import { openRig, type RigOptions } from "./open-rig.ts";
import type { Rig } from "./rig.ts";

/* The backend's books are put back to a backup: what it has forgotten is nobody's loss in silence. Told in docs/backup.md. */

const MINUTE_MS = 60_000;
const sari = { by: "Sari", why: "asked at the counter" };

/** The backend does everything that is due within so many minutes. */
async function minutes(rig: Rig, count: number): Promise<void> {
  for (let passed = 0; passed < count; passed += 1) {
    rig.clock.skip(MINUTE_MS);
    await rig.backend.backend.idle();
  }
}

async function goesBack(rig: Rig, backup: string): Promise<void> {
  await rig.backend.goBackTo(backup);
  await rig.until("the stand is back", () => rig.stand.isConnected && rig.backend.hears(rig.stand.id));
}

/** A sale whose code was on show when the backup was made, and that was paid and delivered afterwards. */
async function forgotten(options: RigOptions = {}): Promise<{ readonly rig: Rig; readonly order: OrderId }> {
  const rig = await openRig(options);
  const { order, qr } = await rig.orders();
  const backup = await rig.backend.backup();
  await rig.pays(qr);
  await rig.standIs("delivered");
  await rig.endsWell();
  await goesBack(rig, backup);
  return { rig, order };
}

test.each(["hold", "refund"] as const)(
  "a sale that was paid and delivered since is found paid, and neither delivered nor given back again: policy %s",
  async (failed) => {
    const { rig, order } = await forgotten({ policies: { failed } });
    expect(await rig.backend.stateOf(order)).toMatchObject({ at: "payable" });
    await minutes(rig, 3);
    await rig.backendIs("paid", order);
    await minutes(rig, 60);
    expect(await rig.backend.stateOf(order)).toMatchObject({ at: "paid" });
    expect([rig.stand.pulsesOf(order), rig.moneyOf(order)]).toMatchObject([1, { times: 1, back: 0 }]);
    expect(await tells(rig, "/owed")).toMatchObject({ body: { orders: [{ order, because: "no-word-yet" }] } });
    await tells(rig, `/orders/${order}/remedy`, { ...sari, how: "settled-by-staff" });
    await rig.backendIs("remedied", order);
  },
);

test("an order that was begun since, and is paid, is an alarm for each word of it, and nobody's goods", async () => {
  const rig = await openRig();
  const backup = await rig.backend.backup();
  const { order, qr } = await rig.orders();
  await goesBack(rig, backup);
  await rig.pays(qr);
  await rig.until("somebody is told of the money", () => rig.diary.has("alarm", order, "unknown-order"));
  await rig.until("Midtrans is told that nobody knows it", () => rig.answersTo(order).includes(404));
  rig.stand.press("cancel");
  await rig.standIs("closed");
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "forestalled" });
  expect(rig.stand.pulsesOf(order)).toBe(0);
  await rig.until(
    "Midtrans' repeat is an alarm as well",
    () => rig.diary.has("alarm", order, "paid-after-void"),
    30_000,
  );
});

test("a refund that was made since, and is ordered again, gives the money back once", async () => {
  const rig = await openRig();
  const { order, qr } = await rig.orders();
  rig.stand.machine.setRelay("gate", "stuck");
  await rig.pays(qr);
  await rig.backendIs("owed", order);
  const backup = await rig.backend.backup();
  await tells(rig, `/orders/${order}/refund`, sari);
  await rig.until("it is in Midtrans' books", () => rig.moneyOf(order).back === 15_000);
  await goesBack(rig, backup);
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "owed" });
  expect(await tells(rig, `/orders/${order}/refund`, sari)).toMatchObject({ status: 202 });
  await rig.endsWellInTime();
  expect(rig.moneyOf(order)).toMatchObject({ back: 15_000, kept: 0 });
  expect(rig.moneyOf(order).refunds).toHaveLength(1);
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "remedied", how: "refunded" });
});

test("goods that staff let out since are let out once: the stand has the order closed", async () => {
  const rig = await openRig();
  const { order, qr } = await rig.orders();
  rig.stand.machine.setRelay("gate", "stuck");
  await rig.pays(qr);
  await rig.backendIs("owed", order);
  const backup = await rig.backend.backup();
  rig.stand.machine.setRelay("gate", "working");
  await tells(rig, `/orders/${order}/release`, sari);
  await rig.standIs("delivered");
  await rig.backendIs("delivered", order);
  await goesBack(rig, backup);
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "owed" });
  await tells(rig, `/orders/${order}/release`, sari);
  await minutes(rig, 2);
  expect(rig.stand.pulsesOf(order)).toBe(1);
});
