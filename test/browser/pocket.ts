import type { Browser, BrowserContext, Page } from "playwright-core";

/** A customer's phone with one order's page on it. */
export type Pocket = {
  readonly page: Page;
  /** What the browser complained about: errors, warnings, broken policies, answers that were none. */
  readonly complaints: string[];
  /** Every address that the page asked for. */
  readonly asked: string[];
  close(): Promise<void>;
};

export type PocketOptions = {
  readonly width?: number;
  readonly height?: number;
  readonly locale?: string;
  readonly scripts?: boolean;
  /** Dots a pixel. */
  readonly sharpness?: number;
};

/** No step takes longer. */
const STEP_MS = 15_000;

export async function takeOut(browser: Browser, address: string, options: PocketOptions = {}): Promise<Pocket> {
  const pocket = await newPhone(browser, options);
  await pocket.page.goto(address);
  return pocket;
}

/** A phone that `again` takes out for one page after the other: a new one costs more than a page does. */
export async function newPhone(browser: Browser, options: PocketOptions = {}): Promise<Pocket> {
  const { width = 390, height = 844, locale = "en-GB", scripts = true, sharpness = 2 } = options;
  const context: BrowserContext = await browser.newContext({
    locale,
    viewport: { width, height },
    deviceScaleFactor: sharpness,
    isMobile: true,
    hasTouch: true,
    javaScriptEnabled: scripts,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_MS);
  const pocket: Pocket = { page, complaints: [], asked: [], close: () => context.close() };
  page.on("pageerror", (error) => pocket.complaints.push(error.message));
  page.on("console", (line) => {
    if (line.type() === "error" || line.type() === "warning") pocket.complaints.push(line.text());
  });
  page.on("request", (request) => pocket.asked.push(request.url()));
  page.on("response", (answer) => {
    if (answer.status() >= 400) pocket.complaints.push(`${answer.status()} ${answer.url()}`);
  });
  return pocket;
}

/** The same phone with another page, and nothing remembered of the last; closing it leaves the phone on. */
export async function again(phone: Pocket, address: string): Promise<Pocket> {
  const { page, complaints, asked } = phone;
  for (const each of [complaints, asked]) each.length = 0;
  await page.goto(address);
  const close = async (): Promise<void> => {
    await page.goto("about:blank");
  };
  return { page, complaints, asked, close };
}

/** How many pixels the page is wider than the phone, whose browser would make it smaller then. */
export const overflowOf = async ({ page }: Pocket): Promise<number> =>
  Number(await page.evaluate("document.documentElement.scrollWidth")) - (page.viewportSize()?.width ?? 0);

/** Texts that stand out too little from what is behind them (WCAG 2.2: 4.5 to 1, 3 to 1 for large ones), as `text: ratio`. */
export const faintTexts = async ({ page }: Pocket): Promise<unknown> => page.evaluate(FAINT);

/** Controls that are smaller than a finger: less than 40 pixels high. */
export const smallControls = async ({ page }: Pocket): Promise<unknown> =>
  page.evaluate(`[...document.querySelectorAll("a, button")]
    .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 40)
    .map((each) => each.textContent)`);

/** What has no name for who cannot see it, and what breaks the order of headings. */
export const unnamed = async ({ page }: Pocket): Promise<unknown> =>
  page.evaluate(`(() => {
    const bare = [...document.querySelectorAll("a, button, svg, img, nav")].filter(
      (each) => !(each.textContent.trim() || each.getAttribute("aria-label") || each.getAttribute("alt")));
    const levels = [...document.querySelectorAll("h1, h2, h3")].map((each) => Number(each.tagName[1]));
    const jumps = levels.filter((level, nth) => nth === 0 ? level !== 1 : level > levels[nth - 1] + 1);
    const isTold = document.documentElement.lang !== "" && document.title !== "";
    return [...bare.map((each) => each.outerHTML.slice(0, 80)), ...jumps, ...(isTold ? [] : ["no language or title"])];
  })()`);

const FAINT = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const over = ([r, g, b, a = 1], below) => [r, g, b].map((one, at) => one * a + below[at] * (1 - a));
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((one) => one / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (element) => {
    const way = [];
    for (let at = element; at !== null; at = at.parentElement) way.unshift(channels(getComputedStyle(at).backgroundColor));
    return way.reduce((below, color) => over(color, below), [255, 255, 255]);
  };
  const opacityOf = (element) => {
    let opacity = 1;
    for (let at = element; at !== null; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    return opacity;
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faint = [];
  while (texts.nextNode()) {
    const { parentElement: element, textContent } = texts.currentNode;
    if (textContent.trim() === "" || ["STYLE", "SCRIPT", "NOSCRIPT"].includes(element.tagName) || !element.checkVisibility()) continue;
    const { color, fontSize, fontWeight } = getComputedStyle(element);
    const ground = groundOf(element);
    const [r, g, b, a = 1] = channels(color);
    const [one, other] = [luminance(over([r, g, b, a * opacityOf(element)], ground)), luminance(ground)];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const isLarge = parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && Number(fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) faint.push(textContent.trim().slice(0, 40) + ": " + ratio.toFixed(2));
  }
  return faint;
})()`;
