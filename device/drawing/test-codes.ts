import type { Box } from "./box.ts";
import { fitPieces, lineHeight, place, widest } from "./lettering.ts";
import type { Mark, Measure } from "./marks.ts";
import { type QrCode, QUIET_ZONE, qrCode } from "./qr.ts";

/** What a code stands on: dots of paper or pixels of glass. */
export type Unit = "dots" | "pixels";

/** What a phone reads in the code whose modules are so large: it names itself. */
export const codeTextOf = (module: number, unit: Unit): string => `TEST ${module} ${unit.toUpperCase()}`;

/** As long as a QRIS payload may be that fits a code of 65 modules. */
const LONG_TEXT = 280;

/** What a phone reads in a code that is as large as a payment's may be. */
export const longCodeText = (module: number, unit: Unit): string =>
  `test of a code as large as a payment's, ${module} ${unit} a module. `.repeat(8).slice(0, LONG_TEXT);

/** The codes that found room, by pixels a module, and how far down they reach. */
export type LaidCodes = {
  readonly marks: readonly Mark[];
  readonly modules: readonly number[];
  readonly height: number;
};

type Look = { readonly unit: Unit; readonly measure: Measure; readonly ink: string; readonly size: number };
type Cell = { readonly module: number; readonly code: QrCode; readonly side: number; readonly label: string };

/** Space between two codes: their quiet zones touch nothing that is not white. */
const GAP = 6;

/** One code for each size in `modules`, from left to right in rows, each over its size in words. What has no room is left out. */
export function layCodes(room: Box, modules: readonly number[], look: Look): LaidCodes {
  const marks: Mark[] = [];
  const shown: number[] = [];
  let [x, y, tallest] = [room.x, room.y, 0];
  for (const cell of modules.flatMap((module) => cellOf(module, look.unit))) {
    const size = sizeOf(cell, look);
    const breaks = x > room.x && x + size.width > room.x + room.width;
    const at = breaks ? { x: room.x, y: y + tallest + GAP } : { x, y };
    if (at.x + size.width > room.x + room.width || at.y + size.height > room.y + room.height) continue;
    marks.push(...marksOf(cell, { ...at, ...size }, look));
    shown.push(cell.module);
    [x, y, tallest] = [at.x + size.width + GAP, at.y, breaks ? size.height : Math.max(tallest, size.height)];
  }
  return { marks, modules: shown, height: y + tallest - room.y };
}

/** A code as large as a payment's may be, in the middle of the top of `room`; nothing where it has no room. */
export function layLongCode(room: Box, module: number, unit: Unit): readonly Mark[] {
  const code = qrCode(longCodeText(module, unit));
  const side = code === undefined ? Number.POSITIVE_INFINITY : (code.modules + 2 * QUIET_ZONE) * module;
  if (code === undefined || side > room.width || side > room.height) return [];
  const box = { x: room.x + Math.floor((room.width - side) / 2), y: room.y, width: side, height: side };
  return [{ is: "qr", box, module, code }];
}

function cellOf(module: number, unit: Unit): readonly Cell[] {
  const code = qrCode(codeTextOf(module, unit));
  if (code === undefined) return [];
  return [{ module, code, side: (code.modules + 2 * QUIET_ZONE) * module, label: `${module} ${unit}` }];
}

function sizeOf({ side, label }: Cell, look: Look): { width: number; height: number } {
  return { width: Math.max(side, widest(labelIn(label, side * 2, look))), height: side + lineHeight(look.size) };
}

function marksOf({ code, module, side, label }: Cell, box: Box, look: Look): readonly Mark[] {
  const below = { ...box, y: box.y + side, height: box.height - side };
  return [
    {
      is: "qr",
      box: { ...box, x: box.x + Math.floor((box.width - side) / 2), width: side, height: side },
      module,
      code,
    },
    ...place(labelIn(label, box.width, look), below).text,
  ];
}

const labelIn = (text: string, width: number, { ink, size, measure }: Look) =>
  fitPieces(
    [{ text, size, least: size, weight: "bold", color: ink, align: "center", most: 1, rank: 0 }],
    width,
    2 * size,
    measure,
  );
