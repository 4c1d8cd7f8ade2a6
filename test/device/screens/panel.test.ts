import { describe, expect, test } from "vitest";
import { type Frame, HardwareFault, type Screen } from "../../../device/device.ts";
import { PANELS, type PanelName } from "../../../device/screens/controllers.ts";
import { openPanel } from "../../../device/screens/panel.ts";
import { type Rotation, turned } from "../../../device/screens/pixels.ts";
import { longestTransfer, openSpi } from "../../../device/screens/spi.ts";
import { screenContract } from "../contract.ts";
import { differing, jsqrRead, plainFrame, SAMPLE_QRIS } from "../fixtures.ts";
import { type Bond, Controller } from "./controller.ts";
import { colourful, patched, qrPage, withBits } from "./pictures.ts";
import { Tape } from "./tape.ts";

const LARGE: Bond = {
  columns: 320,
  rows: 480,
  width: 320,
  height: 480,
  left: 0,
  top: 0,
  isMirrored: true,
  isBgr: true,
};

/** The glass of each panel, from its maker's drawing. */
const BONDS: Readonly<Record<PanelName, Bond>> = {
  "st7789-240x240": { columns: 240, rows: 320, width: 240, height: 240, left: 0, top: 0, isInverted: true },
  "st7789-240x320": { columns: 240, rows: 320, width: 240, height: 320, left: 0, top: 0, isInverted: true },
  "st7789-170x320": { columns: 240, rows: 320, width: 170, height: 320, left: 35, top: 0, isInverted: true },
  "ili9341-240x320": {
    columns: 240,
    rows: 320,
    width: 240,
    height: 320,
    left: 0,
    top: 0,
    isMirrored: true,
    isBgr: true,
  },
  "ili9486-320x480": LARGE,
  "ili9486-320x480-16bit": { ...LARGE, isWide: true },
  "ili9488-320x480": LARGE,
};

const BITS: Readonly<Record<PanelName, readonly [number, number, number]>> = {
  "st7789-240x240": [5, 6, 5],
  "st7789-240x320": [5, 6, 5],
  "st7789-170x320": [5, 6, 5],
  "ili9341-240x320": [5, 6, 5],
  "ili9486-320x480": [6, 6, 6],
  "ili9486-320x480-16bit": [5, 6, 5],
  "ili9488-320x480": [6, 6, 6],
};

type Opened = { readonly tape: Tape; readonly screen: Screen; glass(): Frame | undefined };

async function openOn(name: PanelName, rotation: Rotation = 0, tape = new Tape()): Promise<Opened> {
  const screen = await openPanel({ panel: PANELS[name], rotation, clock: tape.clock }, tape.wires());
  const back = ((360 - rotation) % 360) as Rotation;
  const glass = (): Frame | undefined => {
    const shown = new Controller(BONDS[name]).take(tape.entries).glass();
    return shown && turned(shown, back);
  };
  return { tape, screen, glass };
}

/** The wires before anything is shown: inactive, so the reset line is high. */
const AT_REST = ["reset 1", "backlight 0"];
const RESET = ["reset 0", "pause 10", "reset 1", "pause 120"];

describe("what an ST7789 is told", () => {
  // Sleep out and 120 ms; 16 bits a pixel; normal mode; upright, RGB; inversion on.
  const start = [...RESET, "c 11", "pause 120", "c 3a", "d 55", "c 13", "c 36", "d 00", "c 21"];

  test("from reset until pictures are taken", async () => {
    const { tape } = await openOn("st7789-240x240");
    expect(tape.words()).toEqual([...AT_REST, ...start]);
  });

  test("the first picture: columns and rows 0 to 239, 115,200 bytes in pieces of 4,096; then it is lit", async () => {
    const { tape, screen } = await openOn("st7789-240x240");
    const from = tape.entries.length;
    await screen.show(colourful(240, 240));
    const pieces = [...Array.from({ length: 28 }, () => "d (4096)"), "d (512)"];
    const window = ["c 2a", "d 000000ef", "c 2b", "d 000000ef"];
    expect(tape.words(from)).toEqual([...window, "c 2c", ...pieces, "c 29", "backlight 1"]);
  });

  test("the next: the window of what changed, and no more", async () => {
    const { tape, screen } = await openOn("st7789-240x240");
    const red = (frame: Frame): void => {
      for (const at of [(7 * 240 + 200) * 4, (8 * 240 + 201) * 4]) frame.rgba.set([255, 0, 0, 255], at);
    };
    const white = (): Frame => ({ width: 240, height: 240, rgba: new Uint8ClampedArray(230_400).fill(255) });
    await screen.show(white());
    const from = tape.entries.length;
    const second = white();
    red(second);
    await screen.show(second);
    expect(tape.words(from)).toEqual(["c 2a", "d 00c800c9", "c 2b", "d 00070008", "c 2c", "d f800fffffffff800"]);
    await screen.show(second);
    expect(tape.entries).toHaveLength(from + 6);
  });

  // MADCTL: MV 20, MX 40, MY 80. A glass of 240 rows on a memory of 320 begins 80 further on where rows count backwards.
  test.each<[PanelName, Rotation, string, string, string]>([
    ["st7789-240x240", 90, "d 60", "d 000000ef", "d 000000ef"],
    ["st7789-240x240", 180, "d c0", "d 000000ef", "d 0050013f"],
    ["st7789-240x240", 270, "d a0", "d 0050013f", "d 000000ef"],
    ["st7789-240x320", 0, "d 00", "d 000000ef", "d 0000013f"],
    ["st7789-240x320", 270, "d a0", "d 0000013f", "d 000000ef"],
    ["st7789-170x320", 0, "d 00", "d 002300cc", "d 0000013f"],
    ["st7789-170x320", 90, "d 60", "d 0000013f", "d 002300cc"],
    ["ili9341-240x320", 0, "d 48", "d 000000ef", "d 0000013f"],
    ["ili9341-240x320", 90, "d 28", "d 0000013f", "d 000000ef"],
    ["ili9341-240x320", 180, "d 88", "d 000000ef", "d 0000013f"],
    ["ili9341-240x320", 270, "d e8", "d 0000013f", "d 000000ef"],
  ])("%s turned by %s degrees", async (name, rotation, access, columns, rows) => {
    const { tape, screen } = await openOn(name, rotation);
    await screen.show(colourful(screen.width, screen.height));
    const words = tape.words();
    expect(words[words.indexOf("c 36") + 1]).toBe(access);
    expect(words[words.indexOf("c 2a") + 1]).toBe(columns);
    expect(words[words.indexOf("c 2b") + 1]).toBe(rows);
  });

  test("without a reset line it is reset by command", async () => {
    const tape = new Tape();
    const { bus } = tape;
    await openPanel({ panel: PANELS["st7789-240x320"], rotation: 0, clock: tape.clock }, { bus, dc: tape.line("dc") });
    expect(tape.words().slice(0, 3)).toEqual(["c 01", "pause 120", "c 11"]);
  });

  test("closing turns the light off, then the display, and sends it to sleep", async () => {
    const { tape, screen } = await openOn("st7789-240x240");
    await screen.show(colourful(240, 240));
    const from = tape.entries.length;
    await screen.close();
    expect(tape.words(from)).toEqual(["backlight 0", "c 28", "c 10"]);
    expect(tape.isClosed).toBe(true);
  });
});

test("what an ILI9341 is told from reset until pictures are taken", async () => {
  const { tape } = await openOn("ili9341-240x320");
  expect(tape.words()).toEqual([
    ...AT_REST,
    ...RESET,
    ...["c cf", "d 00c130", "c ed", "d 64031281", "c e8", "d 850078", "c cb", "d 392c003402", "c f7", "d 20"],
    ...["c ea", "d 0000", "c c0", "d 23", "c c1", "d 10", "c c5", "d 3e28", "c c7", "d 86", "c 3a", "d 55"],
    ...["c b1", "d 001b", "c f2", "d 00", "c 26", "d 01"],
    ...["c e0", "d 0f312b0c0e084ef1370710030e0900", "c e1", "d 000e1403110731c148080f0c31360f"],
    ...["c b7", "d 07", "c b6", "d 08822700", "c 11", "pause 120", "c 36", "d 48", "c 20"],
  ]);
});

const GAMMA_9486 = ["c e0", "d 0f1f1c0c0f084898370a1304110d00", "c e1", "d 0f322e0b0d05477537061003242000"];

test("what an ILI9486 is told, in 18 bits a pixel", async () => {
  const { tape } = await openOn("ili9486-320x480");
  expect(tape.words()).toEqual([
    ...[
      ...AT_REST,
      ...RESET,
      "c b0",
      "d 00",
      "c 11",
      "pause 120",
      "c 3a",
      "d 66",
      "c c2",
      "d 44",
      "c c5",
      "d 00000000",
    ],
    ...[...GAMMA_9486, "c 36", "d 48", "c 20"],
  ]);
});

test("an ILI9486 behind a shift register takes registers and their bytes as words, and pixels of 16 bits as they are", async () => {
  const { tape, screen } = await openOn("ili9486-320x480-16bit", 270);
  const words = tape.words();
  expect(words.slice(6, 15)).toEqual([
    ...["c 00b0", "d 0000", "c 0011", "pause 120", "c 003a", "d 0055", "c 00c2", "d 0044", "c 00c5"],
  ]);
  expect(words.slice(-3)).toEqual(["c 0036", "d 00e8", "c 0020"]);
  const frame = colourful(480, 320);
  await screen.show(frame);
  const from = tape.entries.length;
  const next = { ...frame, rgba: frame.rgba.slice() };
  next.rgba.set([255, 255, 0, 255], (300 * 480 + 470) * 4);
  await screen.show(next);
  expect(tape.words(from)).toEqual([
    "c 002a",
    "d 000100d6000100d6",
    "c 002b",
    "d 0001002c0001002c",
    "c 002c",
    "d ffe0",
  ]);
});

test("what an ILI9488 is told, and its pixels in three bytes", async () => {
  const { tape, screen } = await openOn("ili9488-320x480");
  expect(tape.words()).toEqual([
    ...[...AT_REST, ...RESET],
    ...["c e0", "d 00030908160a3f784c090a08161a0f", "c e1", "d 001619030f05324546040e0d35370f"],
    ...["c c0", "d 1715", "c c1", "d 41", "c c5", "d 001280", "c 3a", "d 66", "c b0", "d 00", "c b1", "d a0"],
    ...["c b4", "d 02", "c b6", "d 02023b", "c f7", "d a9512c82", "c 11", "pause 120", "c 36", "d 48", "c 20"],
  ]);
  await screen.show(plainFrame(320, 480, 0));
  const from = tape.entries.length;
  const next = plainFrame(320, 480, 0);
  next.rgba.set([255, 131, 4, 0, 1, 2, 255, 0], (479 * 320 + 318) * 4);
  await screen.show(next);
  expect(tape.words(from)).toEqual(["c 2a", "d 013e013f", "c 2b", "d 01df01df", "c 2c", "d fc80040000fc"]);
});

for (const name of Object.keys(PANELS) as PanelName[]) {
  const asShown = (frame: Frame): Frame => withBits(frame, ...BITS[name]);

  screenContract(name, async () => {
    const { screen, glass } = await openOn(name);
    return { screen, shown: glass, asShown, end: () => screen.close() };
  });

  test.each<Rotation>([0, 90, 180, 270])(`${name} shows every pixel in its place, turned by %s degrees`, async (by) => {
    const { screen, glass } = await openOn(name, by);
    const frame = colourful(screen.width, screen.height);
    await screen.show(frame);
    const next = patched(frame, 13, 17, 30, 11);
    await screen.show(next);
    expect(differing(glass(), asShown(next))).toBe(0);
  });
}

test.each<[PanelName, Rotation]>([
  ["st7789-240x240", 90],
  ["st7789-240x320", 0],
  ["ili9341-240x320", 270],
  ["ili9486-320x480", 270],
  ["ili9486-320x480-16bit", 90],
  ["ili9488-320x480", 0],
])("a QR page is read from the tape of %s, turned by %s degrees", async (name, by) => {
  const { screen, glass } = await openOn(name, by);
  await screen.show(qrPage(screen.width, screen.height));
  const shown = glass();
  expect(shown && jsqrRead(shown)).toBe(SAMPLE_QRIS);
});

describe("when the bus fails", () => {
  test("the picture is refused in words; the next one begins with a reset and is whole", async () => {
    const { tape, screen, glass } = await openOn("st7789-240x240");
    const frame = colourful(240, 240);
    await screen.show(frame);
    tape.failing = 1;
    await expect(screen.show(patched(frame, 1, 1, 2, 2))).rejects.toThrow(HardwareFault);
    const from = tape.entries.length;
    await screen.show(frame);
    expect(tape.words(from).slice(0, 5)).toEqual([...RESET, "c 11"]);
    expect(tape.words(from)).toContain("d 000000ef");
    expect(tape.words(from).at(-1)).toBe("c 29");
    expect(differing(glass(), withBits(frame, 5, 6, 5))).toBe(0);
  });

  test("at the start the wires are given back", async () => {
    const tape = new Tape();
    tape.failing = 1;
    await expect(openOn("st7789-240x240", 0, tape)).rejects.toThrow("EIO");
    expect(tape.isClosed).toBe(true);
    expect(tape.levels.get("backlight")).toBe(0);
  });

  test("closing still gives the wires back", async () => {
    const { tape, screen } = await openOn("st7789-240x240");
    tape.failing = 9;
    await screen.close();
    expect(tape.isClosed).toBe(true);
  });
});

test("pixels are not torn where the kernel's buffer is no multiple of them", async () => {
  const { tape, screen } = await openOn("st7789-240x240", 0, new Tape(4_095));
  await screen.show(colourful(240, 240));
  const pieces = tape.words().filter((word) => word.startsWith("d ("));
  expect(pieces).toEqual([...Array.from({ length: 28 }, () => "d (4094)"), "d (568)"]);
});

describe("the bus", () => {
  test("one that is not there is named, with how to switch it on", async () => {
    const opened = openSpi({ path: "/dev/spidev91.7", hz: 1_000_000, mode: 0 });
    await expect(opened).rejects.toThrow(/opening \/dev\/spidev91\.7: ENOENT\. Switch SPI on: dtparam=spi=on/);
    await expect(opened).rejects.toBeInstanceOf(HardwareFault);
  });

  test("what is no bus is refused before anything is opened", async () => {
    await expect(openSpi({ path: "/dev/i2c-1", hz: 1, mode: 0 })).rejects.toThrow(
      '"/dev/i2c-1" is no SPI device: write /dev/spidev0.0',
    );
  });

  test("where the kernel does not say its buffer's size, it is spidev's usual one", () => {
    expect(longestTransfer("/nowhere/bufsiz")).toBe(4_096);
  });
});
