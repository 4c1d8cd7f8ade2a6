import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newMeasure } from "../../../device/drawing/canvas.ts";
import { layPage } from "../../../device/drawing/draw-page.ts";
import type { Mark } from "../../../device/drawing/marks.ts";
import type { Page, Report, Size } from "../../../device/drawing/page.ts";
import { servicePage } from "../../../gateway/service/report.ts";
import { serviceFactsOf, troubledFacts } from "../../support/service.ts";
import { anyText, outside, overlapping } from "./boxes.ts";

const PANELS: readonly Size[] = [
  { width: 240, height: 240 },
  { width: 320, height: 170 },
  { width: 240, height: 320 },
  { width: 400, height: 300 },
  { width: 480, height: 320 },
  { width: 800, height: 480 },
];

const marksOf = (page: Page, size: Size): readonly Mark[] => {
  const marks = layPage(page, size, newMeasure());
  if ("fits" in marks) throw new Error(`refused: ${JSON.stringify(marks)}`);
  return marks;
};
const saidBy = (page: Page, size: Size): string =>
  marksOf(page, size)
    .flatMap((mark) => (mark.is === "text" ? [mark.text] : []))
    .join(" ");
const inTurn = (page: Page, turn: number): Page => ({ ...page, report: { rows: [], wires: [], ...page.report, turn } });

describe("a report", () => {
  test.each(PANELS.filter(({ width, height }) => width * height > 240 * 240))(
    "says all of a stand that is well at once, on $width × $height",
    (size) => {
      const page = servicePage(serviceFactsOf());
      const said = saidBy(inTurn(page, 0), size);
      const { rows, wires } = page.report ?? { rows: [], wires: [] };
      for (const { label } of [...rows, ...wires]) expect(said).toContain(label);
    },
  );

  test.each(PANELS)("of much trouble says every row in one of its turns, on $width × $height", (size) => {
    const page = servicePage(troubledFacts);
    const said = [0, 1, 2, 3].map((turn) => saidBy(inTurn(page, turn), size)).join(" ");
    for (const { label } of page.report?.rows ?? []) expect(said).toContain(label);
  });

  test("begins again when every row has had its turn", () => {
    const page = servicePage(troubledFacts);
    const small: Size = { width: 240, height: 240 };
    const [first, second] = [saidBy(inTurn(page, 0), small), saidBy(inTurn(page, 1), small)];
    expect(first).not.toBe(second);
    expect([2, 3, 4].map((turn) => saidBy(inTurn(page, turn), small))).toContain(first);
  });

  const anyReport: fc.Arbitrary<Report> = fc.record({
    turn: fc.nat(50),
    rows: fc.array(fc.record({ label: anyText, value: anyText, isBad: fc.boolean() }), { maxLength: 20 }),
    wires: fc.array(fc.record({ label: anyText, is: fc.constantFrom("active", "idle", "unknown") }), { maxLength: 40 }),
  });

  test("of any words stays on the screen, and nothing lies on anything else", () => {
    const anySize = fc.record({
      width: fc.integer({ min: 160, max: 900 }),
      height: fc.integer({ min: 160, max: 900 }),
    });
    fc.assert(
      fc.property(anyReport, anyText, anySize, (report, title, size) => {
        const marks = marksOf(
          { tone: "calm", title: { first: title }, report, footer: { first: "CANCEL: back" } },
          size,
        );
        expect(outside(marks, size)).toEqual([]);
        expect(overlapping(marks.filter(({ is }) => is === "text"))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
