import { expect, test, vi } from "vitest";
import { eventually } from "../sandbox/demo/demo-process.ts";
import { sitDown } from "./console-rig.ts";
import { demoInBrowser } from "./demo-in-browser.ts";

/** The real backend, a stand and Midtrans' stand-in: what somebody does who has never seen the console before. */

vi.setConfig({ testTimeout: 120_000 });

/** A bank confirms after five seconds, and is asked no closer than every ten. */
const MONEY_BACK_MS = 40_000;

const at = demoInBrowser();

/** A coffee that falls where no sensor sees it; resolves to the claim code. */
async function buyUnseen(): Promise<string> {
  const jam = (jammed: boolean) => at.demo.post(`${at.demo.addresses.stand}/sensor/chute`, { jammed });
  await jam(true);
  await at.demo.press("new");
  expect((await at.demo.pay(await at.demo.qrOnShow())).json).toMatchObject({ paid: true });
  const claim = await eventually("an order is owed", async () => (await at.demo.glance()).owed[0]?.claim);
  await jam(false);
  return claim;
}

test("a new operator finds what is owed on the first page, and gives it back with three clicks", async () => {
  const claim = await buyUnseen();
  const { url, name, password } = at.demo.addresses.console;
  const desk = await sitDown(at.browser, url);
  const { page } = desk;
  try {
    await page.getByLabel("Account").fill(name);
    await page.getByLabel("Password").fill(password);
    await page.keyboard.press("Enter");

    const row = page.locator(".owed-item", { hasText: claim });
    // What is owed and how the stands are called are two answers; until the second the row says the stand's id.
    await row.getByRole("link", { name: "Kopi Lobi" }).waitFor();
    expect(await row.textContent()).toMatch(/Rp\s15,000.*The sensor saw nothing fall.*Kopi Lobi/);
    await row.getByRole("button", { name: "Refund" }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.textContent()).toContain("goes back to the wallet or bank that paid");
    expect(await dialog.getByRole("button", { name: /^Give/ }).isDisabled()).toBe(true);
    await dialog.getByRole("radio", { name: "The goods did not come out" }).click();
    await dialog.getByRole("button", { name: /^Give Rp\s15,000 back$/ }).click();

    await page.getByText("Nobody is owed anything").waitFor({ timeout: MONEY_BACK_MS });
    await page.getByRole("link", { name: claim }).first().click();
    await page.getByText("The money is back with the customer").first().waitFor();
    expect(await page.locator(".story").textContent()).toContain(`${name}: The goods did not come out`);
    expect(desk.complaints).toEqual([]);
  } finally {
    await desk.close();
  }
});
