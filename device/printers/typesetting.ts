import type { Strip } from "../device.ts";
import { tidy } from "../drawing/lettering.ts";
import { modulesAsBytes, PAPER_MODULE, QUIET_ZONE } from "../drawing/qr.ts";
import type { Slip, SlipBlock, SlipSize } from "../drawing/slip.ts";
import { type CodePage, encoded } from "./code-pages.ts";
import { type Align, LARGEST_QR_MODULE, type Letters, LONGEST_QR_BYTES, lineOf, qrCodeOf } from "./commands.ts";
import { feed } from "./encoder.ts";
import { type Body, joined, pictureOf } from "./ticket.ts";
import { pairLines, wrapped } from "./wrapping.ts";

/* A slip in the printer's own words: its letters, and codes that it makes itself. What it has no words for is drawn. */

export type Typesetting = {
  readonly dots: number;
  /** Texts and rules in the printer's letters, or drawn as everything else. */
  readonly hasLetters: boolean;
  readonly hasCodes: boolean;
  readonly codePage: CodePage;
  /** Draws what has no words; `undefined` when that does not go on the paper. */
  draw(slip: Slip): Strip | undefined;
};

/** 40 cm of paper, as for slips that are drawn. */
const MOST_ROWS = 3_200;
/** From one line to the next, unless the letters are higher: the printer's own setting, a sixth of an inch. */
const LINE_ROWS = 30;
const COLUMN_DOTS = { A: 12, B: 9 };
const LETTERS: Readonly<Record<SlipSize, Omit<Letters, "bold">>> = {
  small: { font: "B", wide: 1, high: 1 },
  normal: { font: "A", wide: 1, high: 1 },
  large: { font: "A", wide: 1, high: 2 },
  huge: { font: "A", wide: 2, high: 2 },
};

/** What is printed of `slip`; `undefined` when a part of it must be drawn and does not go on the paper. */
export function typeset(slip: Slip, setting: Typesetting): Body | undefined {
  const parts = partsOf(slip.blocks, setting).map((part) => ("rows" in part ? part : drawn(part, setting)));
  return parts.includes(undefined) ? undefined : cutOff(parts.filter((part) => part !== undefined));
}

/** Words, and between them blocks in a row that have none and are drawn as one. */
function partsOf(blocks: readonly SlipBlock[], setting: Typesetting): readonly (Body | Slip)[] {
  const parts: (Body | Slip)[] = [];
  for (const block of blocks) {
    const last = parts.at(-1);
    const words = wordsFor(block, setting);
    if (words !== undefined) parts.push(words);
    else if (last === undefined || "rows" in last) parts.push({ blocks: [block] });
    else parts[parts.length - 1] = { blocks: [...last.blocks, block] };
  }
  return parts;
}

function drawn(slip: Slip, { draw }: Typesetting): Body | undefined {
  const strip = draw(slip);
  return strip && pictureOf(strip);
}

/** A slip ends with dots where paper would be wasted. */
function cutOff(parts: readonly Body[]): Body {
  const commands: Uint8Array[] = [];
  let rows = 0;
  for (const part of parts) {
    if (rows + part.rows > MOST_ROWS) return { commands: [...commands, DOTS], rows: rows + LINE_ROWS };
    commands.push(...part.commands);
    rows += part.rows;
  }
  return { commands, rows };
}

const DOTS = lineOf(Uint8Array.of(0x2e, 0x2e, 0x2e), "center", { ...LETTERS.normal, bold: false });

/** `undefined` when it has to be drawn. */
function wordsFor(block: SlipBlock, setting: Typesetting): Body | undefined {
  if (block.is === "gap") return linesFed(1);
  if (block.is === "qr") return setting.hasCodes ? codeFor(block, setting.dots) : undefined;
  if (!setting.hasLetters) return undefined;
  if (block.is === "rule") return ruleFor(block.dashed ?? false, setting);
  const letters = { ...LETTERS[block.size ?? "normal"], bold: block.bold ?? false };
  const columns = columnsOf(letters, setting.dots);
  const lines =
    block.is === "text" ? wrapped(tidy(block.text), columns) : pairLines(tidy(block.left), tidy(block.right), columns);
  return textFor(lines, block.is === "text" ? (block.align ?? "left") : "left", letters, setting);
}

function textFor(
  lines: readonly string[],
  align: Align,
  letters: Letters,
  { codePage }: Typesetting,
): Body | undefined {
  const bytes = lines.map((line) => encoded(line, codePage));
  if (bytes.includes(undefined)) return undefined;
  const commands = bytes.map((line = new Uint8Array()) => lineOf(line, align, letters));
  return { commands, rows: lines.length * Math.max(LINE_ROWS, letters.high * 24) };
}

function ruleFor(isDashed: boolean, setting: Typesetting): Body | undefined {
  const letters = { ...LETTERS.normal, bold: false };
  const columns = columnsOf(letters, setting.dots);
  return textFor([(isDashed ? "- " : "-").repeat(columns).slice(0, columns)], "left", letters, setting);
}

const columnsOf = ({ font, wide }: Letters, dots: number): number =>
  Math.max(1, Math.floor(dots / (COLUMN_DOTS[font] * wide)));

/**
 * As large as a drawn one, on a printer that knows no more than bytes. It brings no quiet zone: left and right it has room for
 * one, above and below there are blank lines. What is no plain ASCII may mean another text to the printer: it is drawn.
 */
function codeFor({ text, small }: SlipBlock & { is: "qr" }, dots: number): Body | undefined {
  const bytes = encoded(text, "ascii");
  const modules = modulesAsBytes(text);
  if (bytes === undefined || modules === undefined || bytes.length > LONGEST_QR_BYTES) return undefined;
  const largest = Math.min(LARGEST_QR_MODULE, Math.floor(dots / (modules + 2 * QUIET_ZONE)));
  if (largest < PAPER_MODULE) return undefined;
  const module = small ? PAPER_MODULE : largest;
  const quiet = linesFed(Math.ceil((QUIET_ZONE * module) / LINE_ROWS));
  return {
    commands: [joined(...quiet.commands, qrCodeOf(bytes, module), ...quiet.commands)],
    rows: modules * module + 2 * quiet.rows,
  };
}

const linesFed = (lines: number): Body => ({ commands: [feed(lines)], rows: lines * LINE_ROWS });
