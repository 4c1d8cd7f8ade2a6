import { describe, expect, test } from "vitest";
import { standFace } from "../../device/simulated/http.ts";
import type { ReleaseId } from "../../protocol/ids.ts";
import { openRig } from "./open-rig.ts";
import type { Rig } from "./rig.ts";
import { LONG_PRESS_MS, type StandRig } from "./stand-rig.ts";

/* A door that is opened at a bad moment, a chute that is blocked, and somebody who comes to mend. */

const DOOR = { shape: { sensors: [{ name: "door" }] } };
const CHUTE = { shape: { sensors: [{ name: "slot", follows: { line: "gate", afterMs: 20 } }] } };

/** What people do to the stand, over HTTP as in the demo. */
async function hands(stand: StandRig) {
  const power = { cut: async () => undefined, on: async () => undefined, isOn: () => true };
  const face = await standFace({ stand: stand.machine, power }).listen(0);
  const post = async (path: string, body: object = {}): Promise<unknown> => {
    const answer = await fetch(`${face.address}/${path}`, { method: "POST", body: JSON.stringify(body) });
    return answer.json();
  };
  return { post, close: () => face.close() };
}

const isOutOfService = (rig: Rig): Promise<true> =>
  rig.until("the stand is out of service", () => rig.stand.page.title.second === "Out of service");

describe("a door", () => {
  test("that is open sells nothing; shut, it sells at once", async () => {
    const rig = await openRig({ stands: [DOOR] });
    const { post, close } = await hands(rig.stand);
    await post("sensor/door", { active: true });
    await isOutOfService(rig);
    await post("buttons/new");
    await rig.until("the press is refused", () => rig.diary.has("pressed", "door-open"));
    expect(rig.midtrans.midtrans.transactions()).toEqual([]);
    await post("sensor/door", { active: false });
    const { qr } = await rig.orders();
    await rig.pays(qr);
    await rig.endsWell();
    await close();
  });

  test("that is opened while a customer may pay ends the charge at Midtrans", async () => {
    const rig = await openRig({ stands: [DOOR] });
    const { order, qr } = await rig.orders();
    rig.stand.machine.hold("door", true);
    await rig.until("the code is gone", () => rig.stand.codeOnGlass === undefined);
    await rig.backendIs("voided", order);
    expect(await rig.pays(qr)).toMatchObject({ paid: false });
    await isOutOfService(rig);
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "closed", ending: { is: "voided", why: "cancelled" } });
  });

  test("that is opened after the payment keeps the goods in: owed, and released by staff when it is shut", async () => {
    const rig = await openRig({ stands: [{ ...DOOR, rules: { graceMs: 20_000 } }] });
    const { order, qr } = await rig.orders();
    rig.stand.cutLink();
    await rig.pays(qr);
    rig.stand.machine.hold("door", true);
    rig.stand.mendLink();
    await rig.standIs("troubled");
    expect(rig.stand.front).toMatchObject({ because: "release-failed" });
    expect(rig.stand.pulsesOf(order)).toBe(0);
    await rig.backendIs("owed", order);
    rig.stand.machine.hold("door", false);
    await rig.backend.backend.cashier.decide(order, {
      type: "release-ordered",
      release: "staff-1" as ReleaseId,
      by: "Sari",
      why: "the door is shut",
    });
    await rig.standIs("delivered");
    await rig.endsWell();
    expect(rig.stand.pulsesOf(order)).toBe(1);
  });
});

test("a chute that is blocked sells nothing, and is not taken for a delivery", async () => {
  const rig = await openRig({ stands: [CHUTE] });
  rig.stand.machine.hold("slot", true);
  rig.stand.press();
  await rig.until("the press is refused", () => rig.diary.has("pressed", "sensor-stuck"));
  rig.stand.machine.hold("slot", false);
  await rig.until("it would sell again", () => rig.stand.page.menu !== undefined);
  const { order, qr } = await rig.orders();
  rig.stand.machine.hold("slot", true);
  await rig.pays(qr);
  await rig.standIs("troubled");
  expect(rig.stand.front).toMatchObject({ because: "not-confirmed" });
  await rig.backendIs("owed", order);
  expect(rig.stand.pulsesOf(order)).toBe(1);
  await rig.endsWell();
});

test("who holds cancel down sees the service page, prints a test strip, and leaves the stand selling", async () => {
  const rig = await openRig({ stands: [DOOR] });
  const { post, close } = await hands(rig.stand);
  await post("buttons/cancel", { ms: 2 * LONG_PRESS_MS });
  const report = await rig.until("the service page is there", () => rig.stand.page.report);
  expect(report.rows.find(({ label }) => label === "Link")?.value).toBe("up");
  expect(report.wires.map(({ label }) => label)).toEqual(["new", "cancel", "door"]);
  await post("sensor/door", { active: true });
  const doorIs = (is: string) => () =>
    rig.stand.page.report?.wires.some((wire) => wire.label === "door" && wire.is === is);
  await rig.until("the door is seen to be open", doorIs("active"));
  await post("sensor/door", { active: false });
  await post("buttons/new");
  await rig.until("a test strip is printed", () => rig.stand.machine.printer?.printed === 1);
  expect(await rig.stand.states()).toEqual([]);
  await rig.until("cancel is let go", () => !rig.stand.machine.isActive("cancel"));
  await post("buttons/cancel");
  await rig.until("the stand sells again", () => rig.stand.page.menu !== undefined);
  const { qr } = await rig.orders();
  await rig.pays(qr);
  await rig.endsWell();
  await close();
});

test("a customer who holds cancel down ends the order, and sees no service page", async () => {
  const rig = await openRig({});
  const { order } = await rig.orders();
  rig.stand.machine.press("cancel", 4 * LONG_PRESS_MS);
  await rig.backendIs("voided", order);
  await rig.until("cancel is let go", () => !rig.stand.machine.isActive("cancel"));
  expect(rig.diary.has("service page")).toBe(false);
  await rig.endsWell();
});
