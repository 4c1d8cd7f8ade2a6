import { describe, expect, test } from "vitest";
import type { Frame } from "../../../device/device.ts";
import {
  changedArea,
  type Format,
  packer,
  RGB565,
  RGB666,
  type Rotation,
  turned,
  wholeOf,
} from "../../../device/screens/pixels.ts";
import { colourful, patched } from "./pictures.ts";

const frameOf = (width: number, ...pixels: readonly (readonly [number, number, number])[]): Frame => ({
  width,
  height: pixels.length / width,
  rgba: new Uint8ClampedArray(pixels.flatMap((pixel) => [...pixel, 255])),
});

const XRGB: Format = {
  bytes: 4,
  order: "little-endian",
  red: { shift: 16, bits: 8 },
  green: { shift: 8, bits: 8 },
  blue: { shift: 0, bits: 8 },
};
const BGR_FIRST_HIGH: Format = {
  ...XRGB,
  red: { shift: 8, bits: 8 },
  green: { shift: 16, bits: 8 },
  blue: { shift: 24, bits: 8 },
};

describe("a picture becomes the pixels of", () => {
  const red = [255, 0, 0] as const;
  const green = [0, 255, 0] as const;
  const blue = [0, 0, 255] as const;
  // 0x12 = 00010010, 0x9a = 10011010, 0xff: 00010 100110 11111 = 0x14df.
  const mixed = [0x12, 0x9a, 0xff] as const;

  test.each<[string, Format, string]>([
    ["RGB565, high byte first", RGB565, "f800 07e0 001f 14df"],
    ["RGB565, low byte first", { ...RGB565, order: "little-endian" }, "00f8 e007 1f00 df14"],
    ["RGB666 in three bytes", RGB666, "fc0000 00fc00 0000fc 1098fc"],
    ["32 bits, as most framebuffers", XRGB, "0000ff00 00ff0000 ff000000 ff9a1200"],
    ["24 bits", { ...XRGB, bytes: 3 }, "0000ff 00ff00 ff0000 ff9a12"],
    ["32 bits with blue in the highest", BGR_FIRST_HIGH, "00ff0000 0000ff00 000000ff 00129aff"],
  ])("%s", (_, format, expected) => {
    const frame = frameOf(2, red, green, blue, mixed);
    expect(packer(format)(frame, wholeOf(frame)).toString("hex")).toBe(expected.replaceAll(" ", ""));
  });

  test("only the part that is asked for", () => {
    const frame = frameOf(3, red, red, red, red, green, blue, red, mixed, red);
    const packed = packer(RGB565)(frame, { x: 1, y: 1, width: 2, height: 2 });
    expect(packed.toString("hex")).toBe("07e0001f14dff800");
  });
});

describe("turning", () => {
  const [a, b, c, d, e, f] = [1, 2, 3, 4, 5, 6].map((value) => [value, value, value] as const);
  const letters = (frame: Frame): string =>
    Array.from({ length: frame.width * frame.height }, (_, at) => "?abcdef"[frame.rgba[at * 4] ?? 0]).join("");

  test.each<[Rotation, number, string]>([
    [0, 3, "abcdef"],
    [90, 2, "daebfc"],
    [180, 3, "fedcba"],
    [270, 2, "cfbead"],
  ])("by %s degrees clockwise", (rotation, width, expected) => {
    if (!a || !b || !c || !d || !e || !f) throw new Error("six pixels");
    const frame = turned(frameOf(3, a, b, c, d, e, f), rotation);
    expect(frame.width).toBe(width);
    expect(letters(frame)).toBe(expected);
  });
});

describe("what changed between two pictures", () => {
  const frame = colourful(20, 10);

  test("nothing", () => {
    expect(changedArea(frame, { ...frame, rgba: frame.rgba.slice() })).toBeUndefined();
  });

  test.each([
    [0, 0, 1, 1],
    [19, 9, 1, 1],
    [3, 2, 5, 4],
    [0, 0, 20, 10],
  ])("a rectangle at %s, %s of %s × %s", (x, y, width, height) => {
    expect(changedArea(frame, patched(frame, x, y, width, height))).toEqual({ x, y, width, height });
  });

  test("two corners need all that lies between them", () => {
    const both = patched(patched(frame, 1, 7, 1, 1), 15, 3, 1, 1);
    expect(changedArea(frame, both)).toEqual({ x: 1, y: 3, width: 15, height: 5 });
  });

  test("a picture that begins in the midst of a buffer's word", () => {
    const buffer = new Uint8ClampedArray(frame.rgba.length + 1);
    buffer.set(frame.rgba, 1);
    const shifted = { ...frame, rgba: buffer.subarray(1) };
    expect(changedArea(frame, shifted)).toBeUndefined();
  });
});
