import type { BrowserContextOptions, Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { eventually } from "../sandbox/demo/demo-process.ts";
import { demoInBrowser } from "./demo-in-browser.ts";
import { Visit } from "./visit.ts";

/** What comes after a payment, on the page that `npm start` opens: staff, the customer's own page, and the way into the app. */

/** Every wait has its own end; a machine with much else to do may need a few of them. */
vi.setConfig({ testTimeout: 90_000 });

/** A bank confirms after five seconds, and is asked no closer than every ten. */
const MONEY_BACK_MS = 40_000;
const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };

const at = demoInBrowser();
let visit: Visit;

beforeEach(async () => {
  visit = await Visit.begin(at.browser, at.demo.addresses.page, DESK);
});
afterEach(async () => {
  await visit.end();
  await at.demo.press("cancel");
  expect(visit.complaints).toEqual([]);
});

const panel = () => visit.page.locator("#staff");
const rows = () => panel().locator("#owed li");
const deed = (name: string) => panel().getByRole("button", { name, exact: true });
const nothingOwed = () =>
  panel().locator("#owed-count", { hasText: "nothing" }).waitFor({ timeout: MONEY_BACK_MS, state: "attached" });

/** A coffee that falls where no sensor sees it. */
async function buyUnseen(): Promise<void> {
  const jam = visit.page.locator("#jam");
  await jam.click();
  await visit.key("new").click();
  await visit.codeOnShow();
  await visit.pay();
  await rows().first().waitFor({ timeout: 25_000 });
  await jam.click();
  await visit.phone.locator('[data-go="home"]:visible').click();
}

describe("what is owed", () => {
  test("appears by itself with its code, and is gone when staff has let it out", async () => {
    expect(await panel().textContent()).toContain("nothing");
    await buyUnseen();
    expect(await rows().textContent()).toMatch(/^\w{4}-\w{4}Kopi SusuRp 15\.000the sensor saw nothing fall/);
    await deed("Release").click();
    await visit.told("Staff allows a release");
    await visit.told("Sale complete");
    await nothingOwed();
    expect(await rows().count()).toBe(0);
    expect(await visit.lamp("slot-1").getAttribute("data-pulses")).toBe("2");
  });

  test("is given back by a click: on its way, back, and in the customer's history", async () => {
    await buyUnseen();
    await deed("Refund").click();
    await panel().getByText("on its way back").waitFor();
    expect(await deed("Release").count()).toBe(0);
    await visit.told("Staff gives the money back");
    await visit.told("Refund of Rp 15.000 confirmed by the payer's bank");
    await nothingOwed();
    await visit.told("Learnt by asking: the money is back with the customer");
    await visit.told("remedied");
    await visit.phone.locator("#to-history").click();
    await visit.phone.getByText("Refund from the shop").waitFor();
    await visit.phone.getByText("+Rp15.000").waitFor();
  });

  test("says what stands against it when the backend is dead, and works when it is back", async () => {
    await buyUnseen();
    await visit.knob("crash-backend").click();
    await visit.lit("backend", "down");
    await deed("Refund").click();
    await panel().getByText("the backend did not answer").waitFor();
    expect(visit.complaints.splice(0)).toEqual(expect.arrayContaining([expect.stringMatching(/^502 /)]));
    await visit.lit("backend", "ready");
    await deed("Release").click();
    await nothingOwed();
  });

  test("leads to the page that the customer sees, and fits a small phone", async () => {
    await buyUnseen();
    await visit.page.setViewportSize({ width: 320, height: 640 });
    await visit.page.locator('.tabs [data-tab="story"]').click();
    await rows().getByRole("link").waitFor();
    expect(await visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    const tab = await opened(() => rows().getByRole("link").click());
    await tab.getByText("Your money is on record").first().waitFor();
    await tab.close();
    await deed("Release").click();
    await nothingOwed();
  });
});

describe("the customer's page", () => {
  test("is one click away from the first offer on, and is of the order in front", async () => {
    await visit.key("b2").click();
    const code = await visit.codeOnShow();
    const tab = await opened(() => visit.page.locator("#customer-page").click());
    await tab.getByText("Rp 8.000").first().waitFor();
    await at.demo.pay(code);
    await tab.getByText("Done. Thank you").first().waitFor();
    await tab.close();
    await visit.key("b3").click();
    await visit.codeOnShow();
    const next = await opened(() => visit.page.locator("#customer-page").click());
    await next.getByText("Rp 5.000").first().waitFor();
    await next.close();
  });

  test("leads into GoPay's app where that is switched on, and back, and the goods come", async () => {
    const option = visit.page.locator("#gopay");
    await option.click();
    await visit.told("Another configuration");
    await visit.told("Connected to the broker");
    await visit.key("b2").click();
    await visit.codeOnShow();
    const tab = await opened(() => visit.page.locator("#customer-page").click());
    await tab.getByRole("link", { name: "Pay with GoPay" }).click();
    await tab.getByRole("button", { name: "Pay", exact: true }).click();
    await tab.waitForURL(/\/finish\?/);
    await tab.getByText("Done. Thank you").first().waitFor();
    await tab.close();
    await visit.told("Delivered: thank you");
    expect(await option.getAttribute("aria-pressed")).toBe("true");
    await option.click();
    await eventually("it is switched off", async () => (await option.getAttribute("aria-pressed")) === "false");
    await visit.told("Connected to the broker");
  });
});

/** The tab that opens. */
async function opened(open: () => Promise<void>): Promise<Page> {
  const [tab] = await Promise.all([visit.page.context().waitForEvent("page"), open()]);
  tab.setDefaultTimeout(25_000);
  return tab;
}
