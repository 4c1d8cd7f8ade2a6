import { type Browser, chromium } from "playwright-core";
import { needs } from "../support/needs.ts";

const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A real browser with a profile of its own, that asks nobody for anything but the page. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: needs("chromium"), args: ARGS, timeout: 30_000 });
