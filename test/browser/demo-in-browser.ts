import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { buildProduct, DemoProcess } from "../sandbox/demo/demo-process.ts";
import { openBrowser } from "./browser.ts";

/** What `npm start` starts, and a browser beside it. */
export type DemoInBrowser = { readonly demo: DemoProcess; readonly browser: Browser };

/** Both, for all tests of the file that calls this; there once its tests run. */
export function demoInBrowser(): DemoInBrowser {
  let demo: DemoProcess | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    buildProduct();
    [demo, browser] = await Promise.all([DemoProcess.start(), openBrowser()]);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
  });
  return {
    get demo() {
      return there(demo);
    },
    get browser() {
      return there(browser);
    },
  };
}

function there<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error("the demo and the browser are there once the file's tests run");
  return part;
}
