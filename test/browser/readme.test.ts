import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PNG } from "pngjs";
import { expect, test, vi } from "vitest";
import { ROOT } from "../../scripts/files.mjs";
import { isAlike, smallPng } from "../golden/picture.ts";
import { buildProduct, DemoProcess } from "../sandbox/demo/demo-process.ts";
import { openBrowser } from "./browser.ts";
import { consoleAtWork, demoMidSale, phonesInRow, receiptOnTable, screensStrip } from "./readme.ts";

/** `WRITE_IMAGES=1 npm test -- test/browser/readme` takes the README's pictures anew. */
const WRITES = process.env["WRITE_IMAGES"] === "1";
const MOST_BYTES = 250_000;

vi.setConfig({ testTimeout: 180_000 });

const placeOf = (name: string): string => join(ROOT, "docs/images", name);
const kept = (name: string): Buffer => readFileSync(placeOf(name));

function write(name: string, bytes: Uint8Array): void {
  mkdirSync(dirname(placeOf(name)), { recursive: true });
  writeFileSync(placeOf(name), bytes);
}

test.each([
  ["screens.png", screensStrip],
  ["receipt.png", receiptOnTable],
])("the README's %s shows what a stand shows now, within 250 kB", async (name, draw) => {
  const drawn = await draw();
  if (WRITES) write(name, smallPng(drawn));
  expect(isAlike(drawn, kept(name))).toBe(true);
  expect(kept(name).length).toBeLessThanOrEqual(MOST_BYTES);
});

test("the README's demo.png is a picture of the page in the middle of a sale, within 250 kB", async () => {
  if (WRITES) write("demo.png", await photograph());
  const { width, height } = PNG.sync.read(kept("demo.png"));
  expect([width, height]).toEqual([1280, 800]);
  expect(kept("demo.png").length).toBeLessThanOrEqual(MOST_BYTES);
});

test("the README's pay.png is a picture of three phones, within 250 kB", async () => {
  if (WRITES) write("pay.png", await photographPhones());
  const { width, height } = PNG.sync.read(kept("pay.png"));
  expect([width, height]).toEqual([1234, 876]);
  expect(kept("pay.png").length).toBeLessThanOrEqual(MOST_BYTES);
});

test("the README's console.png is a picture of its first page, within 250 kB", async () => {
  if (WRITES) write("console.png", await photographConsole());
  const { width, height } = PNG.sync.read(kept("console.png"));
  expect([width, height]).toEqual([1440, 1020]);
  expect(kept("console.png").length).toBeLessThanOrEqual(MOST_BYTES);
});

async function photographConsole(): Promise<Uint8Array> {
  const browser = await openBrowser();
  try {
    const { width, height, data } = PNG.sync.read(await consoleAtWork(browser));
    return smallPng({ width, height, rgba: new Uint8ClampedArray(data) });
  } finally {
    await browser.close();
  }
}

async function photographPhones(): Promise<Uint8Array> {
  const browser = await openBrowser();
  try {
    return smallPng(await phonesInRow(browser));
  } finally {
    await browser.close();
  }
}

async function photograph(): Promise<Uint8Array> {
  buildProduct();
  const [demo, browser] = await Promise.all([DemoProcess.start(), openBrowser()]);
  try {
    const { width, height, data } = PNG.sync.read(await demoMidSale(browser, demo.addresses.page));
    return smallPng({ width, height, rgba: new Uint8ClampedArray(data) });
  } finally {
    await browser.close();
    await demo.stop();
  }
}
