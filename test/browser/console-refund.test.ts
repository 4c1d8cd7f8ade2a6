import { expect, test, vi } from "vitest";
import { zbarRead } from "../device/fixtures.ts";
import { eventually } from "../sandbox/demo/demo-process.ts";
import { needs } from "../support/needs.ts";
import { type Sitting, sitDown } from "./console-rig.ts";
import { demoInBrowser } from "./demo-in-browser.ts";

/** The real backend, a stand and Midtrans' stand-in: what somebody does who has never seen the console before. */

needs("zbarimg");
vi.setConfig({ testTimeout: 120_000 });

/** A bank confirms after five seconds, and is asked no closer than every ten. */
const MONEY_BACK_MS = 40_000;

const SIZE_OF_PICTURE = `(({ naturalWidth, naturalHeight }) => [naturalWidth, naturalHeight])(document.querySelector(".glass img"))`;

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

async function signedIn(): Promise<Sitting> {
  const { url, name, password } = at.demo.addresses.console;
  const desk = await sitDown(at.browser, url);
  await desk.page.getByLabel("Account").fill(name);
  await desk.page.getByLabel("Password").fill(password);
  await desk.page.keyboard.press("Enter");
  await desk.page.locator(".nav").waitFor();
  return desk;
}

test("a new operator finds what is owed on the first page, and gives it back with three clicks", async () => {
  const claim = await buyUnseen();
  const desk = await signedIn();
  const { page } = desk;
  const { name } = at.demo.addresses.console;
  try {
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

test("whoever looks at a stand's screen from afar sees it as it is now, and in the place of the code one that says nothing", async () => {
  await at.demo.press("new");
  const code = await at.demo.qrOnShow();
  const desk = await signedIn();
  const { page } = desk;
  try {
    await page.getByRole("link", { name: "Stands" }).first().click();
    const asked = page.waitForResponse((answer) => answer.url().endsWith("/screen"));
    await page.locator("main").getByRole("link", { name: "Kopi Lobi" }).first().click();
    const picture = await (await asked).body();
    const glass = page.locator(".glass");
    await glass.getByText("Drawn by the stand just now: QR code.").waitFor();
    expect(await page.evaluate(SIZE_OF_PICTURE)).toEqual([480, 320]);
    expect(await glass.textContent()).toContain("what is seen here is not to be scanned");
    const onGlass = await (await fetch(`${at.demo.addresses.stand}/screen.png`)).arrayBuffer();
    expect(await zbarRead(new Uint8Array(onGlass))).toBe(code);
    expect(await zbarRead(picture)).not.toBe(code);
    expect(desk.complaints).toEqual([]);
  } finally {
    await desk.close();
  }
});
