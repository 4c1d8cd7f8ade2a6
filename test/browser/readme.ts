import { createCanvas, loadImage } from "@napi-rs/canvas";
import type { Browser } from "playwright-core";
import type { State } from "../../backend/ledger/words.ts";
import type { Frame } from "../../device/device.ts";
import { framePng, readPng } from "../../device/drawing/canvas.ts";
import { DEEPLINK, openPayRig, owed, payable, states, stories } from "../backend/pay/kit.ts";
import { frameOf } from "../golden/picture.ts";
import { drawView } from "../golden/screens.ts";
import { drawPaper, papers } from "../golden/slips.ts";
import { pretendFleet } from "../support/pretend-fleet.ts";
import { comeIn, openConsoleFor, sitDown } from "./console-rig.ts";
import { takeOut } from "./pocket.ts";
import { Visit } from "./visit.ts";

/** The pictures of the README. */

const GLASS = { width: 480, height: 320 };
const GAP = 16;
const TABLE = "#d9d5cb";

/** What a customer sees from first to last, side by side. */
export const screensStrip = (): Promise<Frame> =>
  sideBySide((["welcome", "qr", "thank-you"] as const).map((name) => drawView(name, GLASS, false)));

export function receiptOnTable(): Promise<Frame> {
  const paper = papers.find(({ name, dots }) => name === "receipt" && dots === 384);
  if (paper === undefined) throw new Error("there is no receipt");
  return sideBySide([frameOf(drawPaper(paper))]);
}

/** The demo's page in the middle of a sale: one customer waits for staff, one is served, the next about to pay. */
export async function demoMidSale(browser: Browser, address: string): Promise<Buffer> {
  const visit = await Visit.begin(browser, address);
  const buy = async (key: string): Promise<void> => {
    await visit.key(key).click();
    await visit.codeOnShow();
    await visit.pay();
    await visit.told("Receipt printed");
    await visit.phone.locator('[data-go="home"]:visible').click();
  };
  try {
    await visit.page.locator("#jam").click();
    await buy("new");
    await visit.page.locator("#owed li").waitFor();
    await visit.page.locator("#jam").click();
    await buy("b3");
    await visit.told("Sale complete");
    await visit.key("b2").click();
    await visit.codeOnShow();
    await visit.phone.locator("#scan-stand").click();
    await visit.phone.locator("#to-pin").waitFor();
    return await visit.page.screenshot({ animations: "disabled" });
  } finally {
    await visit.end();
  }
}

/** A customer's page on three phones: before the payment, in trouble, and when the money is back. */
export async function phonesInRow(browser: Browser): Promise<Frame> {
  const pages = [payable({ deeplink: DEEPLINK }), owed({ because: "not-confirmed" }), states.remedied];
  const frames: Frame[] = [];
  for (const state of pages) frames.push(await readPng(await photographed(browser, state)));
  return sideBySide(frames);
}

/** The console's first page: a fleet in which some things are wrong. */
export async function consoleAtWork(browser: Browser): Promise<Buffer> {
  const fleet = pretendFleet({ now: Date.now() });
  const rig = await openConsoleFor(fleet.desks);
  const desk = await sitDown(browser, rig.url, { viewport: { width: 1440, height: 1020 } });
  try {
    await comeIn(desk, "sari", await rig.invite("sari", "staff"));
    await desk.page.locator(".owed-item").first().waitFor();
    await desk.page.locator(".heap").first().waitFor();
    await desk.page.evaluate("document.activeElement.blur()");
    return await desk.page.screenshot({ animations: "disabled" });
  } finally {
    await desk.close();
    await rig.close();
  }
}

async function photographed(browser: Browser, state: State): Promise<Buffer> {
  const rig = await openPayRig();
  try {
    await rig.puts(state, stories.returned);
    const pocket = await takeOut(browser, rig.page, { sharpness: 1 });
    return await pocket.page.screenshot({ animations: "disabled" }).finally(pocket.close);
  } finally {
    await rig.close();
  }
}

async function sideBySide(frames: readonly Frame[]): Promise<Frame> {
  const width = frames.reduce((sum, frame) => sum + frame.width + GAP, GAP);
  const height = Math.max(...frames.map((frame) => frame.height)) + 2 * GAP;
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  context.fillStyle = TABLE;
  context.fillRect(0, 0, width, height);
  let x = GAP;
  for (const frame of frames) {
    context.drawImage(await loadImage(framePng(frame)), x, GAP);
    x += frame.width + GAP;
  }
  return readPng(canvas.toBuffer("image/png"));
}
