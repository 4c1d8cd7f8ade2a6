import { type Browser, chromium, type FrameLocator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../../support/needs.ts";
import { buildProduct, DemoProcess, eventually } from "./demo-process.ts";

let browser: Browser;
let demo: DemoProcess;
let page: Page;
let phone: FrameLocator;
const complaints: string[] = [];

beforeAll(async () => {
  buildProduct();
  demo = await DemoProcess.start();
  browser = await chromium.launch({ executablePath: needs("chromium"), args: ["--no-sandbox", "--disable-gpu"] });
}, 180_000);
afterAll(async () => {
  await browser.close();
  await demo.stop();
});

beforeEach(async () => {
  complaints.length = 0;
  page = await browser.newPage({ locale: "id-ID", viewport: { width: 1280, height: 800 } });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (line) => {
    if (line.type() === "error") complaints.push(line.text());
  });
  await page.goto(demo.addresses.page);
  phone = page.frameLocator("#phone");
});
afterEach(async () => {
  await page.close();
  expect(complaints).toEqual([]);
});

const press = (button: string) => page.locator(`[data-button="${button}"]`).click();
const line = (words: string) => page.locator(".line", { hasText: words }).filter({ visible: true });
const pulsesShown = async (): Promise<readonly number[]> =>
  (await page.locator(".lamp").allTextContents()).map((text) => Number.parseInt(text, 10));

async function payByPhone(): Promise<void> {
  await demo.qrOnShow();
  await phone.getByRole("button", { name: "Pindai layar mesin" }).click();
  await phone.getByRole("button", { name: "Bayar", exact: true }).click();
  for (const digit of "135790") await phone.getByRole("button", { name: digit, exact: true }).click();
  await phone.getByText("Pembayaran berhasil").waitFor();
}

/** Whether nothing sticks out of the window to the right. */
const fits = () => page.evaluate("document.documentElement.scrollWidth <= window.innerWidth");

describe("the demo's page", () => {
  test("sells by mouse: from the button to the goods and the receipt", async () => {
    await press("new");
    await payByPhone();
    await line("Sale complete").first().waitFor();
    await eventually("the lamp has counted", async () => (await pulsesShown())[0] === 1);
    expect(await pulsesShown()).toEqual([1, 0, 0]);
    await page.locator("#goods").waitFor({ state: "visible" });
    await page.getByRole("button", { name: "Look at the receipt" }).click();
    await page.getByRole("dialog").waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    for (const words of [
      "Presses Kopi Susu",
      "charge Rp 15.000",
      "POST /v2/charge",
      "offer Rp 15.000",
      "settled Rp 15.000",
    ])
      expect(await line(words).count()).toBe(1);
  });

  test("pulls the plug and puts it back, and the sale goes on", async () => {
    await press("b2");
    const qr = await demo.qrOnShow();
    await page.getByRole("button", { name: /Pull the plug/ }).click();
    await page.getByRole("button", { name: /Put the plug back/ }).waitFor();
    expect(await demo.qrNow()).toBeUndefined();
    await page.getByRole("button", { name: /Put the plug back/ }).click();
    expect(await demo.qrOnShow()).toBe(qr);
    await payByPhone();
    await line("Sale complete").nth(1).waitFor();
    expect(await pulsesShown()).toEqual([1, 1, 0]);
  });

  test("shows paper, cover, jam and what is armed as they are, also those that others changed", async () => {
    const pressed = (name: string) => page.getByRole("button", { name, exact: true, pressed: true });
    for (const name of ["Paper out", "Cover open", "Jam the sensor", "Door open", "lost", "network"]) {
      await page.getByRole("button", { name, exact: true }).click();
      await pressed(name).waitFor();
      await pressed(name).click();
      await pressed(name).waitFor({ state: "detached" });
    }
    await demo.post(`${demo.addresses.stand}/printer`, { paper: "out" });
    await pressed("Paper out").waitFor();
    await demo.post(`${demo.addresses.stand}/printer`, { paper: "ok" });
  });

  test("shows the service page to who holds cancel down, and the lamp that goes dark for it", async () => {
    await page.locator("#lamp.lit").waitFor();
    const cancel = page.getByRole("button", { name: /BATAL/ });
    await cancel.hover();
    await page.mouse.down();
    await line("Service page on the screen").waitFor();
    await page.locator("#lamp:not(.lit)").waitFor();
    await page.mouse.up();
    await cancel.click();
    await line("Service page closed").waitFor();
    await page.locator("#lamp.lit").waitFor();
  });

  test("tells apart who did what, and hides acks until they are asked for", async () => {
    await line("Backend is up").waitFor();
    expect(await line("on disk: 1").count()).toBe(0);
    await page.getByRole("button", { name: "Every detail" }).click();
    await line("on disk: 1").first().waitFor();
    await page.locator(".chapters [data-chapter=midtrans]").click();
    await line("Backend is up").waitFor({ state: "detached" });
    await line("POST /v2/charge").first().waitFor();
  });

  test("has room for itself on a desk and on a phone, where its parts are tabs", async () => {
    expect(await fits()).toBe(true);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await fits()).toBe(true);
    await page.locator("#screen").waitFor({ state: "visible" });
    await page.getByRole("navigation").getByRole("button", { name: "Phone" }).click();
    await phone.getByRole("button", { name: "Pindai layar mesin" }).waitFor();
    await page.locator("#screen").waitFor({ state: "hidden" });
    await page.getByRole("navigation").getByRole("button", { name: "Timeline" }).click();
    await line("Backend is up").waitFor();
    expect(await fits()).toBe(true);
  });
});
