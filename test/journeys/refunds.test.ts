import { expect, test } from "vitest";
import type { OrderId } from "../../protocol/ids.ts";
import { commands, tells } from "./counter.ts";
import { openRig, type RigOptions } from "./open-rig.ts";
import type { Rig } from "./rig.ts";

/* Staff gives money back, over the operator's HTTP door and at the terminal; and what comes of it when it cannot be. */

type Paid = { readonly rig: Rig; readonly order: OrderId };
const SARI = ["--by", "Sari", "--why", "asked at the counter"] as const;
const sari = { by: "Sari", why: "asked at the counter" };
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** A sale that is paid, and whose goods are out. */
async function sold(options: RigOptions = {}): Promise<Paid> {
  const rig = await openRig(options);
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.standIs("delivered");
  await rig.endsWell();
  return { rig, order };
}

/** A sale that is paid, and whose goods did not come out. */
async function owed(options: RigOptions = {}, issuer?: string): Promise<Paid> {
  const rig = await openRig(options);
  const { order, qr } = await rig.orders();
  rig.stand.machine.setRelay("gate", "stuck");
  await rig.pays(qr, issuer);
  await rig.endsWell();
  return { rig, order };
}

/** The refund has come to its end, and it was no good: a person is told why, and what to do. */
async function comesBack({ rig, order }: Paid, because: string): Promise<string> {
  await rig.until("the refund has failed", () => rig.diary.has("alarm", order, "refund-failed"));
  await rig.endsWell();
  expect(rig.moneyOf(order)).toMatchObject({ back: 0 });
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "owed", backs: [{ because }] });
  expect(rig.stand.front).toMatchObject({ at: "troubled" });
  const { code, out } = await commands(rig, "owed");
  expect([code, out]).toEqual([0, expect.stringContaining(order)]);
  return out;
}

test("staff gives all of it back over the HTTP door: when the bank has confirmed, nobody owes anybody", async () => {
  const { rig, order } = await owed();
  expect(await tells(rig, `/orders/${order}/refund`, sari)).toMatchObject({
    status: 202,
    body: { order: "refunding" },
  });
  await rig.until("it is in Midtrans' books", () => rig.moneyOf(order).back === 15_000);
  expect(await tells(rig, "/owed")).toMatchObject({ body: { orders: [{ order, state: "refunding" }] } });
  await rig.endsWellInTime();
  expect(rig.stand.front).toMatchObject({ at: "closed", ending: { is: "remedied", how: "refunded" } });
  expect(rig.moneyOf(order)).toMatchObject({ kept: 0 });
  expect(await tells(rig, "/owed")).toMatchObject({ body: { orders: [] } });
});

test("staff gives a part back at the terminal, of a sale that was good: the rest is kept, and the stand hears nothing", async () => {
  const { rig, order } = await sold();
  const { code, out } = await commands(rig, "refund", order, "--amount", "5.000", ...SARI);
  expect([code, out]).toEqual([0, expect.stringContaining("recorded")]);
  await rig.backendIs("refunding", order);
  await rig.endsWellInTime();
  expect(rig.stand.front).toMatchObject({ at: "delivered" });
  expect(rig.moneyOf(order)).toMatchObject({ back: 5_000, kept: 10_000 });
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "remedied", by: "Sari" });
  expect((await commands(rig, "order", order)).out).toContain('"why":"asked at the counter"');
});

test("two who give it back at once are one refund", async () => {
  const { rig, order } = await owed();
  const answers = await Promise.all([0, 1].map(() => tells(rig, `/orders/${order}/refund`, sari)));
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
  await rig.endsWellInTime();
  expect(rig.moneyOf(order)).toMatchObject({ back: 15_000, refunds: [{ key: `${order}-1-r1` }] });
});

test("a refund whose answer is lost is found in the books, and not made again", async () => {
  const { rig, order } = await owed();
  rig.arms({ fault: "lost-answer", on: "refund" });
  await commands(rig, "refund", order, ...SARI);
  await rig.endsWellInTime();
  expect(rig.moneyOf(order)).toMatchObject({ back: 15_000, refunds: [{}] });
});

test("the payer's bank takes nothing back: it is owed, staff is told how, and writes it down when it is done by hand", async () => {
  const { rig, order } = await owed();
  rig.arms({ fault: "refund-refused", because: "by-bank" });
  await commands(rig, "refund", order, ...SARI);
  const todo = await comesBack({ rig, order }, "by-bank");
  expect(todo).toContain("ask for an account number");
  expect(todo).toContain(`backend remedy ${order} --how refunded`);
  expect(await commands(rig, "remedy", order, "--how", "refunded", ...SARI)).toMatchObject({ code: 0 });
  await rig.standIs("closed");
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ ending: { is: "remedied", how: "refunded" } });
});

test("the account holds too little today: the same refund is tried again, and made when it holds enough", async () => {
  const { rig, order } = await owed();
  const { dashboard } = rig.midtrans.accounts.first;
  dashboard.set({ payable_balance: 14_999 });
  await commands(rig, "refund", order, ...SARI);
  await hasTried({ rig, order }, 1);
  rig.clock.skip(HOUR_MS);
  await hasTried({ rig, order }, 2);
  dashboard.set({ payable_balance: 20_000 });
  await rig.endsWellInTime();
  expect(rig.moneyOf(order)).toMatchObject({ back: 15_000, refunds: [{ key: `${order}-1-r1` }] });
  expect(dashboard.settings.payable_balance).toBe(5_000);
});

/** Midtrans has said no so many times, and will be asked again. */
const hasTried = ({ rig, order }: Paid, times: number): Promise<true> =>
  rig.until(`it has been tried, ${times}`, async () => {
    const state = await rig.backend.stateOf(order);
    return state?.at === "refunding" && state.backs[0]?.tries === times;
  });

test("the account never holds enough: it comes back to staff, who tries once more on a better day", async () => {
  const { rig, order } = await owed();
  const { dashboard } = rig.midtrans.accounts.first;
  dashboard.set({ payable_balance: 0 });
  await commands(rig, "refund", order, ...SARI);
  for (const times of [1, 2]) {
    await hasTried({ rig, order }, times);
    rig.clock.skip(HOUR_MS);
  }
  expect(await comesBack({ rig, order }, "no-balance")).toContain("order the refund again");
  dashboard.set({ payable_balance: 15_000 });
  await commands(rig, "refund", order, ...SARI);
  await rig.endsWellInTime();
  expect(rig.moneyOf(order)).toMatchObject({ back: 15_000, refunds: [{ key: `${order}-1-r2` }] });
});

test("a bank's payment of eight days ago cannot be refunded any more: Midtrans is not even asked to", async () => {
  const { rig, order } = await owed({}, "BCA");
  rig.clock.skip(8 * DAY_MS);
  await commands(rig, "refund", order, ...SARI);
  expect(await comesBack({ rig, order }, "window-over")).toContain("too old for the provider to give back");
  expect(rig.chargesOf(order)).toMatchObject([{ refunds: [] }]);
});

test("refunds that are not switched on come back to staff with who switches them on", async () => {
  const { rig, order } = await owed();
  rig.midtrans.accounts.first.dashboard.set({ refunds: false });
  await commands(rig, "refund", order, ...SARI);
  expect(await comesBack({ rig, order }, "not-activated")).toContain("Midtrans' support does that");
});

test("a bank that sends the money back after all leaves it to staff, and nothing is refunded twice", async () => {
  const { rig, order } = await owed();
  rig.arms({ fault: "refund-taken-back" });
  await commands(rig, "refund", order, ...SARI);
  await rig.until("it is in Midtrans' books", () => rig.moneyOf(order).back === 15_000);
  await rig.endsWellInTime();
  expect(rig.moneyOf(order)).toMatchObject({ back: 0, kept: 15_000 });
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "owed", backs: [{ stage: "stuck" }] });
  expect((await commands(rig, "owed")).out).toContain("nobody knows whether the provider has it");
});
