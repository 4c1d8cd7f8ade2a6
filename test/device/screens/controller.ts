import type { Frame } from "../../../device/device.ts";
import type { Entry } from "./tape.ts";

/** How the glass is bonded to the controller, as the panel's maker says. */
export type Bond = {
  readonly columns: number;
  readonly rows: number;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  /** Two bytes a register and a byte for it. */
  readonly isWide?: boolean;
  /** The glass's first column hangs on the memory's last. */
  readonly isMirrored?: boolean;
  readonly isBgr?: boolean;
  /** Lights what is dark, so that INVON is needed. */
  readonly isInverted?: boolean;
};

/**
 * A display controller as its data sheet has it: takes the tape, keeps a memory, and shows what is on the glass, upright. Knows
 * the registers of MIPI DCS, and nothing of the driver.
 */
export class Controller {
  readonly #bond: Bond;
  readonly #memory: Uint8Array;
  #register = -1;
  #arguments: number[] = [];
  #access = 0;
  #format = 0x66;
  #isAsleep = true;
  #isOn = false;
  #isInverting = false;
  #window = { left: 0, right: 0, top: 0, bottom: 0 };
  #at = { column: 0, row: 0 };
  #isLit = true;

  constructor(bond: Bond) {
    this.#bond = bond;
    this.#memory = new Uint8Array(bond.columns * bond.rows * 3);
  }

  take(entries: readonly Entry[]): this {
    for (const entry of entries) {
      if (entry.is === "line" && entry.line === "backlight") this.#isLit = entry.level === 1;
      if (entry.is === "line" && entry.line === "reset" && entry.level === 0) this.#reset();
      if (entry.is === "bytes") this.#takeBytes(entry.dc, entry.bytes);
    }
    return this;
  }

  /** `undefined` while it is dark. */
  glass(): Frame | undefined {
    if (this.#isAsleep || !this.#isOn || !this.#isLit) return undefined;
    const { columns, width, height, left, top, isMirrored = false, isInverted = false } = this.#bond;
    const flip = this.#isInverting === isInverted ? 0 : 255;
    const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const column = isMirrored ? columns - 1 - left - x : left + x;
        const from = ((top + y) * columns + column) * 3;
        const colours = this.#memory.subarray(from, from + 3);
        rgba.set(flip === 0 ? colours : colours.map((value) => value ^ flip), (y * width + x) * 4);
      }
    }
    return { width, height, rgba };
  }

  #reset(): void {
    this.#access = 0;
    this.#format = 0x66;
    this.#isAsleep = true;
    this.#isOn = false;
    this.#isInverting = false;
  }

  #takeBytes(dc: 0 | 1, bytes: Buffer): void {
    if (dc === 1 && this.#register === 0x2c) this.#takePixels(bytes);
    else for (const byte of this.#bond.isWide === true ? lowBytes(bytes) : bytes) this.#takeByte(dc, byte);
  }

  #takePixels(bytes: Buffer): void {
    const size = this.#format === 0x55 ? 2 : 3;
    if (bytes.length % size !== 0) throw new Error(`a pixel of ${size} bytes is torn: ${bytes.length}`);
    for (let at = 0; at < bytes.length; at += size) {
      const [a = 0, b = 0, c = 0] = [bytes[at], bytes[at + 1], bytes[at + 2]];
      this.#pixel(size === 2 ? from565(a, b) : [a & 0xfc, b & 0xfc, c & 0xfc]);
    }
  }

  #takeByte(dc: 0 | 1, byte: number): void {
    if (dc === 0) this.#command(byte);
    else this.#argument(byte);
  }

  #command(register: number): void {
    this.#register = register;
    this.#arguments = [];
    if (register === 0x01) this.#reset();
    if (register === 0x11) this.#isAsleep = false;
    if (register === 0x10) this.#isAsleep = true;
    if (register === 0x20 || register === 0x21) this.#isInverting = register === 0x21;
    if (register === 0x28 || register === 0x29) this.#isOn = register === 0x29;
    if (register === 0x2c) this.#at = { column: this.#window.left, row: this.#window.top };
  }

  #argument(byte: number): void {
    this.#arguments.push(byte);
    const [a = 0, b = 0, c = 0, d = 0] = this.#arguments;
    const isSpan = this.#arguments.length === 4;
    if (this.#register === 0x36) this.#access = byte;
    if (this.#register === 0x3a) this.#format = byte;
    if (this.#register === 0x2a && isSpan) this.#window = { ...this.#window, left: a * 256 + b, right: c * 256 + d };
    if (this.#register === 0x2b && isSpan) this.#window = { ...this.#window, top: a * 256 + b, bottom: c * 256 + d };
  }

  /** The address counters run along columns, then rows; the three high bits of 36h say where that is in the memory. */
  #pixel(colours: readonly number[]): void {
    const { columns, rows, isBgr = false } = this.#bond;
    const { column, row } = this.#at;
    const isExchanged = (this.#access & 0x20) !== 0;
    const across = isExchanged ? row : column;
    const down = isExchanged ? column : row;
    const x = (this.#access & 0x40) !== 0 ? columns - 1 - across : across;
    const y = (this.#access & 0x80) !== 0 ? rows - 1 - down : down;
    if (x < 0 || y < 0 || x >= columns || y >= rows) throw new Error(`no memory at column ${x}, row ${y}`);
    const isSwapped = ((this.#access & 0x08) !== 0) !== isBgr;
    this.#memory.set(isSwapped ? [...colours].reverse() : colours, (y * columns + x) * 3);
    this.#at = column < this.#window.right ? { column: column + 1, row } : { column: this.#window.left, row: row + 1 };
  }
}

const from565 = (high: number, low: number): readonly number[] => [
  high & 0xf8,
  ((high & 0x07) << 5) | ((low & 0xe0) >> 3),
  (low & 0x1f) << 3,
];

/** A shift register passes on two bytes at a time; the controller looks at the low one. */
function lowBytes(bytes: Buffer): readonly number[] {
  const isPadded = bytes.length % 2 === 0 && bytes.every((byte, at) => at % 2 === 1 || byte === 0);
  if (!isPadded) throw new Error(`not in words of two bytes: ${bytes.toString("hex")}`);
  return [...bytes].filter((_, at) => at % 2 === 1);
}
