import { describe, expect, test } from "vitest";
import { framePng, newMeasure } from "../../../device/drawing/canvas.ts";
import { codeTextOf, longCodeText } from "../../../device/drawing/test-codes.ts";
import { COLOURS, drawTestPage, layTestPage } from "../../../device/drawing/test-page.ts";
import { zbarRead } from "../fixtures.ts";
import { outside, overlapping } from "./boxes.ts";

const LINES = ["spi-panel", "rotation 90"];
const SIZES = [
  [240, 240],
  [240, 320],
  [320, 170],
  [400, 300],
  [320, 480],
  [480, 320],
  [800, 480],
  [1920, 1080],
] as const;

describe.each(SIZES)("on a screen of %i × %i", (width, height) => {
  const size = { width, height };
  const frame = drawTestPage({ size, lines: LINES });
  const laid = layTestPage({ size, lines: LINES }, newMeasure());

  test("codes of 2 and 3 pixels a module at least, and zbar reads each, which says its size", async () => {
    expect(laid.modules.slice(0, 2)).toEqual([2, 3]);
    const read = (await zbarRead(framePng(frame)))?.split("\n").toSorted();
    const isRoomy = laid.marks.some((mark) => mark.is === "qr" && mark.code.modules === 65);
    const long = isRoomy ? [longCodeText(3, "pixels")] : [];
    expect(read).toEqual([...laid.modules.map((module) => codeTextOf(module, "pixels")), ...long].toSorted());
  });

  test("texts and codes lie on the glass and touch neither each other nor the edges", () => {
    const free = laid.marks.filter((mark) => mark.is !== "area");
    expect(outside(laid.marks, size)).toEqual([]);
    expect(overlapping(free)).toEqual([]);
    expect(outside(free, { width: width - 1, height: height - 1 })).toEqual([]);
  });

  test("its size and every colour's name can be read", () => {
    const texts = laid.marks.flatMap((mark) => (mark.is === "text" ? [mark.text] : []));
    expect(texts).toContain(`${width} × ${height}`);
    expect(texts).toEqual(expect.arrayContaining([...COLOURS.map(({ name }) => name), "1", "2", "3", "4"]));
  });

  test("each edge is one line of its own colour, to the last pixel", () => {
    const at = (x: number, y: number): readonly number[] => [
      ...frame.rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 3),
    ];
    const middle = [Math.floor(width / 2), Math.floor(height / 2)] as const;
    expect([at(middle[0], 0), at(width - 1, middle[1])]).toEqual([
      [255, 0, 0],
      [0, 128, 0],
    ]);
    expect([at(middle[0], height - 1), at(0, middle[1])]).toEqual([
      [0, 0, 255],
      [0, 0, 0],
    ]);
  });
});
