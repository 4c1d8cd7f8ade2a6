import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ConsoleRig, openConsoleRig } from "../backend/console/rig.ts";
import { freePort } from "../support/free-port.ts";
import { consoleAt, startOpenIdProvider } from "../support/openid-provider.ts";
import { openBrowser } from "./browser.ts";
import { type Sitting, sitDown } from "./console-rig.ts";

/** Signing in with the company's account, from the console's door to the provider's own page and back, in a real browser. */

/** Every step has its own end; a machine with much else to do may need a few of them. */
vi.setConfig({ testTimeout: 60_000 });

const PASSWORD = "of the company, not of the console";

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

/** To the provider's page, where one thing that the console has sent along is another, and on. */
async function signIn({ page }: Sitting, altered?: string): Promise<void> {
  await page.getByRole("link", { name: "Sign in with the company's account" }).click();
  await page.getByLabel("Company password").fill(PASSWORD);
  if (altered !== undefined)
    await page.evaluate(`document.querySelector('[name="${altered}"]').value = "${"x".repeat(43)}"`);
  await page.getByRole("button", { name: "Continue" }).click();
}

const meAt = async ({ page }: Sitting): Promise<unknown> =>
  page.evaluate(`fetch("/api/me").then(async (answer) => ({ status: answer.status, ...(await answer.json()) }))`);

/** Whoever altered nothing is let in by the same steps: it is the one word that is refused. */
async function expectRefused(rig: ConsoleRig, desk: Sitting, altered: string, because: RegExp): Promise<void> {
  await signIn(desk, altered);
  await desk.page.getByText("The company's account was not let in").waitFor();
  expect(await meAt(desk), altered).toMatchObject({ status: 401 });
  expect((await rig.entries()).at(-1), altered).toMatchObject({
    result: "refused",
    because: expect.stringMatching(because),
  });
}

test("the company's account opens the console as what its groups say, and not when a word on the way was altered", async () => {
  const provider = await startOpenIdProvider();
  provider.password = PASSWORD;
  // To a browser `localhost` is another site than 127.0.0.1: cookies cross as little as between two companies.
  const port = await freePort();
  const rig = await openConsoleRig(consoleAt(provider, `http://localhost:${port}`));
  const desk = await sitDown(browser, `http://localhost:${port}`);
  const { page } = desk;
  try {
    await expectRefused(rig, desk, "state", /no sign-in/);
    await expectRefused(rig, desk, "nonce", /CLAIM_COMPARISON/);
    await expectRefused(rig, desk, "code_challenge", /RESPONSE_BODY/);
    expect(await rig.accounts.list()).toEqual([]);

    await signIn(desk);
    await page.locator(".nav").waitFor();
    expect(await page.locator(".me").textContent()).toMatch(/^ani@example\.idStaff/);
    expect(await page.locator(".me").getByRole("button").count(), "no password of hers is here to change").toBe(1);
    expect(await meAt(desk)).toMatchObject({ status: 200, role: "staff", isForeign: true });
    expect(await page.evaluate("document.cookie"), "no script has the session").toBe("");

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("link", { name: "Sign in with the company's account" }).waitFor();
    expect(await meAt(desk)).toMatchObject({ status: 401 });
    expect(desk.complaints).toEqual([]);
  } finally {
    await desk.close();
  }
});
