import { describe, expect, test } from "vitest";
import { openRig } from "./open-rig.ts";
import type { Rig } from "./rig.ts";

/* Paper that carries the code, the receipt, or has run out. */

const prints = { rules: { prints: { qr: true, receipt: true } } };
const paperOnly = { without: "screen", ...prints } as const;
const slowPaper = { dots: 384, msPerRow: 0.4 };

const scansPaper = (rig: Rig): Promise<string> =>
  rig.until("a camera reads a code on the paper", () => rig.stand.codeOnPaper);

describe("a stand with a printer and no screen", () => {
  test("prints the code, is paid by it, and prints the receipt", async () => {
    const rig = await openRig({ stands: [paperOnly] });
    const order = await rig.begins();
    const qr = await scansPaper(rig);
    expect(qr).toBe(rig.chargesOf(order)[0]?.qr);
    await rig.pays(qr);
    await rig.endsWell();
    expect(rig.stand.machine.printer?.printed).toBe(2);
    expect(rig.stand.codeOnPaper).toBeUndefined();
  });

  test("sells nothing while it is out of paper, and sells again with a new roll", async () => {
    const rig = await openRig({ stands: [paperOnly] });
    rig.stand.machine.setPrinter("out", "closed");
    rig.stand.press();
    await rig.until("the press is refused", () => rig.diary.has("pressed", "no-paper"));
    expect(await rig.stand.states()).toEqual([]);
    rig.stand.machine.setPrinter("ok", "closed");
    await rig.begins();
    await rig.pays(await scansPaper(rig));
    await rig.endsWell();
  });

  test("sells nothing while its cover is open", async () => {
    const rig = await openRig({ stands: [paperOnly] });
    rig.stand.machine.setPrinter("ok", "open");
    rig.stand.press();
    await rig.until("the press is refused", () => rig.diary.has("pressed", "printer-not-ready"));
    expect(rig.midtrans.midtrans.transactions()).toEqual([]);
    await rig.endsWell();
  });

  test("runs out of paper in the middle of the code: the charge is ended, and nobody can pay half a code", async () => {
    const rig = await openRig({ stands: [paperOnly] });
    rig.stand.machine.setPrinter("out-during", "closed");
    const order = await rig.begins();
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "closed", ending: { is: "voided", why: "no-paper" } });
    expect(rig.chargesOf(order)[0]).toMatchObject({ standing: "cancel" });
  });

  test.each<[string, "out" | "ok", "closed" | "open"]>([
    ["runs out of paper", "out", "closed"],
    ["has its cover opened", "ok", "open"],
  ])(
    "%s after it was asked and before it prints: the charge is ended, and nothing was printed",
    async (_, paper, cover) => {
      const rig = await openRig({ stands: [paperOnly] });
      rig.arms({ fault: "delay", on: "charge", ms: 1_000, when: "after" });
      const order = await rig.begins();
      rig.stand.machine.setPrinter(paper, cover);
      await rig.endsWell();
      expect(rig.stand.front).toMatchObject({ at: "closed", ending: { is: "voided", why: "no-paper" } });
      expect(rig.chargesOf(order)[0]).toMatchObject({ standing: "cancel" });
      expect(rig.stand.codeOnPaper).toBeUndefined();
      expect(rig.stand.machine.printer).toMatchObject({ printed: 0, last: undefined });
    },
  );

  test("runs out of paper between the code and the receipt: the goods leave all the same", async () => {
    const rig = await openRig({ stands: [paperOnly] });
    await rig.begins();
    const qr = await scansPaper(rig);
    rig.stand.machine.setPrinter("out", "closed");
    await rig.pays(qr);
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "delivered" });
    expect(rig.stand.machine.printer?.printed).toBe(1);
  });

  test("loses its power while it prints the code: the order is closed, whatever is on the paper", async () => {
    const rig = await openRig({ stands: [{ ...paperOnly, shape: { printer: slowPaper } }] });
    const order = await rig.begins();
    await rig.standIs("awaiting");
    await rig.stand.kill("new-boot");
    await rig.stand.start();
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "closed", ending: { why: "rebooted" } });
    expect(rig.chargesOf(order)[0]).toMatchObject({ standing: "cancel" });
  });
});

describe("a stand with both", () => {
  test("shows and prints one and the same code", async () => {
    const rig = await openRig({ stands: [prints] });
    const { qr } = await rig.orders();
    expect(await scansPaper(rig)).toBe(qr);
    await rig.pays(qr);
    await rig.endsWell();
    expect(rig.stand.machine.printer?.printed).toBe(2);
  });

  test("that is out of paper before the sale sells by its screen", async () => {
    const rig = await openRig({ stands: [prints] });
    rig.stand.machine.setPrinter("out", "closed");
    const { qr } = await rig.orders();
    await rig.pays(qr);
    await rig.endsWell();
    expect(rig.stand.machine.printer?.printed).toBe(0);
    expect(rig.stand.front).toMatchObject({ at: "delivered" });
  });

  test("that runs out of paper after it was asked and before it prints sells by its screen", async () => {
    const rig = await openRig({ stands: [prints] });
    rig.arms({ fault: "delay", on: "charge", ms: 1_000, when: "after" });
    await rig.begins();
    rig.stand.machine.setPrinter("out", "closed");
    await rig.pays(await rig.scans());
    await rig.endsWell();
    expect(rig.stand.machine.printer).toMatchObject({ printed: 0, last: undefined });
    expect(rig.stand.front).toMatchObject({ at: "delivered" });
  });

  test("that runs out of paper in the middle of the code sells by its screen", async () => {
    const rig = await openRig({ stands: [prints] });
    rig.stand.machine.setPrinter("out-during", "closed");
    const { qr } = await rig.orders();
    await rig.pays(qr);
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "delivered" });
  });

  test("that runs out of paper in the middle of the receipt has delivered, and prints no second one", async () => {
    const rig = await openRig();
    const { order, qr } = await rig.orders();
    rig.stand.machine.setPrinter("out-during", "closed");
    await rig.pays(qr);
    await rig.endsWell();
    rig.stand.machine.setPrinter("ok", "closed");
    expect(rig.stand.pulsesOf(order)).toBe(1);
    expect(rig.stand.machine.printer?.printed).toBe(0);
  });
});

test("a stand without a printer sells by its screen, and its receipts are nowhere", async () => {
  const rig = await openRig({
    stands: [{ without: "printer", rules: { prints: { qr: false, receipt: false } } }],
  });
  const { qr } = await rig.orders();
  await rig.pays(qr);
  await rig.endsWell();
});
