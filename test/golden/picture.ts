import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants } from "node:zlib";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";
import type { Frame, Strip } from "../../device/device.ts";

export const PICTURES = fileURLToPath(new URL("./pictures", import.meta.url));
/** Where a picture that differs is put, beside what differs, for a person to look at. */
const DIFFERING = fileURLToPath(new URL("../../.cache/golden", import.meta.url));

/** Another processor may round the edge of a letter differently. One other digit is more than this. */
const MOST_PIXELS = 20;
const THRESHOLD = 0.1;

export type Likeness =
  | { readonly is: "same" }
  | { readonly is: "missing" }
  | { readonly is: "other-size"; readonly kept: string; readonly drawn: string }
  | { readonly is: "different"; readonly pixels: number; readonly look: string };

const goldenOf = (name: string): string => join(PICTURES, `${name}.png`);
export const readGolden = (name: string): Uint8Array => readFileSync(goldenOf(name));

/** Whether this PNG shows what is expected. */
export function isAlike(expected: Frame, png: Buffer): boolean {
  if (png.length === 0) return false;
  const { width, height, data } = PNG.sync.read(png);
  if (width !== expected.width || height !== expected.height) return false;
  return pixelmatch(expected.rgba, data, undefined, width, height, { threshold: THRESHOLD }) <= MOST_PIXELS;
}

/** How the picture as drawn now compares with the one that a person has looked at. */
export function compare(name: string, drawn: Frame): Likeness {
  const kept = keptOf(name);
  if (kept === undefined) return { is: "missing" };
  const { width, height } = drawn;
  const sizes = { kept: `${kept.width}x${kept.height}`, drawn: `${width}x${height}` };
  if (sizes.kept !== sizes.drawn) return { is: "other-size", ...sizes };
  const difference = new PNG({ width, height });
  const pixels = pixelmatch(kept.data, drawn.rgba, difference.data, width, height, { threshold: THRESHOLD });
  if (pixels <= MOST_PIXELS) return { is: "same" };
  const look = join(DIFFERING, name);
  write(`${look}-now.png`, smallPng(drawn));
  write(`${look}-difference.png`, PNG.sync.write(difference));
  return { is: "different", pixels, look };
}

export const keep = (name: string, drawn: Frame): void => write(goldenOf(name), smallPng(drawn));

/** Black on white, as on paper. */
export function frameOf({ width, height, black }: Strip): Frame {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (const [dot, one] of black.entries()) if (one === 1) rgba.fill(0, dot * 4, dot * 4 + 3);
  return { width, height, rgba };
}

/** Thermal paper after a summer behind a windscreen: black has become mid-grey. */
export const faded = (frame: Frame): Frame => ({
  ...frame,
  rgba: frame.rgba.map((value, index) => (index % 4 === 3 ? value : 255 - Math.round((255 - value) / 2))),
});

/** A camera that is not in focus: each pixel is the mean of the square `reach` pixels around it. */
export function blurred({ width, height, rgba }: Frame, reach: number): Frame {
  const near = (at: number, length: number): number => Math.min(length - 1, Math.max(0, at));
  const offsets = Array.from({ length: 2 * reach + 1 }, (_, index) => index - reach);
  const grey = (x: number, y: number): number => rgba[(near(y, height) * width + near(x, width)) * 4] ?? 255;
  const out = new Uint8ClampedArray(rgba.length).fill(255);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const sum = offsets.reduce((all, dy) => all + offsets.reduce((row, dx) => row + grey(x + dx, y + dy), 0), 0);
      out.fill(Math.round(sum / offsets.length ** 2), (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  return { width, height, rgba: out };
}

function keptOf(name: string): PNG | undefined {
  try {
    return PNG.sync.read(readFileSync(goldenOf(name)));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function write(file: string, bytes: Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

/** A PNG without transparency, as small as it will be. */
export function smallPng({ width, height, rgba }: Frame): Uint8Array {
  const png = new PNG({ width, height });
  png.data = Buffer.from(rgba);
  const files = [-1, 0].map((filterType) =>
    PNG.sync.write(png, { colorType: 2, deflateLevel: 9, deflateStrategy: constants.Z_DEFAULT_STRATEGY, filterType }),
  );
  return files.reduce((best, one) => (one.length < best.length ? one : best));
}
