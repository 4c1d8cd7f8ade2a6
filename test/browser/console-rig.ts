import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { Accounts } from "../../backend/console/accounts/accounts.ts";
import { Hasher } from "../../backend/console/accounts/hasher.ts";
import type { Desks } from "../../backend/console/api/desks.ts";
import type { Role } from "../../backend/console/api/words.ts";
import { Audit } from "../../backend/console/audit/audit.ts";
import { consoleSchema } from "../../backend/console/config.ts";
import { openConsole } from "../../backend/console/console.ts";
import { openStore } from "../../backend/store/store.ts";
import { utcClock } from "../../host/clock.ts";
import { type Log, silentLog } from "../../host/log.ts";

/** No step takes longer. */
const STEP_MS = 15_000;
/** As little work as scrypt does. */
const CHEAP = { logN: 4, r: 8, p: 1 };

/** A console as the backend opens it, over whatever desks: real accounts, sessions, policy and pages. */
export async function openConsoleFor(desks: Desks) {
  const clock = utcClock({ keepsAlive: false });
  const faults: string[] = [];
  const log: Log = { ...silentLog, error: (what, facts) => void faults.push(`${what} ${JSON.stringify(facts)}`) };
  const store = await openStore({ place: { file: ":memory:" }, clock });
  const config = consoleSchema.parse({ port: 0, requests_a_minute: 100_000 });
  const console = await openConsole({ config, store, desks, clock, log, isTest: true, cost: CHEAP });
  const audit = new Audit({ store, clock, log: silentLog });
  const accounts = new Accounts({ store, audit, clock, hasher: new Hasher(CHEAP) });
  return {
    url: console.server.url,
    /** What the backend's log calls an error. */
    faults,
    /** With a one-time password. */
    invite: async (name: string, role: Role): Promise<string> => {
      const added = await accounts.add({ who: "terminal", source: "terminal" }, name, role);
      if (added.is !== "added") throw new Error(`${name} is there already`);
      return added.password;
    },
    close: async (): Promise<void> => {
      await console.stop();
      await store.destroy();
    },
  };
}

/** A person at the console, and what the browser complained about meanwhile. */
export type Sitting = { readonly page: Page; readonly complaints: string[]; close(): Promise<void> };

export const PASSWORD = "kopi susu di lobi barat";

export async function sitDown(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Sitting> {
  const context = await browser.newContext({
    locale: "en-GB",
    timezoneId: "Asia/Jakarta",
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.setDefaultTimeout(STEP_MS);
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (line) => {
    if (line.type() === "warning" || (line.type() === "error" && !/ 401 /.test(line.text())))
      complaints.push(line.text());
  });
  page.on("response", (answer) => {
    if (answer.status() >= 400 && answer.status() !== 401) complaints.push(`${answer.status()} ${answer.url()}`);
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

/** Comes in with a one-time password, and takes one of its own, as everybody does the first time. */
export async function comeIn({ page }: Sitting, name: string, oneTime: string): Promise<void> {
  await page.locator("input[name=name]").fill(name);
  await page.locator("input[name=password]").fill(oneTime);
  await page.locator("button[type=submit]").click();
  await page.locator("input[name=old]").fill(oneTime);
  await page.locator("input[name=new]").fill(PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.locator(".nav").waitFor();
}
