import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { claimCodeOf } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { needs } from "../support/needs.ts";
import { coffee } from "../support/sale.ts";
import { openRig } from "./open-rig.ts";

const zbarimg = needs("zbarimg");

const SENSOR = { sensors: [{ name: "slot", follows: { line: "gate", afterMs: 20 } }] };

function zbarReads(png: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), "glass-"));
  try {
    writeFileSync(join(folder, "glass.png"), png);
    return execFileSync(zbarimg, ["--raw", "--quiet", "--nodbus", join(folder, "glass.png")], {
      encoding: "utf8",
    }).trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("a customer presses, scans the glass, pays, and the goods leave once", async () => {
  const rig = await openRig();
  const { order, qr } = await rig.orders();
  expect(zbarReads(rig.stand.glass ?? new Uint8Array())).toBe(qr);
  expect(await rig.pays(qr)).toMatchObject({ paid: true, amount: 15_000 });
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "delivered", paid: { amount: 15_000, issuer: "gopay" } });
  expect(rig.stand.pulsesOf(order)).toBe(1);
  expect(rig.stand.machine.printer?.printed).toBe(1);
});

test("of several products each has its button, its price and its own relay", async () => {
  const rig = await openRig({
    stands: [
      {
        shape: { relays: ["left", "right"], buttons: ["tea", "juice", "cancel"] },
        menu: [
          {
            ...coffee,
            id: "teh",
            name: "Teh",
            price: rupiah(4_000),
            button: "tea",
            opening: { line: "left", pulseMs: 80 },
          },
          {
            ...coffee,
            id: "jus",
            name: "Jus",
            price: rupiah(9_500),
            button: "juice",
            opening: { line: "right", pulseMs: 80 },
          },
        ],
      },
    ],
  });
  for (const [button, amount] of [
    ["juice", 9_500],
    ["tea", 4_000],
  ] as const) {
    const { qr } = await rig.orders(rig.stand, button);
    expect(await rig.pays(qr)).toMatchObject({ paid: true, amount });
    await rig.standIs("delivered");
  }
  await rig.endsWell();
  expect(rig.stand.machine.pulses.map(({ line }) => line)).toEqual(["right", "left"]);
});

test("a second customer scans a code that is paid already, and keeps the money", async () => {
  const rig = await openRig();
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  expect(await rig.pays(qr)).toMatchObject({ paid: false, because: "already-paid" });
  await rig.endsWell();
  expect(rig.stand.pulsesOf(order)).toBe(1);
});

test("a press while a customer is being served begins nothing", async () => {
  const rig = await openRig();
  const { order, qr } = await rig.orders();
  rig.stand.press();
  rig.stand.press();
  await rig.pays(qr);
  await rig.endsWell();
  expect((await rig.stand.states()).map((state) => state.order.id)).toEqual([order]);
});

test("goods that the sensor sees leave are confirmed", async () => {
  const rig = await openRig({ stands: [{ shape: SENSOR }] });
  const { qr } = await rig.orders();
  await rig.pays(qr);
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "delivered", confirmed: true });
});

test("goods that the sensor does not see leave are owed, and the customer is given a code to claim them", async () => {
  const rig = await openRig({ stands: [{ shape: SENSOR }] });
  rig.stand.machine.jam("slot", true);
  const { order, qr } = await rig.orders();
  await rig.pays(qr);
  await rig.standIs("troubled");
  expect(rig.stand.front).toMatchObject({ because: "not-confirmed" });
  expect(rig.stand.page.figure).toBe(claimCodeOf(order));
  await rig.endsWell();
  expect(rig.diary.has("alarm", order, "not-confirmed")).toBe(true);
});

test("a relay that is stuck owes the goods and closes nothing", async () => {
  const rig = await openRig();
  const { order, qr } = await rig.orders();
  rig.stand.machine.setRelay("gate", "stuck");
  await rig.pays(qr);
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ at: "troubled", because: "release-failed" });
  expect(rig.stand.pulsesOf(order)).toBe(0);
});
