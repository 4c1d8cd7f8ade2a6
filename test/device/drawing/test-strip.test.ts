import { describe, expect, test } from "vitest";
import { newMeasure } from "../../../device/drawing/canvas.ts";
import { codeTextOf, longCodeText } from "../../../device/drawing/test-codes.ts";
import { drawTestStrip, layTestStrip, TEST_MODULES } from "../../../device/drawing/test-strip.ts";
import { readPaper } from "../fixtures.ts";
import { outside, overlapping } from "./boxes.ts";

const LINES = ["lobby-1 · Kopi Lobi", "printer: ready, 384 dots", "10.0.0.17 · version 0.1.0"];

describe.each([384, 576])("on paper of %i dots", (dots) => {
  const strip = drawTestStrip({ dots, lines: LINES });
  const at = (x: number, y: number): number => strip.black[y * strip.width + x] ?? 0;

  test("zbar reads every code, and each says how large its modules are", async () => {
    const read = (await readPaper(strip))?.split("\n").toSorted();
    const small = TEST_MODULES.map((module) => codeTextOf(module, "dots"));
    expect(read).toEqual([...small, longCodeText(4, "dots")].toSorted());
  });

  test("the long code is as large as a QRIS code may be, with the smallest modules that a stand prints", () => {
    const codes = layTestStrip({ dots, lines: [] }, newMeasure()).marks.filter((mark) => mark.is === "qr");
    const largest = codes.toSorted((one, other) => other.box.width - one.box.width)[0];
    expect(largest).toMatchObject({ module: 4, code: { modules: 65 } });
  });

  test("the ruler reaches from the first dot of the paper to the last", () => {
    const rows = Array.from({ length: strip.height }, (_, y) => y);
    const longest = (x: number): number => rows.reduce((run, y) => (at(x, y) === 1 ? run + 1 : run), 0);
    expect(longest(0)).toBeGreaterThanOrEqual(40);
    expect(longest(dots - 1)).toBeGreaterThanOrEqual(40);
  });

  test("a quarter, a half, three quarters and all of the dots of four fields are black", () => {
    const { marks } = layTestStrip({ dots, lines: [] }, newMeasure());
    const rows = marks.filter((mark) => mark.is === "area" && mark.box.width === dots / 4).map(({ box }) => box);
    const share = [0, 1, 2, 3].map((field) => {
      const black = rows.filter(({ x }) => x === (field * dots) / 4).reduce((sum, { height }) => sum + height, 0);
      return black / 48;
    });
    expect(share).toEqual([0.25, 0.5, 0.75, 1]);
  });
});

test.each([64, 200, 384, 512, 576, 832, 1024])(
  "paper of %i dots has every text on it, touching neither another nor a code",
  (dots) => {
    const { marks, next } = layTestStrip({ dots, lines: [...LINES, "x".repeat(400)] }, newMeasure());
    expect(outside(marks, { width: dots, height: next })).toEqual([]);
    expect(overlapping(marks)).toEqual([]);
    expect(drawTestStrip({ dots, lines: LINES })).toMatchObject({ width: dots });
  },
);

test("paper that is none is refused with the numbers", () => {
  expect(() => drawTestStrip({ dots: 40, lines: [] })).toThrow("paper of 40 dots: must be whole and from 64 to 1,024");
});
