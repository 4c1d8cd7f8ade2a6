import QRCode from "qrcode";
import type { Frame } from "../../../device/device.ts";
import { newMeasure, paint, threshold } from "../../../device/drawing/canvas.ts";
import type { TextMark } from "../../../device/drawing/marks.ts";
import { frameOf } from "../../golden/picture.ts";
import type { Code, Line, Mark, PaperRoll } from "./paper-roll.ts";

/*
 * What lies on the paper, as a picture: letters in the cells of a printer's own fonts, codes as a printer makes them that knows
 * nothing shorter than bytes, and pictures dot by dot.
 */

const BLACK = "#000000";
/** Epson's line spacing, and its fonts A and B. */
const LINE = 30;
const CELLS = [
  { wide: 12, high: 24 },
  { wide: 9, high: 17 },
] as const;

type Dots = { readonly width: number; readonly height: number; readonly black: Uint8Array };
/** Letters to paint, and dots to put at a place. */
type Laid = {
  readonly letters: readonly TextMark[];
  readonly dots?: Dots & { readonly left: number };
  readonly rows: number;
};

/** All of `roll` but its cuts, on paper of `dots` dots. Throws for what does not go on it. */
export function paperPicture(roll: PaperRoll, dots: number): Frame {
  const laid = roll.marks.map((mark) => layMark(mark, dots));
  const tops = laid.map((_, at) => laid.slice(0, at).reduce((sum, { rows }) => sum + rows, 0));
  const letters = laid.flatMap((one, at) => one.letters.map((mark) => lowered(mark, tops[at] ?? 0)));
  const height = laid.reduce((sum, { rows }) => sum + rows, 0);
  const paper = frameOf(threshold(paint(letters, dots, Math.max(1, height), "#ffffff")));
  for (const [at, one] of laid.entries()) if (one.dots !== undefined) blacken(paper, one.dots, tops[at] ?? 0);
  return paper;
}

function layMark(mark: Mark, dots: number): Laid {
  if (mark.did === "feed") return { letters: [], rows: LINE };
  if (mark.did === "line") return layLine(mark, dots);
  if (mark.did === "code") return layDots(moduled(mark), mark.align, dots);
  if (mark.did === "picture") return layDots(mark.picture, mark.align, dots);
  return { letters: [], rows: 0 };
}

function layLine({ text, align, font, bold, wide, high }: Line, dots: number): Laid {
  const cell = CELLS[font === 0 ? 0 : 1];
  const columns = Math.floor(dots / (cell.wide * wide));
  if (text.length > columns) throw new Error(`"${text}" is longer than ${columns} columns`);
  const left = leftOf(text.length * cell.wide * wide, align, dots);
  const size = Math.min(cell.high * high * 0.8, cell.wide * wide * 1.4);
  const weight = bold === 0 ? "regular" : "bold";
  const measure = newMeasure();
  const letters = [...text].map((letter, at): TextMark => {
    const width = Math.ceil(measure(letter, weight) * size) + 1;
    const x = left + Math.round((at + 0.5) * cell.wide * wide - width / 2);
    return {
      is: "text",
      text: letter,
      box: { x, y: 0, width, height: cell.high * high + 6 },
      size,
      weight,
      color: BLACK,
    };
  });
  return { letters, rows: Math.max(LINE, cell.high * high) };
}

function layDots(dots: Dots, align: number, across: number): Laid {
  if (dots.width > across) throw new Error(`${dots.width} dots do not go on paper of ${across}`);
  return { letters: [], dots: { ...dots, left: leftOf(dots.width, align, across) }, rows: dots.height };
}

function blacken({ width: across, rgba }: Frame, { width, black, left }: Dots & { left: number }, top: number): void {
  for (const [dot, one] of black.entries()) {
    const at = ((top + Math.floor(dot / width)) * across + left + (dot % width)) * 4;
    if (one === 1) rgba.fill(0, at, at + 3);
  }
}

const leftOf = (width: number, align: number, dots: number): number =>
  [0, Math.floor((dots - width) / 2), dots - width][align] ?? 0;

function moduled({ text, module, level }: Code): Dots {
  const segments = [{ data: Buffer.from(text, "latin1"), mode: "byte" as const }];
  const { size, data } = QRCode.create(segments, { errorCorrectionLevel: level as "M" }).modules;
  const width = size * module;
  const black = Uint8Array.from({ length: width * width }, (_, dot) => {
    const [column, row] = [Math.floor((dot % width) / module), Math.floor(dot / width / module)];
    return data[row * size + column] ? 1 : 0;
  });
  return { width, height: width, black };
}

const lowered = (mark: TextMark, by: number): TextMark => ({ ...mark, box: { ...mark.box, y: mark.box.y + by } });
