import { type Box, cutBottom, cutLeft, cutTop, inset } from "./box.ts";
import { type Desk, layBadge, layFooter, wholeBox } from "./furniture.ts";
import { fitPieces, lineHeight, type Piece, place, type Setting, tidy, widest } from "./lettering.ts";
import type { Mark } from "./marks.ts";
import type { Page, Report, Size } from "./page.ts";
import { URGENT } from "./tones.ts";

/** Many short facts for somebody who stands in front of the machine and mends it: in small type, as many as find room. */

type Row = Report["rows"][number];
type Wire = Report["wires"][number];
type Part = { readonly marks: readonly Mark[]; readonly rest: Box };

/** Who mends a machine comes near. */
const LEAST = 10;
/** Sizes that are tried, as shares of plain text on this screen. */
const SCALES = [0.85, 0.75, 0.66, 0.58, 0.5, 0];
const MOST_LABEL = 0.4;
/** A value may wrap: what a broker or a printer said can be long. */
const MOST_LINES = 3;

export function layServicePage(page: Page, report: Report, size: Size, desk: Desk): readonly Mark[] {
  const ground: Mark = { is: "area", box: wholeBox(size), color: desk.palette.base };
  const badge = layBadge(page, wholeBox(size), desk);
  const footer = layFooter(page, badge.rest, { ...desk, em: desk.em * 0.7 }, 0.14);
  const title = layTitle(page, footer.rest, desk);
  const field = inset(title.rest, desk.em * 0.5, desk.em * 0.3);
  const wires = layWires(report.wires, field, desk);
  const columns = size.width >= 440 && size.width > size.height ? 2 : 1;
  const rows = layRows(report, wires.rest, columns, desk);
  return [ground, ...badge.marks, ...footer.marks, ...title.marks, ...rows, ...wires.marks];
}

function layTitle(page: Page, box: Box, desk: Desk): Part {
  const { em, palette, measure } = desk;
  const piece = {
    ...plain(page.title.first, Math.max(LEAST, Math.round(em)), palette.on),
    weight: "bold",
    least: LEAST,
  } as const;
  const setting = fitPieces(
    [piece],
    box.width - em,
    Math.max(lineHeight(LEAST), Math.round(box.height * 0.11)),
    measure,
  );
  const { taken, rest } = cutTop(box, setting.height + Math.round(em * 0.3));
  const band: Mark = { is: "area", box: taken, color: palette.deep };
  return { marks: [band, ...place(setting, inset(taken, em * 0.5, 0), "middle").text], rest };
}

const plain = (text: string, size: number, color: string, most = 1): Piece => ({
  text: tidy(text),
  size,
  least: size,
  weight: "regular",
  color,
  most,
  rank: 0,
});

/** In the largest type in which all of them find room; in the smallest, those whose turn it is. */
function layRows({ rows, turn = 0 }: Report, box: Box, columns: number, desk: Desk): readonly Mark[] {
  for (const scale of SCALES) {
    const size = Math.max(LEAST, Math.round(desk.em * scale));
    const groups = groupsOf(rows, fieldFor(rows, { box, columns, size, desk }));
    const group = groups[turn % groups.length];
    if (groups.length <= 1 || size === LEAST) return group ?? [];
  }
  return [];
}

type Room = { readonly box: Box; readonly columns: number; readonly size: number; readonly desk: Desk };
/** `width` is a column's, of which `label` goes to the labels; `gutter` lies between columns. */
type Field = Room & { readonly width: number; readonly gutter: number; readonly label: number };

/** As much for the labels as the longest needs, if that leaves enough for the values. */
function fieldFor(rows: readonly Row[], room: Room): Field {
  const { box, columns, size, desk } = room;
  const gutter = columns === 1 ? 0 : Math.round(desk.em);
  const width = Math.floor((box.width - gutter * (columns - 1)) / columns);
  const longest = Math.max(0, ...rows.map(({ label }) => desk.measure(tidy(label), "regular") * size));
  return { ...room, gutter, width, label: Math.min(Math.ceil(longest) + size, Math.floor(width * MOST_LABEL)) };
}

/** The rows in as many groups as they need at this size, each group filling column after column. */
function groupsOf(rows: readonly Row[], field: Field): readonly (readonly Mark[])[] {
  const { box, columns, size, width, gutter } = field;
  const groups: Mark[][] = [];
  let [column, y] = [columns - 1, box.y + box.height + 1];
  for (const row of rows.map((row) => setRow(row, field))) {
    if (row.height > box.height) continue;
    if (y + row.height > box.y + box.height) {
      [column, y] = [(column + 1) % columns, box.y];
      if (column === 0) groups.push([]);
    }
    const place = { x: box.x + column * (width + gutter), y, width, height: row.height };
    groups.at(-1)?.push(...placeRow(row, place, field));
    y += row.height + Math.round(size * 0.25);
  }
  return groups;
}

type SetRow = { readonly label: Setting; readonly value: Setting; readonly height: number };

function setRow({ label, value, isBad = false }: Row, field: Field): SetRow {
  const { size, width, desk } = field;
  const { palette, measure } = desk;
  const name = plain(label, size, palette.soft);
  const plainly = plain(value, size, isBad ? URGENT : palette.on, MOST_LINES);
  const said: Piece = isBad ? { ...plainly, weight: "bold" } : plainly;
  const set = {
    label: fitPieces([name], field.label - Math.round(size / 2), lineHeight(size), measure),
    value: fitPieces([said], width - field.label, MOST_LINES * lineHeight(size), measure),
  };
  return { ...set, height: Math.max(set.label.height, set.value.height) };
}

function placeRow({ label, value }: SetRow, box: Box, field: Field): readonly Mark[] {
  const { taken, rest } = cutLeft(box, field.label);
  return [...place(label, taken).text, ...place(value, rest).text];
}

type Pill = {
  readonly wire: Wire;
  readonly setting: Setting;
  readonly x: number;
  readonly width: number;
  readonly line: number;
};

/** A pill for each input along the bottom, filled while it is active, with a question mark while nobody knows. */
function layWires(wires: readonly Wire[], box: Box, desk: Desk): Part {
  const size = Math.max(LEAST, Math.round(desk.em * 0.6));
  const high = lineHeight(size) + Math.round(size * 0.2);
  const step = high + Math.round(size * 0.25);
  const lines = Math.floor((box.height * 0.3) / step);
  const pills = pillsOf(wires, box, size, desk).filter(({ line }) => line < lines);
  const used = pills.reduce((most, { line }) => Math.max(most, line + 1), 0);
  const { taken, rest } = cutBottom(box, used * step);
  const marks = pills.flatMap(({ wire, setting, x, width, line }): readonly Mark[] => {
    const pill = { x, y: taken.y + taken.height - (used - line) * step + step - high, width, height: high };
    const color = wire.is === "active" ? desk.palette.accent : desk.palette.deep;
    const area: Mark = { is: "area", box: pill, color, radius: Math.round(high / 2) };
    return [area, ...place(setting, inset(pill, size / 2, 0), "middle").text];
  });
  return { marks, rest };
}

function pillsOf(wires: readonly Wire[], box: Box, size: number, { palette, measure }: Desk): readonly Pill[] {
  const pad = Math.round(size / 2);
  const pills: Pill[] = [];
  for (const wire of wires) {
    const text = wire.is === "unknown" ? `${wire.label} ?` : wire.label;
    const piece: Piece = { ...plain(text, size, wire.is === "active" ? palette.base : palette.on), weight: "bold" };
    const setting = fitPieces([piece], box.width - 2 * pad, lineHeight(size), measure);
    const width = widest(setting) + 2 * pad;
    const last = pills.at(-1);
    const x = last === undefined ? box.x : last.x + last.width + pad;
    const fits = x + width <= box.x + box.width;
    pills.push({ wire, setting, width, x: fits ? x : box.x, line: (last?.line ?? 0) + (fits ? 0 : 1) });
  }
  return pills;
}
