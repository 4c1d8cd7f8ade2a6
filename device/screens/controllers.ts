import { type Format, RGB565, RGB666, type Rotation } from "./pixels.ts";
import type { Command } from "./wires.ts";

/** Panels as data: what the data sheets of their controllers want, and how the glass is bonded to the memory. */

/** The registers that all of them share (MIPI DCS). */
export const SOFT_RESET = 0x01;
export const SLEEP_IN = 0x10;
const SLEEP_OUT = 0x11;
const NORMAL_MODE = 0x13;
export const INVERSION_OFF = 0x20;
export const INVERSION_ON = 0x21;
export const DISPLAY_OFF = 0x28;
export const DISPLAY_ON = 0x29;
export const COLUMNS = 0x2a;
export const ROWS = 0x2b;
export const MEMORY_WRITE = 0x2c;
export const MEMORY_ACCESS = 0x36;
const PIXEL_FORMAT = 0x3a;

const MIRROR_ROWS = 0x80;
const MIRROR_COLUMNS = 0x40;
const EXCHANGE = 0x20;
const BGR = 0x08;

/** Until a controller that sleeps takes other commands than the plainest. */
const AWAKE_MS = 120;

export type Panel = {
  readonly controller: string;
  /** Glass, upright. */
  readonly width: number;
  readonly height: number;
  /** The controller's memory, and the place in it of the glass's first pixel. */
  readonly memory: { readonly columns: number; readonly rows: number };
  readonly left: number;
  readonly top: number;
  readonly format: Format;
  /** 16: a shift register before the controller takes every register and every byte for it as two bytes, the first 0. */
  readonly registerBits: 8 | 16;
  /** The glass counts its columns from the other side than the memory. */
  readonly isMirrored: boolean;
  /** The glass has its colours the other way round. */
  readonly isBgr: boolean;
  /** The glass shows dark for light, as IPS does, unless the controller inverts. */
  readonly isInverted: boolean;
  /** As fast as the data sheet allows, or as wires on a desk bear. */
  readonly hz: number;
  /** From reset until pictures are taken, without what the rotation and the colours decide. */
  readonly start: readonly Command[];
};

const st7789: Omit<Panel, "width" | "height" | "left" | "top"> = {
  controller: "ST7789",
  memory: { columns: 240, rows: 320 },
  format: RGB565,
  registerBits: 8,
  isMirrored: false,
  isBgr: false,
  isInverted: true,
  hz: 32_000_000,
  start: [{ code: SLEEP_OUT, pauseMs: AWAKE_MS }, { code: PIXEL_FORMAT, bytes: [0x55] }, { code: NORMAL_MODE }],
};

const ili9341: Panel = {
  controller: "ILI9341",
  width: 240,
  height: 320,
  memory: { columns: 240, rows: 320 },
  left: 0,
  top: 0,
  format: RGB565,
  registerBits: 8,
  isMirrored: true,
  isBgr: true,
  isInverted: false,
  hz: 32_000_000,
  start: [
    // Power control B, power-on sequence, driver timing A, power control A, pump ratio, driver timing B.
    { code: 0xcf, bytes: [0x00, 0xc1, 0x30] },
    { code: 0xed, bytes: [0x64, 0x03, 0x12, 0x81] },
    { code: 0xe8, bytes: [0x85, 0x00, 0x78] },
    { code: 0xcb, bytes: [0x39, 0x2c, 0x00, 0x34, 0x02] },
    { code: 0xf7, bytes: [0x20] },
    { code: 0xea, bytes: [0x00, 0x00] },
    // Power control 1 and 2, VCOM 1 and 2.
    { code: 0xc0, bytes: [0x23] },
    { code: 0xc1, bytes: [0x10] },
    { code: 0xc5, bytes: [0x3e, 0x28] },
    { code: 0xc7, bytes: [0x86] },
    { code: PIXEL_FORMAT, bytes: [0x55] },
    // 70 frames a second; no three-gamma; gamma curve 1, its points; entry mode; scan of 320 lines.
    { code: 0xb1, bytes: [0x00, 0x1b] },
    { code: 0xf2, bytes: [0x00] },
    { code: 0x26, bytes: [0x01] },
    { code: 0xe0, bytes: [0x0f, 0x31, 0x2b, 0x0c, 0x0e, 0x08, 0x4e, 0xf1, 0x37, 0x07, 0x10, 0x03, 0x0e, 0x09, 0x00] },
    { code: 0xe1, bytes: [0x00, 0x0e, 0x14, 0x03, 0x11, 0x07, 0x31, 0xc1, 0x48, 0x08, 0x0f, 0x0c, 0x31, 0x36, 0x0f] },
    { code: 0xb7, bytes: [0x07] },
    { code: 0xb6, bytes: [0x08, 0x82, 0x27, 0x00] },
    { code: SLEEP_OUT, pauseMs: AWAKE_MS },
  ],
};

/** Pixels in 18 bits: over SPI the controller takes no 16. */
const ili9486: Panel = {
  ...ili9341,
  controller: "ILI9486",
  width: 320,
  height: 480,
  memory: { columns: 320, rows: 480 },
  format: RGB666,
  hz: 24_000_000,
  start: startOf9486(0x66),
};

function startOf9486(pixelFormat: number): readonly Command[] {
  return [
    // Interface mode; out of sleep; power control 3, VCOM, gamma.
    { code: 0xb0, bytes: [0x00] },
    { code: SLEEP_OUT, pauseMs: AWAKE_MS },
    { code: PIXEL_FORMAT, bytes: [pixelFormat] },
    { code: 0xc2, bytes: [0x44] },
    { code: 0xc5, bytes: [0x00, 0x00, 0x00, 0x00] },
    { code: 0xe0, bytes: [0x0f, 0x1f, 0x1c, 0x0c, 0x0f, 0x08, 0x48, 0x98, 0x37, 0x0a, 0x13, 0x04, 0x11, 0x0d, 0x00] },
    { code: 0xe1, bytes: [0x0f, 0x32, 0x2e, 0x0b, 0x0d, 0x05, 0x47, 0x75, 0x37, 0x06, 0x10, 0x03, 0x24, 0x20, 0x00] },
  ];
}

const ili9488: Panel = {
  ...ili9486,
  controller: "ILI9488",
  start: [
    // Gamma; power control 1 and 2, VCOM.
    { code: 0xe0, bytes: [0x00, 0x03, 0x09, 0x08, 0x16, 0x0a, 0x3f, 0x78, 0x4c, 0x09, 0x0a, 0x08, 0x16, 0x1a, 0x0f] },
    { code: 0xe1, bytes: [0x00, 0x16, 0x19, 0x03, 0x0f, 0x05, 0x32, 0x45, 0x46, 0x04, 0x0e, 0x0d, 0x35, 0x37, 0x0f] },
    { code: 0xc0, bytes: [0x17, 0x15] },
    { code: 0xc1, bytes: [0x41] },
    { code: 0xc5, bytes: [0x00, 0x12, 0x80] },
    { code: PIXEL_FORMAT, bytes: [0x66] },
    // Interface mode; 60 frames a second; inversion by two dots; scan of 480 lines; adjust control 3.
    { code: 0xb0, bytes: [0x00] },
    { code: 0xb1, bytes: [0xa0] },
    { code: 0xb4, bytes: [0x02] },
    { code: 0xb6, bytes: [0x02, 0x02, 0x3b] },
    { code: 0xf7, bytes: [0xa9, 0x51, 0x2c, 0x82] },
    { code: SLEEP_OUT, pauseMs: AWAKE_MS },
  ],
};

/** The names in the configuration. */
export const PANELS = {
  "st7789-240x240": { ...st7789, width: 240, height: 240, left: 0, top: 0 },
  "st7789-240x320": { ...st7789, width: 240, height: 320, left: 0, top: 0 },
  "st7789-170x320": { ...st7789, width: 170, height: 320, left: 35, top: 0 },
  "ili9341-240x320": ili9341,
  "ili9486-320x480": ili9486,
  "ili9486-320x480-16bit": { ...ili9486, format: RGB565, registerBits: 16, hz: 16_000_000, start: startOf9486(0x55) },
  "ili9488-320x480": ili9488,
} as const satisfies Readonly<Record<string, Panel>>;

export type PanelName = keyof typeof PANELS;

export type Turn = {
  readonly width: number;
  readonly height: number;
  /** Added to the addresses of columns and rows. */
  readonly left: number;
  readonly top: number;
  /** For `MEMORY_ACCESS`. */
  readonly access: number;
};

/** How the controller writes a picture that is turned clockwise: which way it counts, and where the glass then begins. */
export function turnOf(panel: Panel, rotation: Rotation): Turn {
  const { width, height, left, top, memory, isMirrored, isBgr } = panel;
  const isExchanged = rotation === 90 || rotation === 270;
  const mirrorsRows = rotation === 180 || rotation === 270;
  const mirrorsColumns = (rotation === 90 || rotation === 180) !== isMirrored;
  const access =
    (isExchanged ? EXCHANGE : 0) |
    (mirrorsRows ? MIRROR_ROWS : 0) |
    (mirrorsColumns ? MIRROR_COLUMNS : 0) |
    (isBgr ? BGR : 0);
  const column = mirrorsColumns ? memory.columns - width - left : left;
  const row = mirrorsRows ? memory.rows - height - top : top;
  return isExchanged
    ? { width: height, height: width, left: row, top: column, access }
    : { width, height, left: column, top: row, access };
}
