import { setImmediate as turn } from "node:timers/promises";
import type { Frame, Screen } from "../../device/device.ts";
import type { DrawnPage, Page, Size } from "../../device/drawing/page.ts";
import type { Log } from "../../host/log.ts";
import { within } from "../../host/within.ts";
import { type Clock, leftMs, type Stop } from "../../protocol/time.ts";
import { nextChangeOf, pageOf } from "./pages.ts";
import type { View } from "./view.ts";

export type DisplayOptions = {
  readonly screen: Screen;
  readonly clock: Clock;
  readonly log: Log;
  view(): View;
  draw(page: Page, size: Size): DrawnPage;
  /** After each picture: what it was drawn with is no longer needed. */
  tidy?(): void;
  /** The page is not on the glass. Said after every try that failed. */
  onFailed(because: string): void;
};

/** Three-coloured electronic paper takes 15 s for a picture. */
const SHOW_MS = 30_000;
const LATE = `the screen took longer than ${SHOW_MS / 1000} s`;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Keeps the glass showing what the stand is about: one picture at a time, always the newest, and never the same one twice.
 * Nobody waits for it. A screen that fails is tried again, at once when there is something new to show.
 */
export class Display {
  readonly #options: DisplayOptions;
  #shown: string | undefined;
  #failure: string | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #isStale = false;
  #isLate = false;
  #isClosed = false;
  #work: Promise<void> | undefined;
  #stopAlarm: Stop = () => undefined;

  constructor(options: DisplayOptions) {
    this.#options = options;
  }

  /** Why the newest page is not on the glass; `undefined` while all is well. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Something that a page depends on may have changed. */
  changed(): void {
    this.#isStale = true;
    if (this.#isLate) this.#options.onFailed(LATE);
    if (this.#work !== undefined || this.#isClosed) return;
    this.#work = this.#catchUp().finally(() => {
      this.#work = undefined;
      if (this.#isStale) this.changed();
    });
  }

  /** Resolves when there is nothing more to show for now. */
  async settled(): Promise<void> {
    while (this.#work !== undefined) await this.#work;
  }

  /** The last picture stays on the glass. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopAlarm();
    await this.settled();
  }

  /** Drawing takes the processor for some milliseconds: what else this moment brings goes first. */
  async #catchUp(): Promise<void> {
    await turn();
    while (this.#isStale && !this.#isClosed) {
      this.#isStale = false;
      this.#stopAlarm();
      await this.#show(pageOf(this.#options.view()));
      this.#setAlarm();
      this.#options.tidy?.();
    }
  }

  async #show(page: Page): Promise<void> {
    const name = JSON.stringify(page);
    if (name === this.#shown) return;
    this.#shown = undefined;
    const because = await this.#tryToShow(page);
    if (because === undefined) this.#succeeded(name);
    else this.#failed(because);
  }

  async #tryToShow(page: Page): Promise<string | undefined> {
    const { screen, draw } = this.#options;
    try {
      const { width, height, leastModule } = screen;
      const drawn = draw(page, { width, height, ...(leastModule === undefined ? {} : { leastModule }) });
      return "fits" in drawn ? tooSmall(drawn) : await this.#send(drawn);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** A screen that does not answer has failed, but gets no other picture before it is done with this one. */
  async #send(frame: Frame): Promise<string | undefined> {
    const { screen, clock } = this.#options;
    const showing = screen.show(frame);
    const isLate = await within(
      clock,
      SHOW_MS,
      showing.then(() => false),
      true,
    );
    if (!isLate) return undefined;
    this.#isLate = true;
    this.#failed(LATE);
    try {
      await showing;
    } finally {
      this.#isLate = false;
    }
    return undefined;
  }

  #succeeded(name: string): void {
    if (this.#failure !== undefined) this.#options.log.info("screen works again");
    this.#shown = name;
    this.#failure = undefined;
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  #failed(because: string): void {
    if (this.#failure !== because) this.#options.log.error("screen failed", { because });
    this.#failure = because;
    this.#options.onFailed(because);
  }

  #setAlarm(): void {
    if (this.#isClosed) return;
    const waitMs = this.#waitMs();
    if (waitMs !== undefined) this.#stopAlarm = this.#options.clock.after(waitMs, () => this.changed());
  }

  #waitMs(): number | undefined {
    const { clock, view } = this.#options;
    if (this.#failure !== undefined) {
      const pause = this.#pauseMs;
      this.#pauseMs = Math.min(LONGEST_PAUSE_MS, pause * 2);
      return pause;
    }
    const next = nextChangeOf(view());
    return next === undefined ? undefined : leftMs(next, clock.now());
  }
}

const tooSmall = (refusal: Exclude<DrawnPage, Frame>): string =>
  `a QR code of ${refusal.modules} modules needs ${refusal.needed} pixels a side, the screen has ${refusal.available}`;
