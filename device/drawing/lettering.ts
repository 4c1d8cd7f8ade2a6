import type { Box } from "./box.ts";
import type { Measure, TextMark, Weight } from "./marks.ts";

/** A text that shares a column with others. Sizes in pixels. */
export type Piece = {
  readonly text: string;
  readonly size: number;
  /** Never set smaller than this, but dropped or cut. */
  readonly least: number;
  readonly weight: Weight;
  readonly color: string;
  readonly align?: "left" | "center" | "right";
  /** Space above, when it is not the first. */
  readonly gap?: number;
  /** Room kept free on all sides, for a card behind the text. */
  readonly pad?: number;
  /** Most lines; beyond, it is cut with "…". Default 3. */
  readonly most?: number;
  /** Shrinks to stay on one line as long as `least` allows. */
  readonly whole?: boolean;
  /** When room is short, the highest rank is dropped first; rank 0 stays to the end. */
  readonly rank: number;
};

type SetLine = { readonly text: string; readonly width: number };
type SetPiece = {
  readonly piece: Piece;
  readonly size: number;
  readonly lines: readonly SetLine[];
  readonly clean: boolean;
};

/** Pieces with their final sizes and line breaks, ready to be placed in a box of the width they were set for. */
export type Setting = {
  readonly pieces: readonly SetPiece[];
  readonly height: number;
  /** 1 when every piece has the size it asked for. */
  readonly scale: number;
  /** How many pieces found no room. */
  readonly dropped: number;
};

const LINE_HEIGHT = 1.2;
const SCALES = [1, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64, 0.58, 0.52, 0.46, 0.4];
const LONGEST_TEXT = 300;

export const lineHeight = (size: number): number => Math.ceil(size * LINE_HEIGHT);

/** One clean line of at most 300 characters: no control or invisible characters, no towers of accents. */
export function tidy(text: string): string {
  const plain = text
    .slice(0, 4 * LONGEST_TEXT)
    .normalize("NFC")
    .replace(/[\s\p{Z}]+/gu, " ")
    .replace(/\p{C}+/gu, "")
    .replace(/(\p{M})\p{M}+/gu, "$1")
    .trim();
  const characters = [...plain];
  return characters.length > LONGEST_TEXT ? `${characters.slice(0, LONGEST_TEXT - 1).join("")}…` : plain;
}

/** The largest setting of `pieces` in `width` × `height`; drops pieces by rank, then cuts the last, rather than overflow. */
export function fitPieces(pieces: readonly Piece[], width: number, height: number, measure: Measure): Setting {
  const said = pieces.map((piece) => ({ ...piece, text: tidy(piece.text) })).filter((piece) => piece.text !== "");
  for (let kept = said; kept.length > 0; kept = withoutLeastNeeded(kept)) {
    const setting = largestSetting(kept, { width, height, measure });
    if (setting !== undefined) return { ...evened(setting, measure), dropped: said.length - kept.length };
  }
  return { ...lastResort(said, { width, height, measure }) };
}

type Room = { readonly width: number; readonly height: number; readonly measure: Measure };
type Sized = Omit<Setting, "dropped">;

function largestSetting(pieces: readonly Piece[], room: Room): Sized | undefined {
  for (const scale of SCALES) {
    const setting = settingAt(pieces, scale, room);
    const clean = scale === SCALES.at(-1) || setting.pieces.every((set) => set.clean);
    if (clean && setting.height <= room.height && widest(setting) <= room.width) return setting;
  }
  return undefined;
}

function settingAt(pieces: readonly Piece[], scale: number, room: Room): Sized {
  const set = pieces.map((piece) => setPiece(piece, scale, room));
  const height = set.reduce((sum, one, index) => sum + heightOf(one, scale, index === 0), 0);
  return { pieces: set.map((one) => scaledSpace(one, scale)), height, scale };
}

const scaledSpace = (set: SetPiece, scale: number): SetPiece => ({
  ...set,
  piece: { ...set.piece, gap: space(set.piece.gap, scale), pad: space(set.piece.pad, scale) },
});

const space = (length: number | undefined, scale: number): number => Math.round((length ?? 0) * scale);

const heightOf = (set: SetPiece, scale: number, first: boolean): number =>
  (first ? 0 : space(set.piece.gap, scale)) + 2 * space(set.piece.pad, scale) + set.lines.length * lineHeight(set.size);

/** The width that the widest line takes. */
export const widest = (setting: Pick<Setting, "pieces">): number =>
  Math.max(0, ...setting.pieces.flatMap((set) => set.lines.map((line) => line.width + 2 * (set.piece.pad ?? 0))));

function setPiece(piece: Piece, scale: number, room: Room): SetPiece {
  const unit = piece.whole ? piece.text : longestWord(piece, room.measure);
  const column = { ...room, width: Math.max(0, room.width - 2 * space(piece.pad, scale)) };
  const fitting = column.width / Math.max(0.01, room.measure(unit, piece.weight)) - 0.01;
  const size = Math.max(piece.least, Math.floor(Math.min(piece.size * scale, fitting)));
  const { lines, broken } = wrap(piece, size, column);
  const most = piece.most ?? 3;
  if (lines.length <= most) return { piece, size, lines, clean: !broken && (!piece.whole || lines.length === 1) };
  return { piece, size, lines: cutLines(lines, most, piece, { size, room: column }), clean: false };
}

/** What a line may break between; a stroke between two languages stays with the word before it. */
const wordsOf = (text: string): string[] => text.split(/ (?!\/ )/u);

function longestWord(piece: Piece, measure: Measure): string {
  const words = wordsOf(piece.text);
  const width = (word: string) => measure(word, piece.weight);
  return words.reduce((longest, word) => (width(word) > width(longest) ? word : longest), "");
}

function wrap(piece: Piece, size: number, room: Room): { lines: SetLine[]; broken: boolean } {
  const width = (text: string) => Math.ceil(room.measure(text, piece.weight) * size);
  const chunks = wordsOf(piece.text).map((word) => breakWord(word, (text) => width(text) <= room.width));
  const lines: SetLine[] = [];
  for (const parts of chunks) {
    for (const [index, part] of parts.entries()) {
      const last = lines.at(-1);
      const joined = last === undefined || index > 0 ? undefined : `${last.text} ${part}`;
      if (joined !== undefined && width(joined) <= room.width)
        lines[lines.length - 1] = { text: joined, width: width(joined) };
      else lines.push({ text: part, width: width(part) });
    }
  }
  return { lines, broken: chunks.some((parts) => parts.length > 1) };
}

/** A last line shorter than this share of the widest looks forgotten. */
const SHORT_LAST_LINE = 0.45;

/** Moves words down to where a last line would be very short; no piece gets more lines or becomes wider. */
const evened = (setting: Sized, measure: Measure): Sized => ({
  ...setting,
  pieces: setting.pieces.map((set) =>
    set.clean && endsShort(set.lines) ? { ...set, lines: evenLines(set, measure) } : set,
  ),
});

const endsShort = (lines: readonly SetLine[]): boolean =>
  (lines.at(-1)?.width ?? 0) < SHORT_LAST_LINE * Math.max(0, ...lines.map((line) => line.width));

/** The same number of lines in the narrowest column that holds them. */
function evenLines({ piece, size, lines }: SetPiece, measure: Measure): readonly SetLine[] {
  let best = lines;
  let [tooNarrow, enough] = [0, Math.max(...lines.map((line) => line.width))];
  while (enough - tooNarrow > 1) {
    const width = Math.floor((tooNarrow + enough) / 2);
    const tried = wrap(piece, size, { width, height: 0, measure });
    if (tried.broken || tried.lines.length > lines.length) tooNarrow = width;
    else [enough, best] = [width, tried.lines];
  }
  return best;
}

function breakWord(word: string, fits: (text: string) => boolean): string[] {
  if (fits(word)) return [word];
  const parts: string[] = [];
  for (const character of word) {
    const last = parts.at(-1);
    if (last !== undefined && fits(last + character)) parts[parts.length - 1] = last + character;
    else parts.push(character);
  }
  return parts;
}

function cutLines(
  lines: readonly SetLine[],
  most: number,
  piece: Piece,
  at: { readonly size: number; readonly room: Room },
): SetLine[] {
  const kept = lines.slice(0, most);
  const last = kept.pop();
  if (last === undefined) return [];
  const width = (text: string) => Math.ceil(at.room.measure(text, piece.weight) * at.size);
  const letters = [...last.text];
  while (letters.length > 0 && width(`${letters.join("").trimEnd()}…`) > at.room.width) letters.pop();
  const text = `${letters.join("").trimEnd()}…`;
  return width(text) <= at.room.width ? [...kept, { text, width: width(text) }] : kept;
}

function withoutLeastNeeded<P extends Piece>(pieces: readonly P[]): P[] {
  const rank = Math.max(...pieces.map((piece) => piece.rank));
  const at = pieces.findLastIndex((piece) => piece.rank === rank);
  return pieces.filter((_, index) => index !== at);
}

/** No piece fits whole: the most needed one, with as many lines as there is room for. */
function lastResort(pieces: readonly Piece[], room: Room): Setting {
  const nothing: Setting = { pieces: [], height: 0, scale: 0, dropped: pieces.length };
  const needed = [...pieces].sort((a, b) => a.rank - b.rank)[0];
  const lines = needed === undefined ? 0 : Math.floor(room.height / lineHeight(needed.least));
  if (needed === undefined || lines === 0) return nothing;
  const only: Piece = { ...needed, most: lines, pad: 0 };
  const setting = settingAt([only], 0, room);
  const fits = setting.height <= room.height && widest(setting) <= room.width;
  return fits ? { ...setting, dropped: pieces.length - 1 } : nothing;
}

/** Where the lines of a setting come to lie, and the box that each piece fills, padding included. */
export type Placed = { readonly text: readonly TextMark[]; readonly pieces: readonly { piece: Piece; box: Box }[] };

export function place(setting: Setting, box: Box, vertical: "top" | "middle" | "bottom" = "top"): Placed {
  const free = box.height - setting.height;
  const text: TextMark[] = [];
  const pieces: { piece: Piece; box: Box }[] = [];
  let y = box.y + (vertical === "top" ? 0 : vertical === "middle" ? Math.floor(free / 2) : free);
  for (const [index, set] of setting.pieces.entries()) {
    y += index === 0 ? 0 : (set.piece.gap ?? 0);
    const top = y;
    y += set.piece.pad ?? 0;
    const marks = set.lines.map((line, row) => lineMark(set, line, { ...box, y: y + row * lineHeight(set.size) }));
    y += set.lines.length * lineHeight(set.size) + (set.piece.pad ?? 0);
    text.push(...marks);
    pieces.push({ piece: set.piece, box: around(marks, top, y - top, set.piece.pad ?? 0) });
  }
  return { text, pieces };
}

function lineMark(set: SetPiece, line: SetLine, column: Box): TextMark {
  const { align, weight, color, pad = 0 } = set.piece;
  const free = column.width - line.width - 2 * pad;
  const shift = pad + (align === "center" ? Math.floor(free / 2) : align === "right" ? free : 0);
  const box = { x: column.x + shift, y: column.y, width: line.width, height: lineHeight(set.size) };
  return { is: "text", text: line.text, box, size: set.size, weight, color };
}

function around(marks: readonly TextMark[], y: number, height: number, pad: number): Box {
  const left = Math.min(...marks.map((mark) => mark.box.x)) - pad;
  const right = Math.max(...marks.map((mark) => mark.box.x + mark.box.width)) + pad;
  return { x: left, y, width: right - left, height };
}
