import { afterEach, beforeEach, expect, test } from "vitest";
import type { Frame, Screen } from "../../device/device.ts";
import { Display, type DisplayOptions } from "../../gateway/screen/display.ts";
import type { View } from "../../gateway/screen/view.ts";
import { silentLog } from "../../host/log.ts";
import { coffee, order, PRICE, qrFor } from "../support/sale.ts";
import { settle, VirtualClock } from "../support/virtual-clock.ts";

/** A screen that shows when it is told to, and counts how many pictures are on their way at once. */
class SlowScreen implements Screen {
  readonly width = 8;
  readonly height = 8;
  readonly titles: string[] = [];
  underWay = 0;
  isHeld = false;
  isBroken = false;
  #release: () => void = () => undefined;

  async show(frame: Frame): Promise<void> {
    this.underWay += 1;
    if (this.underWay > 1) throw new Error("two pictures at once");
    if (this.isHeld) await new Promise<void>((resolve) => (this.#release = resolve));
    this.underWay -= 1;
    if (this.isBroken) throw new Error("no light");
    this.titles.push(Buffer.from(frame.rgba).toString());
  }

  letGo(): void {
    this.isHeld = false;
    this.#release();
  }

  async close(): Promise<void> {}
}

let clock: VirtualClock;
let screen: SlowScreen;
let view: View;
let display: Display;
let failures: string[];

/** The title of the page is the picture. */
const drawTitle: DisplayOptions["draw"] = ({ title }) => ({
  width: 8,
  height: 8,
  rgba: new Uint8ClampedArray(Buffer.from(title.first)),
});

const displayWith = (draw: DisplayOptions["draw"]): Display =>
  new Display({
    screen,
    clock,
    log: silentLog,
    view: () => ({ ...view, now: clock.now() }),
    draw,
    onFailed: (because) => failures.push(because),
  });

const say = (standName: string): void => {
  view = { ...view, standName };
  display.changed();
};

beforeEach(() => {
  clock = new VirtualClock();
  screen = new SlowScreen();
  failures = [];
  view = {
    front: undefined,
    obstacles: [],
    isOnline: true,
    menu: [coffee],
    now: clock.now(),
    standName: "one",
    isTest: false,
  };
  display = displayWith(drawTitle);
});
afterEach(async () => {
  screen.letGo();
  await display.close();
});

test("what changes while a picture is on its way is shown next, the newest only, one picture at a time", async () => {
  screen.isHeld = true;
  say("one");
  await settle();
  say("two");
  say("three");
  await settle();
  expect(screen.underWay).toBe(1);
  screen.letGo();
  await display.settled();
  expect(screen.titles).toEqual(["one", "three"]);
});

test("the same page is not sent twice", async () => {
  say("one");
  await display.settled();
  say("one");
  await display.settled();
  expect(screen.titles).toEqual(["one"]);
});

test("a page that time alone changes is redrawn by the clock", async () => {
  const shownAt = clock.now();
  view = { ...view, front: { at: "awaiting", order, qr: qrFor(PRICE), shownAt, deadline: { ...shownAt, ms: 60_000 } } };
  display.changed();
  await clock.advance(3_000);
  expect(screen.titles).toHaveLength(4);
});

test("a screen that fails is tried again after growing pauses, and says so each time", async () => {
  screen.isBroken = true;
  say("one");
  await settle();
  expect(display.failure).toBe("no light");
  await clock.advance(500);
  expect(failures).toHaveLength(2);
  await clock.advance(999);
  expect(failures).toHaveLength(2);
  await clock.advance(1);
  expect(failures).toHaveLength(3);
  await clock.advance(600_000);
  expect(failures.length).toBeLessThan(30);
  screen.isBroken = false;
  await clock.advance(30_000);
  expect(display.failure).toBeUndefined();
  expect(screen.titles).toEqual(["one"]);
});

test("a screen that failed is tried at once when there is something new", async () => {
  screen.isBroken = true;
  say("one");
  await settle();
  screen.isBroken = false;
  say("two");
  await display.settled();
  expect(screen.titles).toEqual(["two"]);
});

test("a screen that does not come to an end has failed, gets no second picture, and fails every change", async () => {
  screen.isHeld = true;
  say("one");
  await clock.advance(30_000);
  expect(failures).toEqual(["the screen took longer than 30 s"]);
  say("two");
  await settle();
  expect(failures).toHaveLength(2);
  screen.letGo();
  await display.settled();
  expect(screen.titles).toEqual(["one", "two"]);
  expect(display.failure).toBeUndefined();
});

test("a QR code that does not fit is a failure, with its numbers", async () => {
  display = displayWith(() => ({ fits: false, needed: 219, available: 128, modules: 65 }));
  display.changed();
  await settle();
  expect(display.failure).toBe("a QR code of 65 modules needs 219 pixels a side, the screen has 128");
});

test("a drawing that throws is a failure of the page, not of the stand", async () => {
  display = displayWith(() => {
    throw new Error("no font");
  });
  display.changed();
  await settle();
  expect(failures).toEqual(["no font"]);
});

test("what a picture was drawn with is freed after it is shown", async () => {
  const freed: number[] = [];
  const tidy = (): void => void freed.push(screen.titles.length);
  display = new Display({
    screen,
    clock,
    log: silentLog,
    view: () => view,
    draw: drawTitle,
    onFailed: () => undefined,
    tidy,
  });
  say("one");
  await display.settled();
  say("two");
  await display.settled();
  expect(freed).toEqual([1, 2]);
});

test("after the end nothing is drawn any more, and no timer is left", async () => {
  const shownAt = clock.now();
  view = { ...view, front: { at: "awaiting", order, qr: qrFor(PRICE), shownAt, deadline: { ...shownAt, ms: 60_000 } } };
  display.changed();
  await display.settled();
  expect(clock.pending).toBe(1);
  await display.close();
  say("two");
  await settle();
  expect(screen.titles).toHaveLength(1);
  expect(clock.pending).toBe(0);
});
