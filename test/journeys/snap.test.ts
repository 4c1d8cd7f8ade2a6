import { expect, test } from "vitest";
import { openRig, type RigOptions } from "./open-rig.ts";
import type { Rig } from "./rig.ts";

/* Whole sales over BI-SNAP. */

const open = (options: RigOptions = {}): Promise<Rig> => openRig({ provider: "snap", ...options });

const standingsOf = (charges: readonly { readonly standing: string }[]): readonly string[] =>
  charges.map(({ standing }) => standing);

const countOf = ({ diary }: Rig, ...words: readonly string[]): number =>
  diary.lines.filter((line) => words.every((word) => line.includes(word))).length;

test("a customer presses, scans, pays, and the goods leave once; then another cancels, and cannot pay", async () => {
  const rig = await open();
  const sold = await rig.orders();
  expect(await rig.pays(sold.qr, "OVO")).toMatchObject({ paid: true, amount: 15_000 });
  await rig.standIs("delivered");
  await rig.endsWell();
  expect(rig.stand.pulsesOf(sold.order)).toBe(1);
  const payment = { acquirer: "gopay", issuer: "OVO", isOnUs: false };
  expect(await rig.backend.stateOf(sold.order)).toMatchObject({ receipts: [{ payment }] });
  const left = await rig.orders();
  rig.stand.press("cancel");
  await rig.standIs("closed");
  expect(await rig.pays(left.qr)).toMatchObject({ paid: false, because: "cancelled" });
  await rig.endsWell();
});

test.each(["charge", "cancel"] as const)(
  "the access token ends in the middle of a %s: it is asked for anew, and the call made once",
  async (on) => {
    const rig = await open();
    rig.arms({ fault: "token-expired", on, times: 1 });
    const { order } = await rig.orders();
    rig.stand.press("cancel");
    await rig.standIs("closed");
    await rig.endsWell();
    expect(countOf(rig, '"operation":"access-token"', '"http":200')).toBe(2);
    expect(rig.chargesOf(order)).toMatchObject([{ orderId: `${order}-1`, standing: "cancel" }]);
  },
);

test("a generate that was carried out and answered too late is found and ended: only the next can be paid", async () => {
  const rig = await open({ timeoutMs: 700 });
  rig.arms({ fault: "delay", on: "charge", ms: 2_000, when: "after", times: 1 });
  const { order, qr } = await rig.orders();
  expect(standingsOf(rig.chargesOf(order))).toEqual(["cancel", "pending"]);
  expect(await rig.pays(rig.chargesOf(order)[0]?.qr ?? "")).toMatchObject({ paid: false });
  await rig.pays(qr);
  await rig.endsWell();
  expect(standingsOf(rig.chargesOf(order))).toEqual(["cancel", "settlement"]);
});

test("a generate that timed out at Midtrans and was not carried out is looked for, not found, and made anew", async () => {
  const rig = await open();
  rig.arms({ fault: "refuse", on: "charge", code: "5044700", times: 1 });
  const { order, qr } = await rig.orders();
  expect(rig.chargesOf(order)).toMatchObject([{ orderId: `${order}-2`, standing: "pending" }]);
  await rig.pays(qr);
  await rig.standIs("delivered");
  rig.clock.skip(60_000);
  await rig.endsWell();
  expect(standingsOf(rig.chargesOf(order))).toEqual(["settlement"]);
});

test("a generate that arrives after it was given up is ended a minute later, unpaid", async () => {
  const rig = await open({ timeoutMs: 500, speed: 1 });
  rig.arms({ fault: "delay", on: "charge", ms: 1_500, when: "before", times: 1 });
  const { order, qr } = await rig.orders();
  await rig.until("the slow one has arrived", () => rig.chargesOf(order).length === 2);
  rig.clock.skip(60_000);
  await rig.until("it is ended", () => standingsOf(rig.chargesOf(order)).includes("cancel"));
  expect(await rig.pays(qr)).toMatchObject({ paid: true });
  await rig.endsWell();
  expect(rig.moneyOf(order)).toMatchObject({ times: 1, paid: 15_000 });
});

test("a lost notification is made up for by a query, which knows less of the payer and as much of the money", async () => {
  const rig = await open();
  rig.arms({ fault: "drop", of: "settlement" });
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  rig.clock.skip(60_000);
  await rig.standIs("delivered");
  await rig.endsWell();
  expect(rig.moneyOf(order)).toMatchObject({ times: 1, kept: 15_000 });
});

test("goods that do not come out: the money goes back by itself", async () => {
  const rig = await open({ policies: { failed: "refund" } });
  const { order, qr } = await rig.orders();
  rig.stand.machine.setRelay("gate", "stuck");
  await rig.pays(qr);
  await rig.backendIs("refunding", order);
  await rig.endsWellInTime();
  expect(rig.moneyOf(order)).toMatchObject({ paid: 15_000, back: 15_000, refunds: [{ key: `${order}-1-r1` }] });
});
