import type { Strip } from "../device.ts";
import type { Box } from "./box.ts";
import { newMeasure, paint, threshold } from "./canvas.ts";
import { fitPieces, lineHeight, place, widest } from "./lettering.ts";
import type { Mark, Measure, Weight } from "./marks.ts";
import { PAPER_MODULE } from "./qr.ts";
import { layCodes, layLongCode } from "./test-codes.ts";

/** `dots` across the paper, 64 to 1,024; `lines`: what is worth knowing of the stand, each a line that wraps. */
export type TestStrip = { readonly dots: number; readonly lines: readonly string[] };

const BLACK = "#000000";
const EDGE = 16;
const GAP = 18;
const LETTERS = 22;
const LABEL = 18;
const LONGEST = 3_200;
/** More lines than this are nobody's test print. */
const MOST_LINES = 30;
/** Dots a module, from what hardly any phone reads to what every phone reads. */
export const TEST_MODULES = [2, 3, 4, 5, 6] as const;
const DOTS_PER_MM = 8;

/** Marks from `y` down, and where the next part begins. */
type Laid = { readonly marks: readonly Mark[]; readonly next: number };
type Paper = { readonly dots: number; readonly measure: Measure };

/**
 * What a technician judges a printer by: a ruler in dots to both edges, four densities, QR codes at several module sizes that
 * say their size, one as large as a payment's, and letters.
 */
export function drawTestStrip({ dots, lines }: TestStrip): Strip {
  if (!Number.isInteger(dots) || dots < 64 || dots > 1024)
    throw new RangeError(`paper of ${dots} dots: must be whole and from 64 to 1,024`);
  const { marks, next } = layTestStrip({ dots, lines }, newMeasure());
  return threshold(paint(marks, dots, next, "#ffffff"));
}

/** Where everything goes; pure. */
export function layTestStrip({ dots, lines }: TestStrip, measure: Measure): Laid {
  const paper = { dots, measure };
  const parts: readonly ((y: number) => Laid)[] = [
    (y) => layText("Cetak uji / Test print", y, paper, { size: 32, weight: "bold" }),
    ...lines.slice(0, MOST_LINES).map((line) => (y: number) => layText(line, y, paper)),
    (y) => layRuler(y + GAP, paper),
    (y) => layDensities(y + GAP, paper),
    (y) => laySmallCodes(y + GAP, paper),
    (y) => layPaymentCode(y + GAP, paper),
    (y) => layText("Terima kasih / Thank you", y + GAP, paper, { size: 32, weight: "bold" }),
    (y) => layText("ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789 Rp 15.000 · ±×÷", y, paper),
  ];
  const marks: Mark[] = [];
  let y = EDGE;
  for (const lay of parts) {
    const laid = lay(y);
    marks.push(...laid.marks);
    y = laid.next;
  }
  return { marks, next: y + EDGE };
}

type Letters = { readonly size: number; readonly weight: Weight };

function layText(
  text: string,
  y: number,
  { dots, measure }: Paper,
  { size, weight }: Letters = { size: LETTERS, weight: "regular" },
): Laid {
  const margin = Math.round(dots / 48);
  const piece = { text, size, least: 12, weight, color: BLACK, most: 6, rank: 0 } as const;
  const setting = fitPieces([piece], dots - 2 * margin, LONGEST, measure);
  const box = { x: margin, y, width: dots - 2 * margin, height: setting.height };
  return { marks: place(setting, box).text, next: y + setting.height + 2 };
}

/** A stroke every millimetre from the first dot to the last: what is missing at an edge is not on the paper. */
function layRuler(y: number, { dots, measure }: Paper): Laid {
  const high = 40;
  const stroke = (x: number, height: number): Mark => ({ is: "area", box: { x, y, width: 1, height }, color: BLACK });
  const strokes = Array.from({ length: Math.floor(dots / DOTS_PER_MM) + 1 }, (_, mm) => mm)
    .filter((mm) => mm * DOTS_PER_MM < dots)
    .map((mm) => stroke(mm * DOTS_PER_MM, mm % 10 === 0 ? high : mm % 5 === 0 ? 20 : 10));
  const figures = Array.from({ length: Math.floor(dots / 80) }, (_, tenth) => tenth * 80).flatMap((x) =>
    labelled(String(x), { x: x + 5, y: y + high - lineHeight(LABEL), width: 70, height: lineHeight(LABEL) }, measure),
  );
  const said = layText(`${dots} dots, first and last at the ends of this ruler`, y + high + 4, { dots, measure });
  return { marks: [...strokes, stroke(dots - 1, high), ...figures, ...said.marks], next: said.next };
}

/** Of so many rows of dots so many are black. */
const DENSITIES = [
  { black: 1, of: 4 },
  { black: 1, of: 2 },
  { black: 3, of: 4 },
  { black: 1, of: 1 },
] as const;

/** Rows of dots, closer and closer: a head that is too hot closes the gaps, one that is too cold leaves the last field grey. */
function layDensities(y: number, { dots, measure }: Paper): Laid {
  const width = Math.floor(dots / DENSITIES.length);
  const height = 48;
  const fields = DENSITIES.flatMap(({ black, of }, nth) => {
    const field = { x: nth * width, y, width, height };
    const below = { x: field.x + 4, y: y + height, width: width - 4, height: lineHeight(LABEL) };
    return [...rows(field, black, of), ...labelled(`${Math.round((100 * black) / of)} %`, below, measure)];
  });
  return { marks: fields, next: y + height + lineHeight(LABEL) };
}

const rows = ({ x, y, width, height }: Box, black: number, of: number): readonly Mark[] =>
  Array.from({ length: Math.ceil(height / of) }, (_, nth) => ({
    is: "area",
    box: { x, y: y + nth * of, width, height: Math.min(black, height - nth * of) },
    color: BLACK,
  }));

function laySmallCodes(y: number, { dots, measure }: Paper): Laid {
  const room = { x: 0, y, width: dots, height: LONGEST };
  const { marks, height } = layCodes(room, TEST_MODULES, { unit: "dots", measure, ink: BLACK, size: LABEL });
  return { marks, next: y + height };
}

/** With the smallest modules that a stand prints. */
function layPaymentCode(y: number, { dots }: Paper): Laid {
  const marks = layLongCode({ x: 0, y, width: dots, height: LONGEST }, PAPER_MODULE, "dots");
  return { marks, next: marks.reduce((next, { box }) => Math.max(next, box.y + box.height), y) };
}

/** Nothing where it would be cut. */
function labelled(text: string, box: Box, measure: Measure): readonly Mark[] {
  const piece = { text, size: LABEL, least: 10, weight: "bold", color: BLACK, most: 1, rank: 0 } as const;
  const setting = fitPieces([piece], box.width, box.height, measure);
  return setting.pieces.every(({ clean }) => clean) && widest(setting) <= box.width ? place(setting, box).text : [];
}
