import { expect, test } from "vitest";
import { openRig } from "./open-rig.ts";

/* Everything that can go wrong between wanting a code and showing it. */

const standingsOf = (charges: readonly { readonly standing: string }[]): readonly string[] =>
  charges.map(({ standing }) => standing);

test("a charge that is denied for now is tried again under a new number, and paid", async () => {
  const rig = await openRig();
  rig.arms({ fault: "deny", code: "900", times: 1 });
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.endsWell();
  expect(standingsOf(rig.chargesOf(order))).toEqual(["deny", "settlement"]);
});

test("a charge that is denied every time ends in a refusal", async () => {
  const rig = await openRig();
  rig.arms({ fault: "deny", code: "900" });
  const order = await rig.begins();
  await rig.standIs("closed");
  expect(rig.stand.front).toMatchObject({ ending: { is: "refused", because: "denied" } });
  await rig.endsWell();
  expect(standingsOf(rig.chargesOf(order))).toEqual(["deny", "deny", "deny"]);
});

test("a charge that is denied for good is not tried again, and the customer is told", async () => {
  const rig = await openRig();
  rig.arms({ fault: "deny", code: "201" });
  const order = await rig.begins();
  await rig.standIs("closed");
  expect(rig.stand.page).toMatchObject({ title: { second: "Payment is not possible" } });
  await rig.endsWell();
  expect(standingsOf(rig.chargesOf(order))).toEqual(["deny"]);
});

test.each([
  { code: "401", because: "misconfigured", charges: 0 },
  { code: "402", because: "misconfigured", charges: 0 },
  { code: "503", because: "unavailable", charges: 0 },
  { code: "429", because: "unavailable", charges: 0 },
])("Midtrans answers a charge with $code: refused as $because", async ({ code, because, charges }) => {
  const rig = await openRig();
  rig.arms({ fault: "refuse", on: "charge", code });
  const order = await rig.begins();
  await rig.standIs("closed");
  expect(rig.stand.front).toMatchObject({ ending: { is: "refused", because } });
  await rig.endsWell();
  expect(rig.chargesOf(order)).toHaveLength(charges);
});

test("the answer to a charge is lost: it is asked for, the lost charge is ended, and only the new one can be paid", async () => {
  const rig = await openRig();
  rig.arms({ fault: "lost-answer", on: "charge", times: 1 });
  const { order, qr } = await rig.orders();
  expect(standingsOf(rig.chargesOf(order))).toEqual(["cancel", "pending"]);
  const [lost] = rig.chargesOf(order);
  expect(await rig.pays(lost?.qr ?? "")).toMatchObject({ paid: false });
  await rig.pays(qr);
  await rig.endsWell();
  expect(standingsOf(rig.chargesOf(order))).toEqual(["cancel", "settlement"]);
});

test("Midtrans breaks before it has made the charge: a new one is made", async () => {
  const rig = await openRig();
  rig.arms({ fault: "error", on: "charge", when: "before", times: 1 });
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.endsWell();
  expect(standingsOf(rig.chargesOf(order))).toEqual(["settlement"]);
});

test("Midtrans breaks after it has made the charge: only the new one can be paid", async () => {
  const rig = await openRig();
  rig.arms({ fault: "error", on: "charge", when: "after", times: 1 });
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.endsWell();
  expect(standingsOf(rig.chargesOf(order))).toEqual(["cancel", "settlement"]);
});

test("Midtrans answers too late for the backend: the late charge is ended", async () => {
  const rig = await openRig({ timeoutMs: 700 });
  rig.arms({ fault: "delay", on: "charge", ms: 2_000, when: "after", times: 1 });
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.endsWell();
  expect(standingsOf(rig.chargesOf(order))).toEqual(["cancel", "settlement"]);
});

test("Midtrans answers too late for the customer: the stand gives up, and nothing stays payable", async () => {
  const rig = await openRig({ stands: [{ rules: { chargePatienceMs: 700 } }] });
  rig.arms({ fault: "delay", on: "charge", ms: 2_000, when: "after" });
  const order = await rig.begins();
  await rig.standIs("closing");
  expect(rig.stand.page.title.second).toBe("Time is over");
  await rig.endsWell();
  expect(standingsOf(rig.chargesOf(order))).toEqual(["cancel"]);
});

test("Midtrans cannot be reached: the sale is refused, and the next one works", async () => {
  const rig = await openRig();
  await rig.backend.road.close();
  const order = await rig.begins();
  await rig.standIs("closed");
  expect(rig.stand.front).toMatchObject({ ending: { is: "refused", because: "unavailable" } });
  expect(rig.chargesOf(order)).toEqual([]);
  await rig.backend.restart();
  await rig.ready();
  const { qr } = await rig.orders();
  await rig.pays(qr);
  await rig.endsWell();
});

test("Midtrans goes silent in the middle of a charge: the stand gives up, and whatever was made is ended later", async () => {
  const rig = await openRig({ stands: [{ rules: { chargePatienceMs: 1_500 } }], timeoutMs: 300 });
  rig.arms({ fault: "delay", on: "charge", ms: 1_000, when: "after" });
  const order = await rig.begins();
  await rig.until("Midtrans has made the charge", () => rig.chargesOf(order).length === 1);
  rig.backend.road.stall();
  await rig.standIs("closing");
  expect(rig.stand.page.title.second).toBe("Time is over");
  rig.backend.road.resume();
  rig.backend.road.cut();
  await rig.endsWell();
  expect(standingsOf(rig.chargesOf(order))).toEqual(["cancel"]);
});

test.each(["crc", "amount", "static", "garbage"] as const)(
  "a code from Midtrans with a wrong %s is never shown; its charge is ended, and staff is told",
  async (how) => {
    const rig = await openRig();
    rig.arms({ fault: "bad-qr", how });
    const order = await rig.begins();
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "closed", ending: { is: "voided", why: "bad-qr" } });
    expect(standingsOf(rig.chargesOf(order))).toEqual(["cancel"]);
    expect(rig.diary.has("alarm", order, "bad-qr")).toBe(true);
  },
);

test("without qr_string the code is read from Midtrans' picture", async () => {
  const rig = await openRig();
  rig.arms({ fault: "no-qr-string" });
  const { order, qr } = await rig.orders();
  expect(qr).toBe(rig.chargesOf(order)[0]?.qr);
  await rig.pays(qr);
  await rig.endsWell();
});

test("without qr_string and without a picture the charge is ended, and another tried", async () => {
  const rig = await openRig();
  rig.arms({ fault: "no-qr-string", times: 1 }, { fault: "error", on: "qr", http: 500 });
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.endsWell();
  expect(standingsOf(rig.chargesOf(order))).toEqual(["cancel", "settlement"]);
});
