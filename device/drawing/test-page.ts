import type { Frame } from "../device.ts";
import { type Box, cutLeft, cutTop, inset } from "./box.ts";
import { newMeasure, paint } from "./canvas.ts";
import { fitPieces, place } from "./lettering.ts";
import type { Mark, Measure } from "./marks.ts";
import type { Size } from "./page.ts";
import { SCREEN_MODULE } from "./qr.ts";
import { layCodes, layLongCode } from "./test-codes.ts";
import { PAPER } from "./tones.ts";

/** `lines`: what is worth knowing of the screen; what has no room is left out. */
export type TestPage = { readonly size: Size; readonly lines: readonly string[] };

const INK = "#000000";
const CORNER = 12;
const GAP = 6;
const LABEL = 11;
/** Pixels a module, from what hardly any phone reads to what every phone reads. */
const TEST_PIXELS = [2, 3, 4, 5, 6, 8] as const;

/** Wrong names: red and blue are swapped, or the glass wants its pixels inverted. */
export const COLOURS = [
  { name: "red", color: "#ff0000", ink: "#ffffff" },
  { name: "green", color: "#008000", ink: "#ffffff" },
  { name: "blue", color: "#0000ff", ink: "#ffffff" },
  { name: "black", color: "#000000", ink: "#ffffff" },
  { name: "yellow", color: "#ffff00", ink: "#000000" },
  { name: "magenta", color: "#ff00ff", ink: "#000000" },
  { name: "cyan", color: "#00ffff", ink: "#000000" },
  { name: "white", color: "#ffffff", ink: "#000000" },
] as const;

/** A line of one pixel along each edge: one that is not seen lies beside the glass. */
const EDGES = { top: "#ff0000", right: "#008000", bottom: "#0000ff", left: "#000000" } as const;

/**
 * What a technician judges a screen by: its size, each edge in a colour of its own and the corners numbered clockwise from the
 * top left, colours by name, and QR codes at several module sizes that say their size. Drawn for the size that the driver has.
 */
export function drawTestPage({ size, lines }: TestPage): Frame {
  const { marks } = layTestPage({ size, lines }, newMeasure());
  return paint(marks, size.width, size.height, PAPER);
}

/** Where everything goes, and the module sizes that found room; pure. */
export function layTestPage(
  { size, lines }: TestPage,
  measure: Measure,
): { readonly marks: readonly Mark[]; readonly modules: readonly number[] } {
  const whole: Box = { x: 0, y: 0, ...size };
  const room = inset(whole, CORNER + 2);
  const isWide = size.width >= 1.3 * size.height;
  const { taken, rest } = isWide ? cutLeft(room, Math.round(room.width * 0.38)) : cutTop(room, room.height * 0.42);
  const words = layWords(lines, size, taken, measure);
  const colours = layColours(words.rest, isWide ? 2 : 4, measure);
  const beside = isWide ? cutLeft(rest, GAP).rest : cutTop(rest, GAP).rest;
  const codes = layCodes(beside, TEST_PIXELS, { unit: "pixels", measure, ink: INK, size: LABEL });
  const below = cutTop(beside, codes.height + 2 * GAP).rest;
  const long = layLongCode(below, SCREEN_MODULE, "pixels");
  return {
    marks: [...edges(size), ...corners(size, measure), ...words.marks, ...colours, ...codes.marks, ...long],
    modules: codes.modules,
  };
}

function edges({ width, height }: Size): readonly Mark[] {
  const line = (box: Box, color: string): Mark => ({ is: "area", box, color });
  return [
    line({ x: 0, y: 0, width: 1, height }, EDGES.left),
    line({ x: width - 1, y: 0, width: 1, height }, EDGES.right),
    line({ x: 0, y: 0, width, height: 1 }, EDGES.top),
    line({ x: 0, y: height - 1, width, height: 1 }, EDGES.bottom),
  ];
}

function corners({ width, height }: Size, measure: Measure): readonly Mark[] {
  const [right, bottom] = [width - CORNER - 2, height - CORNER - 4];
  const at = [
    { x: 2, y: 2 },
    { x: right, y: 2 },
    { x: right, y: bottom },
    { x: 2, y: bottom },
  ];
  return at.flatMap(({ x, y }, nth) =>
    lettered(`${nth + 1}`, { x, y, width: CORNER, height: CORNER + 2 }, INK, measure),
  );
}

function layWords(
  lines: readonly string[],
  { width, height }: Size,
  box: Box,
  measure: Measure,
): { marks: readonly Mark[]; rest: Box } {
  const plain = { least: LABEL, color: INK, most: 2 } as const;
  const large = Math.max(18, Math.round(Math.min(box.width / 6, box.height / 5)));
  const setting = fitPieces(
    [
      { ...plain, text: `${width} × ${height}`, size: large, weight: "bold", whole: true, rank: 0 },
      ...lines.map(
        (text, nth) =>
          ({
            ...plain,
            text,
            size: Math.max(LABEL, Math.round(large * 0.5)),
            weight: "regular",
            rank: 1 + nth,
          }) as const,
      ),
    ],
    box.width,
    Math.floor(box.height * 0.6),
    measure,
  );
  const { taken, rest } = cutTop(box, setting.height);
  return { marks: place(setting, taken).text, rest: cutTop(rest, GAP).rest };
}

function layColours(box: Box, columns: number, measure: Measure): readonly Mark[] {
  const rows = COLOURS.length / columns;
  const [width, height] = [Math.floor(box.width / columns), Math.floor(box.height / rows)];
  return COLOURS.flatMap(({ name, color, ink }, nth) => {
    const field = { x: box.x + (nth % columns) * width, y: box.y + Math.floor(nth / columns) * height, width, height };
    return [{ is: "area", box: field, color }, ...lettered(name, field, ink, measure)];
  });
}

function lettered(text: string, box: Box, color: string, measure: Measure): readonly Mark[] {
  const piece = { text, size: LABEL, least: 9, weight: "bold", color, align: "center", most: 1, rank: 0 } as const;
  return place(fitPieces([piece], box.width, box.height, measure), box, "middle").text;
}
