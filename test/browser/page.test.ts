import { afterEach, describe, expect, test, vi } from "vitest";
import { eventually } from "../sandbox/demo/demo-process.ts";
import { demoInBrowser } from "./demo-in-browser.ts";
import { Visit } from "./visit.ts";

/** The page itself: whether it fits every screen, and can be used by hand, by keyboard and under a strict policy. */

const CONTROLS = [
  ...["new", "b2", "b3", "cancel"].map((button) => `[data-button="${button}"]`),
  ...["paper-out", "cover-open", "jam", "power"].map((id) => `#${id}`),
  ...["late", "drop", "duplicate", "forge", "lost-answer", "deny", "no-qr-string", "bad-qr"].map(
    (knob) => `[data-knob="${knob}"]`,
  ),
  ...["network", "crash-backend", "crash-daemon"].map((knob) => `[data-knob="${knob}"]`),
  ...["all", "stand", "wire", "backend", "midtrans"].map((chapter) => `button[data-chapter="${chapter}"]`),
  "#every",
  "#gopay",
];
const PHONE = { width: 390, height: 844 };

/** Every wait has its own end; a machine with much else to do may need a few of them. */
vi.setConfig({ testTimeout: 60_000 });

const at = demoInBrowser();
let visit: Visit;

afterEach(async () => {
  await visit.end();
  expect(visit.complaints).toEqual([]);
});

const arrive = async (viewport: { width: number; height: number }): Promise<void> => {
  visit = await Visit.begin(at.browser, at.demo.addresses.page, { viewport });
};
const overflow = async (): Promise<number> =>
  Number(await visit.page.evaluate("document.documentElement.scrollWidth - innerWidth"));
const openTab = (name: string) => visit.page.locator(`.tabs [data-tab="${name}"]`).click();

const isAtRest = async (id: string): Promise<boolean> =>
  Boolean(
    await visit.page.evaluate(
      `document.getElementById("${id}").getAnimations().every(({ playState }) => playState === "finished")`,
    ),
  );

/** Those of `selectors` that are visible, and which a finger cannot touch all over because something lies on them. */
const covered = async (selectors: readonly string[]): Promise<unknown> =>
  visit.page.evaluate(`${JSON.stringify(selectors)}.filter((selector) => {
    const control = document.querySelector(selector);
    if (!control.checkVisibility({ visibilityProperty: true })) return false;
    control.scrollIntoView({ block: "center" });
    const { left, top, width, height } = control.getBoundingClientRect();
    const places = [[0.1, 0.5], [0.5, 0.5], [0.9, 0.5], [0.5, 0.2], [0.5, 0.8]];
    return !places.every(([x, y]) => control.contains(document.elementFromPoint(left + x * width, top + y * height)));
  })`);

describe("on any screen", () => {
  test.each([
    { width: 320, height: 640 },
    PHONE,
    { width: 768, height: 1024 },
    { width: 1024, height: 700 },
    { width: 1280, height: 800 },
    { width: 1920, height: 1080 },
  ])("of $width × $height, nothing is wider than the screen, and no control is covered", async (size) => {
    await arrive(size);
    const tabs = size.width < 820 ? ["hand", "story", "stand"] : [];
    for (const tab of ["", ...tabs]) {
      if (tab !== "") await openTab(tab);
      expect(await overflow(), tab).toBeLessThanOrEqual(0);
      expect(await covered(CONTROLS), tab).toEqual([]);
    }
  });

  test("of a phone, a receipt that hangs out leaves every switch free, and a sale goes from tab to tab", async () => {
    await arrive(PHONE);
    await visit.key("b2").click();
    await visit.codeOnShow();
    await openTab("hand");
    await visit.pay();
    await openTab("stand");
    await visit.page.locator("#paper").waitFor();
    for (const size of [PHONE, { width: 320, height: 640 }]) {
      await visit.page.setViewportSize(size);
      await eventually("the paper has come to rest", () => isAtRest("strip"));
      expect(await overflow()).toBeLessThanOrEqual(0);
      expect(await covered([...CONTROLS, "#paper"])).toEqual([]);
    }
  });
});

describe("by keyboard alone", () => {
  test("every control is reached with Tab, in sight, and shows that it is", async () => {
    await arrive({ width: 1280, height: 800 });
    const focus = `(() => {
      const at = document.activeElement;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at);
      const { top, bottom } = at.getBoundingClientRect();
      const isShown = (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
      const isInSight = bottom > 0 && top < innerHeight;
      const selector = ${JSON.stringify(CONTROLS)}.find((each) => at.matches(each));
      return { selector: selector ?? at.id, isGood: isShown && isInSight };
    })()`;
    const reached = new Map<string, boolean>();
    for (let presses = 0; presses < 90 && reached.size < CONTROLS.length + 1; presses += 1) {
      await visit.page.keyboard.press("Tab");
      const { selector, isGood } = (await visit.page.evaluate(focus)) as { selector: string; isGood: boolean };
      if (CONTROLS.includes(selector)) reached.set(selector, isGood);
      if (selector === "phone") reached.set(selector, true);
    }
    expect([...reached.keys()].sort()).toEqual([...CONTROLS, "phone"].sort());
    expect([...reached].filter(([, isGood]) => !isGood)).toEqual([]);
  });

  test("an order is begun with Enter and cancelled with Space", async () => {
    await arrive({ width: 1280, height: 800 });
    await visit.key("b3").focus();
    await visit.page.keyboard.press("Enter");
    await visit.codeOnShow();
    await visit.key("cancel").focus();
    await visit.page.keyboard.press("Space");
    await visit.codeGone();
    await visit.told("Order closed");
  });
});

test("every control says what it is", async () => {
  await arrive({ width: 1280, height: 800 });
  const nameless = await visit.page.evaluate(
    `[...document.querySelectorAll("button, iframe, img")].filter((each) =>
      !(each.textContent.trim() || each.getAttribute("aria-label") || each.title || each.hasAttribute("alt"))).length`,
  );
  expect(nameless).toBe(0);
});

test("the page's policy lets no foreign word run, and the page lives with it", async () => {
  await arrive({ width: 1280, height: 800 });
  await visit.page.evaluate(`(() => {
    const script = document.createElement("script");
    script.textContent = "globalThis.wasRun = true";
    document.body.append(script);
  })()`);
  expect(await visit.page.evaluate("globalThis.wasRun")).toBeUndefined();
  // The browser says so; that it had nothing to say before is what every other test here asks for.
  await eventually("the browser has refused", async () => visit.complaints.length > 0);
  expect(visit.complaints.splice(0).join()).toMatch(/Content Security Policy/);
});
