import type { Frame } from "../device.ts";

/** How far the picture is turned clockwise against the panel's own upright. */
export type Rotation = 0 | 90 | 180 | 270;

/** A rectangle of pixels. */
export type Area = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** One colour of a pixel: its `bits` highest bits lie from bit `shift` on. */
export type Channel = { readonly shift: number; readonly bits: number };

/** A pixel of `bytes` bytes. */
export type Format = {
  readonly bytes: 2 | 3 | 4;
  readonly order: "big-endian" | "little-endian";
  readonly red: Channel;
  readonly green: Channel;
  readonly blue: Channel;
};

/** 16 bits, the high byte first, as panels take them over SPI. */
export const RGB565: Format = {
  bytes: 2,
  order: "big-endian",
  red: { shift: 11, bits: 5 },
  green: { shift: 5, bits: 6 },
  blue: { shift: 0, bits: 5 },
};

/** 18 bits in three bytes, each colour in the six high bits of its own. */
export const RGB666: Format = {
  bytes: 3,
  order: "big-endian",
  red: { shift: 18, bits: 6 },
  green: { shift: 10, bits: 6 },
  blue: { shift: 2, bits: 6 },
};

export const wholeOf = ({ width, height }: Frame): Area => ({ x: 0, y: 0, width, height });

/** Turns a part of a picture, row by row, into the pixels of one format; what a pixel is made of is looked up. */
export function packer(format: Format): (frame: Frame, area: Area) => Buffer {
  const [reds, greens, blues] = [tableOf(format.red), tableOf(format.green), tableOf(format.blue)];
  const { bytes, order } = format;
  const [first, step] = order === "big-endian" ? [bytes - 1, -1] : [0, 1];
  return ({ width, rgba }, area) => {
    const packed = Buffer.alloc(area.width * area.height * bytes);
    let to = 0;
    for (let y = area.y; y < area.y + area.height; y += 1) {
      let from = (y * width + area.x) * 4;
      for (const end = from + area.width * 4; from < end; from += 4, to += bytes) {
        let pixel = at(reds, rgba[from]) | at(greens, rgba[from + 1]) | at(blues, rgba[from + 2]);
        for (let byte = 0, place = to + first; byte < bytes; byte += 1, place += step, pixel >>>= 8) {
          packed[place] = pixel & 0xff;
        }
      }
    }
    return packed;
  };
}

const tableOf = ({ shift, bits }: Channel): Uint32Array =>
  Uint32Array.from({ length: 256 }, (_, value) => (value >> (8 - bits)) << shift);

const at = (table: Uint32Array, value = 0): number => table[value] ?? 0;

/** The picture as it must lie on a panel that does not turn by itself. */
export function turned(frame: Frame, rotation: Rotation): Frame {
  if (rotation === 0) return frame;
  const { width, height } = frame;
  const from = pixelsOf(frame.rgba);
  const [across, down] = rotation === 180 ? [width, height] : [height, width];
  const to = new Uint32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      to[placeOf(x, y, across, down, rotation)] = from[y * width + x] ?? 0;
    }
  }
  return { width: across, height: down, rgba: new Uint8ClampedArray(to.buffer) };
}

/** Where the pixel at `x`, `y` of the picture lies on a panel of `across` by `down`. */
function placeOf(x: number, y: number, across: number, down: number, rotation: Rotation): number {
  if (rotation === 90) return x * across + (across - 1 - y);
  if (rotation === 270) return (down - 1 - x) * across + y;
  return (down - 1 - y) * across + (across - 1 - x);
}

/** The smallest rectangle that holds all pixels that differ; `undefined` when none does. Both are of one size. */
export function changedArea(before: Frame, after: Frame): Area | undefined {
  const { width, height } = after;
  const [one, other] = [pixelsOf(before.rgba), pixelsOf(after.rgba)];
  let [left, right, top, bottom] = [width, -1, -1, -1];
  for (let y = 0; y < height; y += 1) {
    const row = y * width;
    let first = 0;
    while (first < width && one[row + first] === other[row + first]) first += 1;
    if (first === width) continue;
    let last = width - 1;
    while (one[row + last] === other[row + last]) last -= 1;
    if (top < 0) top = y;
    bottom = y;
    left = Math.min(left, first);
    right = Math.max(right, last);
  }
  return top < 0 ? undefined : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** Four bytes at once. The words are compared and moved, never read. */
function pixelsOf(rgba: Uint8ClampedArray): Uint32Array {
  const aligned = rgba.byteOffset % 4 === 0 ? rgba : new Uint8ClampedArray(rgba);
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}
