import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { eventually } from "../journeys/eventually.ts";
import { type FleetOptions, type PretendFleet, pretendFleet } from "../support/pretend-fleet.ts";
import { openBrowser } from "./browser.ts";
import { comeIn, openConsoleFor, PASSWORD, type Sitting, sitDown } from "./console-rig.ts";

/** The console's pages in a real browser, before a fleet that is made up; accounts, sessions and policy are real. */

vi.setConfig({ testTimeout: 90_000 });

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** `LOOK=folder` keeps a picture of every page there, for whoever wants to see them. */
const LOOK = process.env["LOOK"];
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 360, height: 760 };

let browser: Browser;
let fleet: PretendFleet;
let rig: Awaited<ReturnType<typeof openConsoleFor>>;
let desk: Sitting;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});
afterEach(async () => {
  await desk.close();
  await rig.close();
  expect(desk.complaints).toEqual([]);
  expect(rig.faults).toEqual([]);
});

async function arrive(options: Partial<FleetOptions> = {}, look: BrowserContextOptions = {}): Promise<void> {
  fleet = pretendFleet({ now: Date.now(), ...options });
  rig = await openConsoleFor(fleet.desks);
  desk = await sitDown(browser, rig.url, look);
  await comeIn(desk, "sari@example.id", await rig.invite("sari@example.id", "admin"));
}

const go = async (path: string): Promise<void> => {
  await desk.page.evaluate(`location.hash = ${JSON.stringify(`#${path}`)}`);
  await eventually(`${path} is there`, async () => (await desk.page.evaluate(IS_THERE)) === true, 15_000);
};
/** Nothing is on its way any more, and a map has its stands. */
const IS_THERE = `document.querySelector("h1") !== null && document.querySelector(".waiting") === null &&
  [...document.querySelectorAll(".map")].every((map) => map.querySelector(".heap") !== null) &&
  [...document.querySelectorAll(".chart")].every((chart) => chart.querySelector("canvas") !== null)`;

const pagesOf = ({ orders, stands }: PretendFleet): Readonly<Record<string, string>> => ({
  home: "/",
  stands: "/stands",
  sites: "/stands?by=site",
  stand: `/stands/${stands[3]?.id}`,
  orders: "/orders?state=owed",
  owed: `/orders/${orders.find(({ state }) => state === "owed")?.order}`,
  settled: `/orders/${orders.find(({ state }) => state === "remedied")?.order}`,
  sales: "/sales?days=30",
  alarms: "/alarms",
  versions: "/versions",
  accounts: "/accounts",
  audit: "/audit",
  nowhere: "/nowhere",
});

/** Of the page, and on a phone of any table whose rows are cards. */
const TOO_WIDE = `Math.max(document.documentElement.scrollWidth - innerWidth,
  ...[...document.querySelectorAll(".table:not(.ranking)")].map((each) => innerWidth > 760 ? 0 : each.scrollWidth - each.clientWidth))`;

/** What keeps the page that is open from being used by everybody: broken rules of WCAG 2.2 and best practice, and what is too wide. */
async function wrongs(name: string, rules?: readonly string[]): Promise<readonly string[]> {
  if ((await desk.page.evaluate("typeof axe")) === "undefined") await desk.page.evaluate(AXE);
  const broken = (await desk.page.evaluate(runAxe(rules))) as readonly string[];
  const wide = Number(await desk.page.evaluate(TOO_WIDE));
  return [...broken, ...(wide > 0 ? [`${wide} pixels too wide`] : [])].map((each) => `${name}: ${each}`);
}
const runAxe = (
  rules?: readonly string[],
): string => `axe.run(${JSON.stringify(rules ? { runOnly: rules } : {})}).then(({ violations }) => violations.map(({ id, nodes }) =>
  id + " " + nodes.slice(0, 3).map(({ target, failureSummary }) => target + " " + failureSummary).join(" | ")))`;

async function keepPicture(name: string): Promise<void> {
  if (LOOK === undefined) return;
  mkdirSync(LOOK, { recursive: true });
  writeFileSync(join(LOOK, `${name}.png`), await desk.page.screenshot({ fullPage: true, animations: "disabled" }));
}

test("days of sales are Jakarta's in a browser of any zone", async () => {
  await arrive({}, { viewport: DESK, locale: "en-GB", timezoneId: "America/Los_Angeles" });
  await go("/sales?days=7");
  const days = await desk.page.locator(".as-table tbody tr > :first-child").allTextContents();
  const shape = { timeZone: "Asia/Jakarta", day: "numeric", month: "short", year: "numeric" } as const;
  expect(days.at(-1)).toBe(new Intl.DateTimeFormat("en-GB", shape).format(Date.now()));
});

describe("every page", () => {
  test.each([
    ["a desk", "desk", DESK, "en-GB"],
    ["a small phone", "phone", PHONE, "id-ID"],
  ])("can be used by everybody on %s, in light and dark", async (_on, size, viewport, locale) => {
    await arrive({}, { viewport, locale });
    const found: string[] = [];
    for (const [name, path] of Object.entries(pagesOf(fleet))) {
      await go(path);
      for (const colorScheme of ["light", "dark"] as const) {
        await desk.page.emulateMedia({ colorScheme });
        found.push(
          ...(await wrongs(`${name}, ${colorScheme}`, colorScheme === "dark" ? ["color-contrast"] : undefined)),
        );
        await keepPicture(`${name}-${size}-${colorScheme}`);
      }
    }
    expect(found).toEqual([]);
  });

  test("shows script in every text as text, and none of it runs", async () => {
    const taint = `<img src=x onerror="globalThis.wasRun=1"><script>globalThis.wasRun=1</script>'"\${7*7}`;
    await arrive({ taint });
    for (const path of Object.values(pagesOf(fleet))) await go(path);
    await go("/");
    expect(await desk.page.locator(".owed-item").first().textContent()).toContain(
      "<script>globalThis.wasRun=1</script>",
    );
    await desk.page.getByRole("button", { name: "Refund" }).first().click();
    await desk.page.getByRole("dialog").waitFor();
    expect(await desk.page.evaluate("globalThis.wasRun")).toBeUndefined();
    expect(await desk.page.locator("main img[src=x], main script").count()).toBe(0);
  });
});

/** Two pictures on, everything that is to move has moved. */
const PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";
const WATCH_SHIFTS = `(async () => {
  await ${PAINTED};
  globalThis.found = [];
  globalThis.shifts = new PerformanceObserver((list) => globalThis.found.push(...list.getEntries()));
  globalThis.shifts.observe({ type: "layout-shift" });
})()`;
/** What moved that was in sight and moved by more than a rounded pixel. */
const SHIFTS = `(async () => {
  await ${PAINTED};
  return [...globalThis.found, ...globalThis.shifts.takeRecords()].flatMap(({ value, sources }) => value < 0.0005 ? [] :
    sources.map(({ node, previousRect: from, currentRect: to }) =>
      [node?.nodeName, node?.className, node?.textContent?.slice(0, 40), from.x, from.y, to.x, to.y].join(" ")));
})()`;

describe("a page that is open", () => {
  test("follows what happens, and nothing on it moves or takes the focus", async () => {
    await arrive();
    await go("/");
    await desk.page.evaluate("document.activeElement.blur()");
    await desk.page.evaluate(WATCH_SHIFTS);
    const order = fleet.sells();
    fleet.becomes("stasiun-gambir-1", "trouble");
    await desk.page.locator(".latest").getByText(order.claim).waitFor();
    await desk.page.locator(".state.bad b", { hasText: "3" }).waitFor();
    const owed = fleet.sells("owed");
    await desk.page.locator(".owed-list .claim", { hasText: owed.claim }).waitFor();
    expect(await desk.page.evaluate(SHIFTS)).toEqual([]);
    expect(await desk.page.evaluate("[document.activeElement.nodeName, scrollY]")).toEqual(["BODY", 0]);
  });

  test("shows ten thousand stands a page at a time, and finds one of them at once", async () => {
    await arrive({ stands: 10_000 });
    await go("/stands");
    const rows = desk.page.locator(".stand-table tbody tr");
    expect(await rows.count()).toBe(50);
    expect(await desk.page.locator(".heap").count()).toBeLessThan(200);
    await desk.page.getByRole("button", { name: "Next" }).press("Enter");
    await desk.page.getByText("51–100 of 10,000").waitFor();
    expect(await desk.page.evaluate("document.activeElement.textContent")).toBe("Next");
    await desk.page.reload();
    await desk.page.getByText("51–100 of 10,000").waitFor();
    await desk.page.getByRole("button", { name: "Previous" }).press("Enter");
    await desk.page.getByText("1–50 of 10,000").waitFor();
    expect(await desk.page.evaluate("document.activeElement.textContent")).toBe("Previous");
    const begun = Date.now();
    await desk.page.getByRole("searchbox").fill("jayapura-mall-771");
    await desk.page.getByText("1 stand", { exact: true }).waitFor();
    expect(Date.now() - begun).toBeLessThan(3_000);
    await rows.getByRole("link").click();
    await desk.page.getByRole("heading", { level: 1, name: "Teh Mall 771" }).waitFor();
  });

  test("leads to the door when its session has ended, and back to where it was", async () => {
    await arrive();
    await go("/alarms");
    await desk.page.context().clearCookies();
    await desk.page
      .getByRole("button", { name: /^Acknowledge/ })
      .first()
      .click();
    await desk.page.getByLabel("Account").fill("sari@example.id");
    await desk.page.getByLabel("Password").fill(PASSWORD);
    await desk.page.keyboard.press("Enter");
    await desk.page.getByRole("heading", { level: 1, name: "Alarms" }).waitFor();
  });
});

describe("what is asked before it is done", () => {
  const dialog = () => desk.page.getByRole("dialog");
  const refund = async () => {
    await desk.page.getByRole("button", { name: "Refund" }).first().click();
    await dialog().getByRole("radio", { name: "The goods did not come out" }).click();
  };

  test("cannot be sent twice, nor left as if it had not been sent", async () => {
    await arrive();
    const held = { go: () => {} };
    const { cash } = fleet.desks;
    const { refund: real } = cash;
    const asked: string[] = [];
    cash.refund = async (order, said) => {
      asked.push(order);
      await new Promise<void>((resolve) => {
        held.go = resolve;
      });
      return real(order, said);
    };
    await go("/");
    await refund();
    await dialog().getByRole("button", { name: /^Give/ }).press("Enter");
    await dialog().getByRole("button", { name: "Sending…" }).press("Enter");
    await desk.page.keyboard.press("Escape");
    await dialog().getByRole("button", { name: "Close" }).click();
    expect(await dialog().count()).toBe(1);
    await eventually("the refund is asked for", async () => asked.length > 0);
    held.go();
    await dialog().waitFor({ state: "detached" });
    await desk.page.getByText(/The refund of .* has begun/).waitFor();
    expect(asked).toHaveLength(1);
  });

  test("keeps what was filled in when the session ends meanwhile", async () => {
    await arrive();
    await go("/");
    await refund();
    await desk.page.context().clearCookies();
    await dialog().getByRole("button", { name: /^Give/ }).click();
    const door = desk.page.getByRole("dialog", { name: "Your session has ended" });
    await door.getByLabel("Password of sari@example.id").fill("not this one");
    await desk.page.keyboard.press("Enter");
    await door.getByText("Name and password do not go together").waitFor();
    await door.getByLabel("Password of sari@example.id").fill(PASSWORD);
    await desk.page.keyboard.press("Enter");
    await door.waitFor({ state: "detached" });
    expect(await dialog().getByRole("radio", { name: "The goods did not come out" }).isChecked()).toBe(true);
    expect(fleet.moved).toEqual([]);
    await dialog().getByRole("button", { name: /^Give/ }).click();
    await desk.page.getByText(/The refund of .* has begun/).waitFor();
    expect(fleet.moved).toHaveLength(1);
    await desk.page.locator(".link.live").waitFor();
  });
});

describe("the company's tongue", () => {
  test("is chosen on the page, and amounts, clocks and reasons are said in it", async () => {
    await arrive();
    await go("/");
    expect(await desk.page.locator(".owed-who .amount").first().textContent()).toMatch(/^Rp\s\d+,000$/);
    expect(await desk.page.locator(".latest time").first().textContent()).toMatch(/\d\d:\d\d\sWIB$/);
    await desk.page.getByRole("button", { name: "Indonesia" }).press("Enter");
    await desk.page.locator(".owed-item").first().waitFor();
    expect(await desk.page.evaluate("document.activeElement.textContent")).toBe("Indonesia");
    expect(await desk.page.locator(".owed-who .amount").first().textContent()).toMatch(/^Rp\s\d+\.000$/);
    expect(await desk.page.locator(".latest time").first().textContent()).toMatch(/\d\d\.\d\d\sWIB$/);
    expect(await desk.page.locator(".todo").first().textContent()).toContain("Kembalikan uangnya");
    await desk.page
      .getByRole("button", { name: /^Keluarkan/ })
      .first()
      .click();
    await desk.page.getByRole("radio", { name: "Pelanggan ada di mesin" }).click();
    await desk.page.getByRole("button", { name: "Keluarkan sekarang" }).click();
    const refused = desk.page.getByRole("alert");
    await refused.waitFor();
    // The backend's own sentence is English, and more for a log than for staff.
    expect(await refused.textContent()).toBe("Pelanggan tidak lagi menunggu barang untuk pesanan ini.");
    expect(desk.complaints.splice(0)).toHaveLength(2);
    fleet.orders.length = 0;
    await desk.page.reload();
    await desk.page.getByText("Belum ada pesanan").waitFor();
    await desk.page.getByText("Tidak ada yang menunggu").waitFor();
  });
});

test("a day's report is printed alone, on white, without what is pressed", async () => {
  await arrive({}, { colorScheme: "dark" });
  await go("/sales");
  await desk.page.evaluate("globalThis.print = () => { globalThis.wasPrinted = true; }");
  await desk.page.getByRole("button", { name: "Print" }).click();
  expect(await desk.page.evaluate("globalThis.wasPrinted")).toBe(true);
  await desk.page.emulateMedia({ media: "print" });
  const seen = (selector: string) => desk.page.locator(selector).first().isVisible();
  expect(await Promise.all(["#report table", "#sales-time", ".side", "#report button"].map(seen))).toEqual([
    true,
    false,
    false,
    false,
  ]);
  await desk.page.evaluate("dispatchEvent(new Event('beforeprint'))");
  expect(await desk.page.evaluate("document.documentElement.dataset.theme")).toBe("light");
  await desk.page.evaluate("dispatchEvent(new Event('afterprint'))");
  expect(await desk.page.evaluate("document.documentElement.dataset.theme")).toBe("dark");
  await desk.page.emulateMedia({ media: "screen" });
  expect(await seen("#sales-time")).toBe(true);
});

describe("by keyboard alone", () => {
  test("one skips to the content, decides, and comes back to where one was", async () => {
    await arrive();
    await go("/");
    await desk.page.reload();
    await go("/");
    await desk.page.keyboard.press("Tab");
    await desk.page.keyboard.press("Enter");
    expect(await desk.page.evaluate("document.activeElement.id")).toBe("main");
    const by = desk.page.getByRole("button", { name: "By hand" }).first();
    await by.focus();
    await desk.page.keyboard.press("Enter");
    const dialog = desk.page.getByRole("dialog");
    await dialog.waitFor();
    for (let presses = 0; presses < 12; presses += 1) {
      await desk.page.keyboard.press("Tab");
      const where = "document.activeElement.closest('dialog') !== null || document.activeElement === document.body";
      expect(await desk.page.evaluate(where)).toBe(true);
    }
    await keepPicture("dialog");
    expect(await wrongs("dialog")).toEqual([]);
    await desk.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await desk.page.evaluate("document.activeElement.textContent")).toContain("By hand");
    expect(fleet.moved).toEqual([]);
  });

  test("a menu is changed and sent, with what will be other told before", async () => {
    await arrive();
    await go(`/stands/${fleet.stands[0]?.id}`);
    await desk.page.locator("#menu").getByRole("button", { name: "Change" }).press("Enter");
    const dialog = desk.page.getByRole("dialog");
    await dialog.getByLabel("Price").first().fill("17000");
    await dialog.getByText(/Kopi Susu: Rp\s15,000 → Rp\s17,000/).waitFor();
    await keepPicture("menu");
    expect(await wrongs("menu")).toEqual([]);
    await dialog.getByRole("button", { name: "Send to the stand" }).press("Enter");
    await desk.page.getByText("The settings are on their way.").waitFor();
    expect(fleet.moved).toEqual([`settings ${fleet.stands[0]?.id}`]);
  });
});
