import type { Strip } from "../device.ts";
import { newMeasure, paint, threshold } from "./canvas.ts";
import { fitPieces, lineHeight, type Piece, place, tidy, widest } from "./lettering.ts";
import type { Mark, Measure } from "./marks.ts";
import { fitQr, PAPER_MODULE, type QrFit, type QrRefusal, shrunk } from "./qr.ts";
import type { Slip, SlipBlock, SlipSize } from "./slip.ts";

/** A strip as wide as the paper, or the numbers why its QR code cannot be printed so that phones read it. */
export type DrawnSlip = Strip | QrRefusal;

/** 40 cm of paper at 8 dots a millimetre. */
export const MAX_SLIP_DOTS = 3200;
const LETTERS: Readonly<Record<SlipSize, number>> = { small: 21, normal: 25, large: 36, huge: 58 };
const LEAST_LETTERS = 16;
const BLACK = "#000000";
/** Paper above the first and below the last line, so that the knife meets neither. */
const EDGE = 16;

/** `dots` across, at the edges of which nothing is printed. */
type Paper = { readonly dots: number; readonly margin: number; readonly measure: Measure };

/** Marks from `y` down, and where the next block begins. */
type Laid = { readonly marks: readonly Mark[]; readonly next: number };

/** Draws `slip` for paper of `dots` dots, 64 to 1,024, or says why its QR code does not fit. */
export function drawSlip(slip: Slip, dots: number): DrawnSlip {
  const laid = laySlip(slip, dots, newMeasure());
  return "fits" in laid ? laid : threshold(paint(laid.marks, dots, laid.next, "#ffffff"));
}

/** Where everything goes; pure. Boxes of texts lie on the paper and touch neither each other nor a QR code. */
export function laySlip(slip: Slip, dots: number, measure: Measure): Laid | QrRefusal {
  if (!Number.isInteger(dots) || dots < 64 || dots > 1024)
    throw new RangeError(`paper of ${dots} dots: must be whole and from 64 to 1,024`);
  const paper: Paper = { dots, margin: Math.round(dots / 48), measure };
  const marks: Mark[] = [];
  let y = EDGE;
  for (const block of slip.blocks) {
    const laid = layBlock(block, y, paper);
    if ("fits" in laid) return laid;
    if (laid.next > MAX_SLIP_DOTS - EDGE - 40) return layEnd(marks, y, paper);
    marks.push(...laid.marks);
    y = laid.next;
  }
  return { marks, next: y + EDGE };
}

function layEnd(marks: readonly Mark[], y: number, paper: Paper): Laid {
  const end = layText({ is: "text", text: "…", align: "center" }, y, paper);
  return { marks: [...marks, ...end.marks], next: end.next + EDGE };
}

function layBlock(block: SlipBlock, y: number, paper: Paper): Laid | QrRefusal {
  switch (block.is) {
    case "text":
      return layText(block, y, paper);
    case "pair":
      return layPair(block, y, paper);
    case "rule":
      return layRule(block.dashed ?? false, y, paper);
    case "gap":
      return { marks: [], next: y + 20 };
    case "qr":
      return block.small ? laySmallQr(block.text, y, paper) : layQr(block.text, y, paper);
  }
}

const column = (paper: Paper): number => paper.dots - 2 * paper.margin;

function layText(block: SlipBlock & { is: "text" }, y: number, paper: Paper): Laid {
  const piece = letters(block.text, block.size, block.bold, block.align ?? "left");
  const setting = fitPieces([piece], column(paper), MAX_SLIP_DOTS, paper.measure);
  const box = { x: paper.margin, y, width: column(paper), height: setting.height };
  return { marks: place(setting, box).text, next: y + setting.height + 2 };
}

/** The left side wraps beside the right one; a right side of more than six tenths of the line goes below instead. */
function layPair(block: SlipBlock & { is: "pair" }, y: number, paper: Paper): Laid {
  const right = { ...letters(block.right, block.size, block.bold, "right"), whole: true };
  const value = fitPieces([right], Math.floor(column(paper) * 0.6), MAX_SLIP_DOTS, paper.measure);
  if (value.pieces.some((set) => set.size < right.size)) return layBelow(block, y, paper);
  const gap = widest(value) === 0 ? 0 : 12;
  const width = column(paper) - widest(value) - gap;
  const left = letters(block.left, block.size, block.bold, "left");
  const name = fitPieces([left], width, MAX_SLIP_DOTS, paper.measure);
  const height = Math.max(name.height, value.height);
  const names = place(name, { x: paper.margin, y, width, height }).text;
  const values = place(value, { x: paper.margin + width + gap, y, width: widest(value), height }, "bottom").text;
  return { marks: [...names, ...values], next: y + height + 2 };
}

function layBelow({ left, right, ...look }: SlipBlock & { is: "pair" }, y: number, paper: Paper): Laid {
  const above = layText({ ...look, is: "text", text: left }, y, paper);
  const below = layText({ ...look, is: "text", text: right, align: "right" }, above.next, paper);
  return { marks: [...above.marks, ...below.marks], next: below.next };
}

function letters(text: string, size: SlipSize = "normal", bold = false, align: "left" | "center" | "right"): Piece {
  return {
    text: tidy(text),
    size: LETTERS[size],
    least: LEAST_LETTERS,
    weight: bold ? "bold" : "regular",
    color: BLACK,
    align,
    most: 20,
    rank: 0,
  };
}

function layRule(dashed: boolean, y: number, paper: Paper): Laid {
  const line = { x: paper.margin, y: y + 10, width: column(paper), height: dashed ? 2 : 3 };
  if (!dashed) return { marks: [{ is: "area", box: line, color: BLACK }], next: y + 23 };
  const dashes = Array.from({ length: Math.floor(line.width / 12) }, (_, index) => line.x + index * 12);
  return { marks: dashes.map((x) => ({ is: "area", box: { ...line, x, width: 7 }, color: BLACK })), next: y + 22 };
}

/** As large as the paper is wide. */
function layQr(text: string, y: number, paper: Paper): Laid | QrRefusal {
  const fit = fitQr(text, paper.dots, PAPER_MODULE);
  return fit.fits ? placeQr(fit, y, paper) : fit;
}

function laySmallQr(text: string, y: number, paper: Paper): Laid {
  const fit = fitQr(text, paper.dots, PAPER_MODULE);
  return fit.fits ? placeQr(shrunk(fit, PAPER_MODULE), y, paper) : { marks: [], next: y };
}

function placeQr(fit: QrFit, y: number, paper: Paper): Laid {
  const x = Math.floor((paper.dots - fit.side) / 2);
  const box = { x, y, width: fit.side, height: fit.side };
  return { marks: [{ is: "qr", box, module: fit.module, code: fit.code }], next: y + fit.side + lineHeight(2) };
}
