import type { Area } from "./pixels.ts";
import type { Command } from "./wires.ts";

/* Electronic paper as data: what the data sheets of its controllers want, step by step. */

/**
 * One thing to do. `waits`: until BUSY rests. `sends`: a register, and the dots of the window as they are now or were before;
 * `frames`: a register, and the window itself.
 */
export type Step =
  | (Command & { readonly waits?: true })
  | { readonly sends: "now" | "before"; readonly code: number }
  | { readonly frames: number };

export type Paper = {
  readonly controller: string;
  readonly width: number;
  readonly height: number;
  /** The level of BUSY while it works. */
  readonly busyIs: "high" | "low";
  /** For wires on a desk, and no faster than the data sheet allows. */
  readonly hz: number;
  /** From reset until pictures are taken. */
  readonly wake: readonly Step[];
  /** A new picture by the whole waveform, which flickers and takes away what is left of the old ones. */
  readonly whole: readonly Step[];
  /** A new picture by a short waveform that moves no more than what changed. */
  readonly quick: readonly Step[];
  /** Whether a quick one needs only the window that changed. Else all of it is sent. */
  readonly hasWindow: boolean;
  /** Deep sleep: only a reset wakes it. Voltage left on the paper spoils it. */
  readonly sleep: readonly Step[];
};

const TO_THE_BEGINNING: readonly Step[] = [
  { code: 0x4e, bytes: [0x00] },
  { code: 0x4f, bytes: [0x00, 0x00] },
];

/** 24h is the new picture, 26h the old one, which the controller does not learn by itself. */
const ssd1683With = (update: readonly Step[]): readonly Step[] => [
  ...TO_THE_BEGINNING,
  { code: 0x24, sends: "now" },
  ...update,
  { code: 0x20, waits: true },
  ...TO_THE_BEGINNING,
  { code: 0x26, sends: "now" },
];

/** Registers by its data sheet, part "Command table". It takes as long for a corner as for the whole. */
const ssd1683: Paper = {
  controller: "SSD1683",
  width: 400,
  height: 300,
  busyIs: "high",
  hz: 10_000_000,
  wake: [
    { code: 0x12, pauseMs: 10, waits: true },
    // 300 gates; border as white; the temperature from the sensor inside; counting right and down over the whole.
    { code: 0x01, bytes: [0x2b, 0x01, 0x00] },
    { code: 0x3c, bytes: [0x01] },
    { code: 0x18, bytes: [0x80] },
    { code: 0x11, bytes: [0x03] },
    { code: 0x44, bytes: [0x00, 0x31] },
    { code: 0x45, bytes: [0x00, 0x00, 0x2b, 0x01] },
  ],
  // What the old picture counts for (nothing; as it is), and the stages with power up and down.
  whole: ssd1683With([
    { code: 0x21, bytes: [0x40, 0x00] },
    { code: 0x22, bytes: [0xf7] },
  ]),
  quick: ssd1683With([
    { code: 0x21, bytes: [0x00, 0x00] },
    { code: 0x22, bytes: [0xff] },
  ]),
  hasWindow: false,
  sleep: [{ code: 0x10, bytes: [0x01] }],
};

/** R04H, R12H, R02H: power on, refresh, power off; each ends when BUSY rests. */
const REFRESH: readonly Step[] = [
  { code: 0x04, waits: true },
  { code: 0x12, waits: true },
  { code: 0x02, waits: true },
];

/** A waveform of one phase: `level` (two bits each of four stages) for 1, 32, 1 and 0 frames, once. */
const waveform = (level: number, bytes: number): readonly number[] => [
  ...[level, 0x01, 0x20, 0x01, 0x00, 0x01],
  ...Array.from({ length: bytes - 6 }, () => 0),
];

/**
 * Registers by UltraChip's data sheet of the UC8176, part "Command table", and of the IL0398, which is the same chip and tells
 * of the waveform registers R20H to R24H. As they are used by Good Display for its GDEW042T2 and by Waveshare for its 4.2 inches
 * of version 1; the short waveform is Waveshare's. The controller forgets the old picture with each refresh: it is told both.
 */
const uc8176: Paper = {
  controller: "UC8176",
  width: 400,
  height: 300,
  busyIs: "low",
  hz: 4_000_000,
  wake: [
    // Booster soft start, three phases; 400 × 300.
    { code: 0x06, bytes: [0x17, 0x17, 0x17] },
    { code: 0x61, bytes: [0x01, 0x90, 0x01, 0x2c] },
  ],
  whole: [
    // Black and white, by the maker's own waveform for this temperature; a white border.
    { code: 0x00, bytes: [0x1f] },
    { code: 0x50, bytes: [0x97] },
    { code: 0x10, sends: "before" },
    { code: 0x13, sends: "now" },
    ...REFRESH,
  ],
  quick: [
    // The waveform from the registers; the border left alone. Common, white to white, black to white, white to black, black to black.
    { code: 0x00, bytes: [0x3f] },
    { code: 0x50, bytes: [0xd7] },
    { code: 0x20, bytes: waveform(0x00, 44) },
    { code: 0x21, bytes: waveform(0x00, 42) },
    { code: 0x22, bytes: waveform(0x20, 42) },
    { code: 0x23, bytes: waveform(0x10, 42) },
    { code: 0x24, bytes: waveform(0x00, 42) },
    // Into the window that changed, and out of it again.
    { code: 0x91 },
    { frames: 0x90 },
    { code: 0x10, sends: "before" },
    { code: 0x13, sends: "now" },
    ...REFRESH,
    { code: 0x92 },
  ],
  hasWindow: true,
  sleep: [
    { code: 0x02, waits: true },
    { code: 0x07, bytes: [0xa5] },
  ],
};

/**
 * The names in the configuration. Smaller papers have no place here: the SSD1680, for one, drives 176 × 296 dots at most, and a
 * QRIS code needs 219.
 */
export const PAPERS = {
  "ssd1683-400x300": ssd1683,
  "uc8176-400x300": uc8176,
} as const satisfies Readonly<Record<string, Paper>>;

export type PaperName = keyof typeof PAPERS;

/** R90H: first and last column, first and last row, scanning no gates but those of the window. */
export function windowBytes({ x, y, width, height }: Area): readonly number[] {
  const edges = [x, x + width - 1, y, y + height - 1];
  return [...edges.flatMap((edge) => [edge >> 8, edge & 0xff]), 0x00];
}
