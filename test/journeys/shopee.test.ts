import { expect, test } from "vitest";
import { tells } from "./counter.ts";
import { openRig, type RigOptions } from "./open-rig.ts";

/* Codes of Airpay Shopee: other fields, other rules for refunds. */

const acquirer = "airpay shopee";
/** From 23:56 until a little before six. */
const UNTIL_MORNING_MS = 350 * 60_000;
const sari = { by: "Sari", why: "asked at the counter" };

/** A sale that is paid with ShopeePay while the gate is stuck. */
async function owed(options: RigOptions) {
  const rig = await openRig({ acquirer, ...options });
  const { order, qr } = await rig.orders();
  rig.stand.machine.setRelay("gate", "stuck");
  await rig.pays(qr, "ShopeePay");
  await rig.endsWell();
  return { rig, order };
}

test("a sale is paid with ShopeePay: the names by which ShopeePay knows it stay in the books, and in no log", async () => {
  const rig = await openRig({ acquirer });
  const { order, qr } = await rig.orders();
  await rig.pays(qr, "ShopeePay");
  await rig.endsWell();
  const traces = {
    shopeepay_reference_number: expect.stringMatching(/^\d{18}$/),
    reference_id: expect.stringMatching(/^QR-/),
  };
  const payment = { acquirer, issuer: "ShopeePay", isOnUs: true, traces };
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "delivered", receipts: [{ payment }] });
  expect(rig.diary.has("QR-")).toBe(false);
});

test.each(["qris", "snap"] as const)(
  "at night nothing goes back over %s: Midtrans is asked in the morning",
  async (provider) => {
    const { rig, order } = await owed({ provider, at: "23:56" });
    await tells(rig, `/orders/${order}/refund`, sari);
    await rig.until("the night is noticed", () => rig.diary.has("refund-answered", '"answer":"refused"'));
    rig.clock.skip(UNTIL_MORNING_MS);
    expect(await rig.backend.stateOf(order)).toMatchObject({ at: "refunding", backs: [{ stage: "asked" }] });
    expect(rig.chargesOf(order)).toMatchObject([{ refunds: [] }]);
    await rig.endsWellInTime();
    expect(rig.moneyOf(order)).toMatchObject({ back: 15_000, refunds: [{}] });
    expect(jakartaHour(rig.moneyOf(order).refunds[0]?.madeAt ?? 0)).toBe(6);
    expect(rig.stand.front).toMatchObject({ at: "closed", ending: { is: "remedied", how: "refunded" } });
  },
);

const jakartaHour = (wall: number): number => new Date(wall + 7 * 3_600_000).getUTCHours();

test("a part does not go back: staff is told that it is all or nothing, and gives all", async () => {
  const { rig, order } = await owed({ at: "12:00" });
  await tells(rig, `/orders/${order}/refund`, { ...sari, amount: 5_000 });
  await rig.backendIs("owed", order);
  await rig.endsWell();
  const todo = { order, todo: expect.stringContaining("ShopeePay gives back whole payments only") };
  expect(await tells(rig, "/owed")).toMatchObject({ body: { orders: [todo] } });
  await tells(rig, `/orders/${order}/refund`, sari);
  await rig.endsWellInTime();
  expect(rig.moneyOf(order)).toMatchObject({ kept: 0 });
});
