import type { Browser, BrowserContextOptions, FrameLocator, Locator, Page } from "playwright-core";
import type { Frame } from "../../device/device.ts";
import { isAlike } from "../golden/picture.ts";
import { Eye, eventually } from "../sandbox/demo/demo-process.ts";

/** No step of a visit takes longer. */
const STEP_MS = 15_000;
/** Whoever plugs the stand in, or kills a part, waits for a process to start. */
const START_MS = 25_000;

/** A person at the demo's page: sees what is on it, and has a mouse. */
export class Visit {
  readonly page: Page;
  /** What the browser complained about: errors, warnings, broken policies, answers that were none. */
  readonly complaints: string[];
  readonly #eye = new Eye();
  /** Lines of the timeline that were there before. */
  #old = 0;

  private constructor(page: Page, complaints: string[]) {
    this.page = page;
    this.complaints = complaints;
  }

  static async begin(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<Visit> {
    const page = await browser.newPage({ locale: "en-GB", viewport: { width: 1280, height: 800 }, ...options });
    const complaints: string[] = [];
    page.setDefaultTimeout(STEP_MS);
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (line) => {
      if (line.type() === "error" || line.type() === "warning") complaints.push(line.text());
    });
    page.on("response", (answer) => {
      if (answer.status() >= 400) complaints.push(`${answer.status()} ${answer.url()}`);
    });
    const visit = new Visit(page, complaints);
    await page.goto(address);
    await visit.#arrive();
    return visit;
  }

  async #arrive(): Promise<void> {
    await this.lit("daemon", "ready");
    await this.phone.locator("#scan-stand").waitFor({ state: "attached" });
    this.#old = (await this.#lines()).length;
  }

  end(): Promise<void> {
    return this.page.close();
  }

  get phone(): FrameLocator {
    return this.page.frameLocator("#phone");
  }

  key(button: string): Locator {
    return this.page.locator(`.key[data-button="${button}"]`);
  }

  knob(name: string): Locator {
    return this.page.locator(`.knob[data-knob="${name}"]`);
  }

  lamp(line: string): Locator {
    return this.page.locator(`.lamp[title^="Relay ${line},"]`);
  }

  /** A lamp in the head of the page says so. */
  lit(what: string, is: string): Promise<void> {
    return this.page.locator(`#light-${what}[data-is="${is}"]`).waitFor({ timeout: START_MS });
  }

  /** The stand's picture as the page has it, pixel for pixel. */
  async picture(): Promise<Buffer> {
    const url = String(await this.page.evaluate(PICTURE));
    return Buffer.from(url.split(",")[1] ?? "", "base64");
  }

  /** The code to pay in the stand's picture, when there is one. */
  async code(): Promise<string | undefined> {
    return this.#eye.codeIn(await this.picture());
  }

  codeOnShow(): Promise<string> {
    return eventually("a QR code is on the stand", () => this.code(), START_MS);
  }

  codeGone(): Promise<boolean> {
    return eventually("the QR code is gone", async () => (await this.code()) === undefined, STEP_MS);
  }

  /** The stand shows this very picture. */
  sees(what: string, expected: Frame): Promise<boolean> {
    return eventually(what, async () => isAlike(expected, await this.picture()), STEP_MS);
  }

  /** Scans the stand with the phone, and pays, as a customer does. */
  async pay(): Promise<void> {
    await this.phone.locator("#scan-stand").click();
    await this.phone.locator("#to-pin").click();
    for (const digit of "271828") await this.phone.locator(`#pad [data-key="${digit}"]`).click();
    await this.phone.locator("#paid-title").waitFor();
  }

  /** Where in what the timeline tells of this visit a line that begins so stands last, from 1 on. */
  async told(words: string): Promise<number> {
    return eventually(
      `the timeline says ${words}`,
      async () => {
        const at = (await this.story()).findLastIndex((line) => line.startsWith(words));
        return at !== -1 && at + 1;
      },
      START_MS,
    );
  }

  /** What the timeline has told since this visit began. */
  async story(): Promise<readonly string[]> {
    return (await this.#lines()).slice(this.#old);
  }

  #lines(): Promise<readonly string[]> {
    return this.page.locator("#lines .said b").allTextContents();
  }
}

/** The picture that the page shows, with its own pixels, as a data URL; empty before the first has come. */
const PICTURE = `(() => {
  const image = document.getElementById("screen");
  if (!image.complete || image.naturalWidth === 0) return "";
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/png");
})()`;
