import { describe, expect, test } from "vitest";
import type { Frame } from "../../../device/device.ts";
import { framePng, newMeasure, paint, readPng, stripPng } from "../../../device/drawing/canvas.ts";
import { darkFrame } from "../../../device/drawing/draw-page.ts";
import type { Mark, Weight } from "../../../device/drawing/marks.ts";
import { qrCode } from "../../../device/drawing/qr.ts";

const letter = (text: string, weight: Weight = "bold"): Mark => ({
  is: "text",
  text,
  box: { x: 0, y: 0, width: 40, height: 48 },
  size: 40,
  weight,
  color: "#000000",
});
const inkOf = (frame: Frame): number[] =>
  [...frame.rgba].filter((_, index) => index % 4 === 0).map((red) => (red < 128 ? 1 : 0));
const drawn = (text: string, weight?: Weight): string =>
  inkOf(paint([letter(text, weight)], 40, 48, "#ffffff")).join("");

describe("the bundled font", () => {
  test("draws every digit and letter of a price, a code and both languages, each in its own shape", () => {
    const letters = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzéñ.,:;!?/()-+·…"];
    const shapes = new Map(letters.map((one) => [drawn(one), one]));
    expect(shapes.size).toBe(letters.length);
    const tofu = drawn("\u{10ffff}");
    expect(shapes.has(tofu)).toBe(false);
  });

  test("gives all digits one width, so that a countdown does not jump", () => {
    const measure = newMeasure();
    for (const weight of ["regular", "bold"] as const)
      expect(new Set([..."0123456789"].map((digit) => measure(digit, weight))).size).toBe(1);
  });

  test("is bolder in bold", () => {
    const ink = (weight: Weight) => [...drawn("Rp", weight)].filter((dot) => dot === "1").length;
    expect(ink("bold")).toBeGreaterThan(ink("regular") * 1.2);
  });
});

test("no ink leaves the box of a text", () => {
  const box = { x: 10, y: 10, width: 12, height: 12 };
  const frame = paint([{ ...letter("Ŵg@Ŵg@"), box, size: 60 } as Mark], 60, 60, "#ffffff");
  const strays = inkOf(frame).filter((ink, dot) => {
    const [x, y] = [dot % 60, Math.floor(dot / 60)];
    return ink === 1 && (x < 10 || x >= 22 || y < 10 || y >= 22);
  });
  expect(strays).toEqual([]);
});

test("a QR code has four light modules on every side, and its corners where they belong", () => {
  const code = qrCode("Rp");
  if (code === undefined) throw new Error("no code");
  const side = (code.modules + 8) * 3;
  const mark: Mark = { is: "qr", box: { x: 5, y: 7, width: side, height: side }, module: 3, code };
  const ink = inkOf(paint([mark], side + 9, side + 9, "#ffffff"));
  const dark = ink.flatMap((one, dot) => (one === 1 ? [{ x: dot % (side + 9), y: Math.floor(dot / (side + 9)) }] : []));
  expect(Math.min(...dark.map(({ x }) => x))).toBe(5 + 12);
  expect(Math.min(...dark.map(({ y }) => y))).toBe(7 + 12);
  // The finders reach the right and the lower edge.
  expect(Math.max(...dark.map(({ x }) => x))).toBe(5 + side - 12 - 1);
  expect(Math.max(...dark.map(({ y }) => y))).toBe(7 + side - 12 - 1);
  expect(dark).toHaveLength(code.dark.filter((bit) => bit === 1).length * 9);
});

describe("pictures", () => {
  test("come back from PNG as they went", async () => {
    const rgba = Uint8ClampedArray.from({ length: 7 * 5 * 4 }, (_, index) =>
      index % 4 === 3 ? 255 : (index * 37) % 256,
    );
    const frame = { width: 7, height: 5, rgba };
    expect(await readPng(framePng(frame))).toEqual(frame);
  });

  test("of a strip are black on white", async () => {
    const seen = await readPng(stripPng({ width: 3, height: 1, black: Uint8Array.of(0, 1, 0) }));
    expect([...seen.rgba]).toEqual([255, 255, 255, 255, 0, 0, 0, 255, 255, 255, 255, 255]);
  });

  test("of nothing are black", () => {
    expect([...darkFrame({ width: 2, height: 1 }).rgba]).toEqual([0, 0, 0, 255, 0, 0, 0, 255]);
  });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["noise", Buffer.from("this is no picture at all")],
    ["a torn PNG", framePng(darkFrame({ width: 90, height: 90 })).subarray(0, 20)],
    ["a picture too large", framePng(darkFrame({ width: 4097, height: 1 }))],
  ])("are not read from %s", async (_what, bytes) => {
    await expect(readPng(bytes)).rejects.toThrow();
  });
});
