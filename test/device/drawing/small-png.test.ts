import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Frame } from "../../../device/device.ts";
import { readPng } from "../../../device/drawing/canvas.ts";
import { coloursOf, fewColours, type Numbered } from "../../../device/drawing/few-colours.ts";
import { numberedPng } from "../../../device/drawing/numbered-png.ts";
import { smallPng } from "../../../device/drawing/small-png.ts";
import { seeded } from "../../world/seeded.ts";

const frameOf = (width: number, height: number, colourAt: (x: number, y: number) => number): Frame => {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const colour = colourAt(x, y);
      rgba.set([colour >> 16, (colour >> 8) & 255, colour & 255], (y * width + x) * 4);
    }
  return { width, height, rgba };
};

const pixelsOf = ({ rgba }: Frame): readonly number[] =>
  Array.from({ length: rgba.length / 4 }, (_, at) => {
    const [red = 0, green = 0, blue = 0] = rgba.subarray(at * 4, at * 4 + 3);
    return (red << 16) | (green << 8) | blue;
  });

const pictures = fc
  .record({
    width: fc.integer({ min: 1, max: 19 }),
    height: fc.integer({ min: 1, max: 7 }),
    colours: fc.uniqueArray(fc.integer({ min: 0, max: 0xffffff }), { minLength: 1, maxLength: 256 }),
  })
  .chain(({ width, height, colours }) =>
    fc
      .uint8Array({ minLength: width * height, maxLength: width * height, max: colours.length - 1 })
      .map((dots): Numbered => ({ width, height, colours, dots })),
  );

test("a file with a palette holds every pixel, whatever the width and however many colours", async () => {
  await fc.assert(
    fc.asyncProperty(pictures, async (picture) => {
      const read = await readPng(await numberedPng(picture));
      expect([read.width, read.height]).toEqual([picture.width, picture.height]);
      expect(pixelsOf(read)).toEqual(Array.from(picture.dots, (dot) => picture.colours[dot]));
    }),
    { numRuns: 25 },
  );
});

describe("few colours", () => {
  const stripes = frameOf(
    10,
    1,
    (x) => [0x102040, 0x102040, 0x102040, 0x102040, 0xffffff, 0xffffff][x] ?? 0xfefefe - x,
  );

  test("are those that fill most, and all others become the likest of them", () => {
    expect(coloursOf(stripes).byUse.slice(0, 2)).toEqual([0x102040, 0xffffff]);
    const { colours, dots } = fewColours(coloursOf(stripes), 2);
    expect(colours).toEqual([0x102040, 0xffffff]);
    expect([...dots]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
  });

  test("are not spent on shades of one another", () => {
    const page = frameOf(10, 1, (x) => (x < 5 ? 0xffffff : x < 9 ? 0xf8f8f8 : 0x102040));
    expect(fewColours(coloursOf(page), 2).colours).toEqual([0xffffff, 0x102040]);
  });
});

describe("a small file", () => {
  const random = seeded(1);
  const noise = frameOf(120, 80, () => Math.floor(random() * 0x1000000));

  test("keeps a picture of a few colours to the last pixel", async () => {
    const page = frameOf(800, 480, (x, y) => (x < 200 ? 0x102040 : y % 100 < 50 ? 0xffffff : 0xe8eef4));
    const png = (await smallPng(page, 8_250)) ?? new Uint8Array();
    expect(png.length).toBeLessThan(3_000);
    expect(Buffer.from((await readPng(png)).rgba).equals(Buffer.from(page.rgba))).toBe(true);
  });

  test("gives up colours before size, then size, and then says that it cannot be", async () => {
    const sizeAt = async (most: number) => {
      const png = await smallPng(noise, most);
      if (png === undefined) return undefined;
      expect(png.length).toBeLessThanOrEqual(most);
      return (await readPng(png)).width;
    };
    expect(await Promise.all([6_000, 3_000, 900, 100].map(sizeAt))).toEqual([120, 120, 60, undefined]);
  });

  test("of a picture larger than any panel is half as wide, so that it does not take the processor for long", async () => {
    const wall = frameOf(1024, 600, (x) => (x < 400 ? 0x102040 : 0xffffff));
    const read = await readPng((await smallPng(wall, 8_250)) ?? new Uint8Array());
    expect([read.width, read.height]).toEqual([512, 300]);
    expect(new Set(pixelsOf(read))).toEqual(new Set([0x102040, 0xffffff]));
  });
});
