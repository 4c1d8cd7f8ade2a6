import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { openBrowser } from "../../browser/browser.ts";

type Options = Parameters<Browser["newPage"]>[0];

export type PhonePages = {
  /** One of a phone's size in Indonesia, where `options` says nothing else. */
  open(options?: Options): Promise<Page>;
  /** What pages have complained of in this test; who expects it takes it out. */
  readonly complaints: string[];
};

/** Opens pages in one browser. After each test they are closed, and none of them may have complained. */
export function phonePages(): PhonePages {
  const complaints: string[] = [];
  const opened: Page[] = [];
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const page of opened.splice(0)) await page.close();
    expect(complaints.splice(0)).toEqual([]);
  });
  const open = async (options: Options = {}): Promise<Page> => {
    const page = await browser.newPage({ locale: "id-ID", viewport: { width: 440, height: 900 }, ...options });
    opened.push(page);
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (line) => {
      if (line.type() === "error") complaints.push(line.text());
    });
    return page;
  };
  return { open, complaints };
}
