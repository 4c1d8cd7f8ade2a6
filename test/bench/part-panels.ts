import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import type { DeviceClock } from "../../device/clock.ts";
import type { Frame, Screen } from "../../device/device.ts";
import { drawPage } from "../../device/drawing/draw-page.ts";
import type { Page, Size } from "../../device/drawing/page.ts";
import { PANELS, type Panel, type PanelName } from "../../device/screens/controllers.ts";
import { openPaper } from "../../device/screens/e-paper.ts";
import { openFramebuffer } from "../../device/screens/framebuffer.ts";
import { openPanel } from "../../device/screens/panel.ts";
import { PAPERS, type Paper, type PaperName } from "../../device/screens/papers.ts";
import { pageOf } from "../../gateway/screen/pages.ts";
import { coffee, order, PRICE, qrFor } from "../support/sale.ts";
import { withFolder } from "./folder.ts";
import { median, nowMs } from "./stopwatch.ts";
import type { Row } from "./table.ts";

const ROUNDS = 30;
/** What we add to the time on the wire: drawing, comparing, converting, cutting in pieces. */
const TIMES_WIRE = 1.5;
const FRAMEBUFFER: Size = { width: 800, height: 480 };

/** A glass on the bench: how fast its wire is, how many bytes one pixel takes there, and how many have gone over it. */
type Glass = {
  readonly name: string;
  readonly screen: Screen;
  readonly hz: number;
  readonly pixelBytes: number;
  sent(): number;
};

/** Each panel's page of a payment, and one second of it, at the clock of its bus. */
export async function panelRows(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const name of Object.keys(PANELS) as PanelName[]) rows.push(...(await glassRows(await panelGlass(name))));
  for (const name of Object.keys(PAPERS) as PaperName[]) rows.push(...(await glassRows(await paperGlass(name))));
  return [...rows, ...(await withFolder(framebufferRows))];
}

async function glassRows(glass: Glass): Promise<readonly Row[]> {
  const { name, screen, hz, pixelBytes } = glass;
  const { first, second, what } = pagesFor(screen);
  const page = await timed(glass, first);
  const floor = wireMs(screen.width * screen.height * pixelBytes, hz);
  const isPaper = pixelBytes < 1;
  await screen.show(drawn(first, screen));
  const tick = await timed(glass, second, first);
  await screen.close();
  const wire = `${hz / 1e6} MHz`;
  return [
    {
      what: `${what} on ${name} at ${wire}: ${page.bytes.toLocaleString("en")} bytes`,
      unit: "ms",
      value: page.ms + wireMs(page.bytes, hz),
      floor,
      target: isPaper ? undefined : TIMES_WIRE * floor,
      note: isPaper
        ? "two memories are told the picture; then the paper takes its second or four, which are not counted"
        : "drawn, compared, converted and cut in pieces here; the wire is reckoned from the bytes and its clock, and is the floor",
    },
    {
      what: `a second later on ${name}`,
      unit: "bytes",
      value: tick.bytes,
      floor: Math.ceil(differing(drawn(first, screen), drawn(second, screen)) * pixelBytes),
      target: undefined,
      note: "floor: the pixels that differ, by themselves",
    },
  ];
}

const wireMs = (bytes: number, hz: number): number => ((bytes * 8) / hz) * 1_000;

/** The median of showing `page` after `before` (a dark glass), drawing and all; the bytes are those of the last time. */
async function timed(
  { screen, sent }: Pick<Glass, "screen" | "sent">,
  page: Page,
  before?: Page,
): Promise<{ readonly ms: number; readonly bytes: number }> {
  const times: number[] = [];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    await screen.show(before === undefined ? darkness(screen) : drawn(before, screen));
    const already = sent();
    const begun = nowMs();
    await screen.show(drawn(page, screen));
    times.push(nowMs() - begun);
    bytes = sent() - already;
  }
  return { ms: median(times), bytes };
}

/** A payment's page and the same a second later; what a stand says without one, where its code does not fit. */
function pagesFor({ width, height }: Size): { readonly first: Page; readonly second: Page; readonly what: string } {
  const [first, second] = [payment(93_000), payment(92_000)];
  if (!("fits" in drawPage(first, { width, height }))) return { first, second, what: "payment page" };
  const waiting = [19_000, 18_000].map((leftMs): Page => ({ ...first, countdown: { leftMs, ofMs: 20_000 } }));
  const [one = first, other = second] = waiting.map(({ qr: _, ...page }) => page);
  return { first: one, second: other, what: "page without a code, which does not fit," };
}

const payment = (leftMs: number): Page =>
  pageOf({
    front: { at: "awaiting", order, qr: qrFor(PRICE), shownAt: instant(leftMs - 120_000), deadline: instant(leftMs) },
    obstacles: [],
    isOnline: true,
    menu: [coffee],
    now: instant(0),
    standName: "Kopi Lobi",
    isTest: false,
  });

const instant = (ms: number) => ({ clock: "bench", ms: 200_000 + ms });

function drawn(page: Page, { width, height }: Size): Frame {
  const frame = drawPage(page, { width, height });
  if ("fits" in frame)
    throw new Error(`the code needs ${frame.needed} pixels, ${width} × ${height} has ${frame.available}`);
  return frame;
}

const darkness = ({ width, height }: Size): Frame => ({
  width,
  height,
  rgba: new Uint8ClampedArray(width * height * 4),
});

function differing(one: Frame, other: Frame): number {
  const [before, after] = [one, other].map(({ rgba }) => new Uint32Array(rgba.slice().buffer));
  return before?.reduce((count, pixel, at) => (pixel === after?.[at] ? count : count + 1), 0) ?? 0;
}

/** Waits for nothing: what a controller wants waited for is not ours to measure. */
const hasty: DeviceClock = {
  now: () => ({ ms: 0 }),
  wall: () => 0,
  after: (_, run) => {
    setImmediate(run);
    return () => undefined;
  },
};

/** Wires that end in a counter. A transfer is over a turn later, as one in another thread is. */
function wires() {
  let count = 0;
  const line = { set: () => undefined, close: () => undefined };
  const bus = {
    name: "bench",
    longest: 4_096,
    send: async (bytes: Buffer) => {
      count += bytes.length;
      await turn();
    },
    close: async () => undefined,
  };
  const busy = { isActive: () => false, onChange: () => () => undefined, close: () => undefined };
  return { wires: { bus, dc: line, reset: line, busy }, sent: () => count };
}

async function panelGlass(name: PanelName): Promise<Glass> {
  const panel: Panel = PANELS[name];
  const { wires: all, sent } = wires();
  const screen = await openPanel({ panel, rotation: 0, clock: hasty }, all);
  return { name, screen, hz: panel.hz, pixelBytes: panel.format.bytes, sent };
}

async function paperGlass(name: PaperName): Promise<Glass> {
  const paper: Paper = PAPERS[name];
  const { wires: all, sent } = wires();
  const screen = await openPaper({ paper, rotation: 0, clock: hasty, quickInARow: ROUNDS * 4 }, all);
  return { name, screen, hz: paper.hz, pixelBytes: 1 / 8, sent };
}

/** The kernel's framebuffer is memory: a file stands for it, and one bare write of the same bytes is the floor. */
async function framebufferRows(folder: string): Promise<readonly Row[]> {
  const { width, height } = FRAMEBUFFER;
  const path = join(folder, "fb0");
  const bytes = Buffer.alloc(width * height * 4);
  writeFileSync(path, bytes);
  mkdirSync(join(folder, "fb0-sys", "fb0"), { recursive: true });
  writeFileSync(join(folder, "fb0-sys", "fb0", "stride"), `${width * 4}\n`);
  const kernel = { ...noKernel, ioctl: (_: number, __: number, into: Buffer) => void recordOf(FRAMEBUFFER).copy(into) };
  const screen = await openFramebuffer({ path, rotation: 0, kernel, folder: join(folder, "fb0-sys") });
  const page = await timed({ screen, sent: () => 0 }, payment(93_000));
  const tick = await timed({ screen, sent: () => 0 }, payment(92_000), payment(93_000));
  await screen.close();
  const note = "32 bits a pixel, into a file; floor: one bare write of the whole picture";
  const what = `payment page on a framebuffer of ${width} x ${height}`;
  const floor = bareWriteMs(path, bytes);
  return [
    { what, unit: "ms", value: page.ms, floor, target: undefined, note },
    { what: `a second later on a framebuffer`, unit: "ms", value: tick.ms, floor, target: undefined, note },
  ];
}

const noKernel = {
  open: () => -1,
  ioctlNumber: () => undefined,
  read: () => 0,
  close: () => undefined,
  onReadable: () => () => undefined,
};

function bareWriteMs(path: string, bytes: Buffer): number {
  const fd = openSync(path, "r+");
  const times = Array.from({ length: ROUNDS }, () => {
    const begun = nowMs();
    writeSync(fd, bytes, 0, bytes.length, 0);
    return nowMs() - begun;
  });
  closeSync(fd);
  return median(times);
}

/** `struct fb_var_screeninfo`: size, 32 bits a pixel, eight for each colour. */
function recordOf({ width, height }: Size): Buffer {
  const record = Buffer.alloc(160);
  for (const [place, word] of [width, height, width, height, 0, 0, 32].entries()) record.writeUInt32LE(word, place * 4);
  for (const [place, shift] of [16, 8, 0].entries()) {
    record.writeUInt32LE(shift, 32 + place * 12);
    record.writeUInt32LE(8, 36 + place * 12);
  }
  return record;
}
