import type { Frame } from "../device.ts";
import type { Area } from "./pixels.ts";

/** As bright as this is white. */
const WHITE_FROM = 128;

/** A picture of one bit a dot, 1 is white, the highest bit on the left; rows are whole bytes. */
export class Dots {
  readonly whole: Area;
  readonly #rowBytes: number;
  readonly #bits: Buffer;

  private constructor(width: number, height: number, bits: Buffer) {
    this.whole = { x: 0, y: 0, width, height };
    this.#rowBytes = width / 8;
    this.#bits = bits;
  }

  /** `width` of eights. */
  static of({ width, height, rgba }: Frame): Dots {
    const bits = Buffer.alloc((width / 8) * height);
    for (let dot = 0; dot < width * height; dot += 1) {
      if (brightness(rgba, dot * 4) >= WHITE_FROM) bits[dot >> 3] = (bits[dot >> 3] ?? 0) | (0x80 >> (dot & 7));
    }
    return new Dots(width, height, bits);
  }

  static white(width: number, height: number): Dots {
    return new Dots(width, height, Buffer.alloc((width / 8) * height, 0xff));
  }

  /** The smallest area of whole bytes that holds all dots that differ; `undefined` when none does. */
  changedSince(before: Dots): Area | undefined {
    const differing = [...this.#bits.keys()].filter((at) => this.#bits[at] !== before.#bits[at]);
    if (differing.length === 0) return undefined;
    const columns = differing.map((at) => at % this.#rowBytes);
    const left = columns.reduce((least, column) => Math.min(least, column));
    const right = columns.reduce((most, column) => Math.max(most, column));
    const [top, bottom] = [differing[0] ?? 0, differing.at(-1) ?? 0].map((at) => Math.floor(at / this.#rowBytes));
    const [y, last] = [top ?? 0, bottom ?? 0];
    return { x: left * 8, y, width: (right - left + 1) * 8, height: last - y + 1 };
  }

  /** The bytes of an area of whole bytes, row by row. */
  within({ x, y, width, height }: Area): Buffer {
    const rows = Array.from({ length: height }, (_, row) => {
      const from = (y + row) * this.#rowBytes + x / 8;
      return this.#bits.subarray(from, from + width / 8);
    });
    return Buffer.concat(rows);
  }
}

/** 0 to 255, as the eye weighs the colours (ITU-R BT.601). */
const brightness = (rgba: Uint8ClampedArray, at: number): number =>
  ((rgba[at] ?? 0) * 77 + (rgba[at + 1] ?? 0) * 150 + (rgba[at + 2] ?? 0) * 29) >> 8;
