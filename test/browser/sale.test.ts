import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isOrderId } from "../../protocol/ids.ts";
import { drawTrouble, drawView } from "../golden/screens.ts";
import { eventually, type Pulse } from "../sandbox/demo/demo-process.ts";
import { demoInBrowser } from "./demo-in-browser.ts";
import { Visit } from "./visit.ts";

/** What a person does with the mouse on the page that `npm start` opens. */

const GLASS = { width: 480, height: 320 };
/** The demo's stand is in test mode. */
const shown = (name: Parameters<typeof drawView>[0]) => drawView(name, GLASS, true);

/** Every wait has its own end; a machine with much else to do may need a few of them. */
vi.setConfig({ testTimeout: 60_000 });

const at = demoInBrowser();
let visit: Visit;
let before: readonly Pulse[];

beforeEach(async () => {
  before = await at.demo.pulses();
  visit = await Visit.begin(at.browser, at.demo.addresses.page);
});
afterEach(async () => {
  await visit.end();
  await at.demo.power("on");
  await at.demo.press("cancel");
  expect(visit.complaints).toEqual([]);
});

const linesSince = async (): Promise<readonly string[]> =>
  (await at.demo.pulses()).slice(before.length).map(({ line }) => line);

test("a sale: product, phone, PIN, paid; the relay closes once, and the receipt comes", async () => {
  await visit.key("new").click();
  const code = await visit.codeOnShow();
  await visit.pay();
  await visit.sees("the stand says thank you", shown("thank-you"));
  await visit.told("Receipt printed");
  expect(await linesSince()).toEqual(["slot-1"]);
  expect(await visit.lamp("slot-1").getAttribute("data-pulses")).toBe("1");
  for (const line of ["slot-2", "slot-3"]) expect(await visit.lamp(line).getAttribute("data-pulses")).toBe("0");
  expect(await visit.code(), `${code} is paid`).toBeUndefined();

  // The stand's statement is on its way before its log tells of the same: these two may stand either way round.
  const steps = [
    ["Presses Kopi Susu"],
    ["Order begun", "charge Rp 15.000"],
    ["offer Rp 15.000"],
    ["QR code checked"],
    ["Paid Rp 15.000"],
    ["settled Rp 15.000"],
    ["Money arrived"],
    ["Relay slot-1 closes"],
    ["Delivered: thank you", "delivered"],
  ];
  const places = await Promise.all(steps.map((step) => Promise.all(step.map((line) => visit.told(line)))));
  for (const [i, place] of places.slice(1).entries())
    expect(Math.min(...place), `${steps[i + 1]} after ${steps[i]}`).toBeGreaterThan(Math.max(...(places[i] ?? [])));
  await visit.told("Sale complete");

  await visit.page.locator("#paper").click();
  const picture = visit.page.locator("#slip-picture");
  await picture.waitFor();
  expect(await visit.page.evaluate('document.getElementById("slip-picture").naturalWidth')).toBe(384);
  await visit.page.getByRole("button", { name: "Close" }).click();
  await picture.waitFor({ state: "hidden" });
});

test("BATAL takes the QR code away at once, and nobody can pay it any more", async () => {
  await visit.key("b2").click();
  const code = await visit.codeOnShow();
  await visit.key("cancel").click();
  await visit.sees("the stand says cancelled", shown("cancelled"));
  await visit.told("Order closed: nobody can pay it any more");
  expect((await at.demo.pay(code)).json).toMatchObject({ paid: false });
  expect(await linesSince()).toEqual([]);
});

test("the plug pulled while the QR code is on show: dark, and the same code when it is back, for one sale", async () => {
  await visit.key("b3").click();
  const code = await visit.codeOnShow();
  const plug = visit.page.locator("#power");
  await plug.click();
  await visit.lit("daemon", "cut");
  await visit.codeGone();
  expect(await plug.textContent()).toContain("Put the plug back");
  await plug.click();
  await visit.lit("daemon", "ready");
  expect(await visit.codeOnShow()).toBe(code);
  await visit.pay();
  await visit.sees("the stand says thank you", shown("thank-you"));
  await visit.told("Delivered: thank you");
  expect(await linesSince()).toEqual(["slot-3"]);
});

describe("made to go wrong", () => {
  test("a charge that the acquirer denies is asked for again, and the customer notices nothing", async () => {
    await visit.knob("deny").click();
    await eventually("the knob is pressed", async () => isPressed("deny"));
    await visit.key("b2").click();
    await visit.codeOnShow();
    expect(await isPressed("deny")).toBe(false);
    const charges = (await visit.story()).filter((line) => line === "POST /v2/charge").length;
    await visit.key("cancel").click();
    await visit.codeGone();
    expect(charges).toBeGreaterThanOrEqual(2);
  });

  test("a notification that comes three times opens once", async () => {
    await visit.knob("duplicate").click();
    await visit.key("b2").click();
    await visit.codeOnShow();
    await visit.pay();
    await visit.told("Sale complete");
    await eventually("all three have come", async () => {
      const story = await visit.story();
      return story.filter((line) => line.startsWith("Notification: settlement")).length >= 3;
    });
    expect(await linesSince()).toEqual(["slot-2"]);
  });

  test("a code for another sum is never shown", async () => {
    await visit.knob("bad-qr").click();
    await visit.key("b3").click();
    await visit.told("QR code is not what was ordered");
    expect(await visit.code()).toBeUndefined();
  });

  test("goods that the sensor does not see are owed, and the customer gets a code to tell", async () => {
    const jam = visit.page.locator("#jam");
    await jam.click();
    await visit.key("new").click();
    await visit.codeOnShow();
    await visit.pay();
    await visit.told("Paid, not surely delivered");
    const order = (await at.demo.pulses()).at(-1)?.order ?? "";
    if (!isOrderId(order)) throw new Error("no pulse");
    const { page } = await at.demo.glance();
    const about = { id: order, page: page?.address ?? "" };
    await visit.sees("the stand shows this order's code", drawTrouble("not-confirmed", about, GLASS, true));
    await jam.click();
    await eventually("the sensor is free", async () => (await jam.getAttribute("aria-pressed")) === "false");
    expect(await linesSince()).toEqual(["slot-1"]);
  });

  const isPressed = async (knob: string): Promise<boolean> =>
    (await visit.knob(knob).getAttribute("aria-pressed")) === "true";
});
