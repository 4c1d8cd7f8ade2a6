import { type Box, centred, cutLeft, cutRight, cutTop, inset } from "./box.ts";
import { type Desk, LEAST, layBadge, layFooter, wholeBox, wordPieces } from "./furniture.ts";
import { fitPieces, type Piece, place, type Setting } from "./lettering.ts";
import type { Mark } from "./marks.ts";
import type { MenuRow, Page, Size } from "./page.ts";
import { MENU } from "./tones.ts";

export const MOST_ROWS = 6;

/** What there is to buy: a heading, and one card for each button. */
export function layMenuPage(page: Page, rows: readonly MenuRow[], size: Size, desk: Desk): readonly Mark[] {
  const ground: Mark = { is: "area", box: wholeBox(size), color: MENU.ground };
  const badge = layBadge(page, wholeBox(size), desk);
  const beside = size.width >= 400 && size.width >= size.height * 1.3;
  const heading = beside ? headingBeside(page, badge.rest, desk) : headingAbove(page, badge.rest, desk);
  return [ground, ...badge.marks, ...heading.marks, ...layCards(rows.slice(0, MOST_ROWS), heading.rest, desk)];
}

type Part = { readonly marks: readonly Mark[]; readonly rest: Box };

function headingBeside(page: Page, box: Box, desk: Desk): Part {
  const { taken, rest } = cutLeft(box, Math.round(box.width * 0.36));
  const panel: Mark = { is: "area", box: taken, color: desk.palette.base };
  const footer = layFooter(page, taken, desk, 0.34);
  const column = inset(footer.rest, desk.em * 0.8, desk.em * 0.8);
  const setting = fitPieces(headingPieces(page, desk, desk.em * 1.6), column.width, column.height, desk.measure);
  return { marks: [panel, ...footer.marks, ...place(setting, column, "middle").text], rest };
}

function headingAbove(page: Page, box: Box, desk: Desk): Part {
  const footer = layFooter(page, box, desk, 0.16);
  const pad = Math.round(desk.em * 0.5);
  const most = Math.round(box.height * 0.24) - 2 * pad;
  const pieces = headingPieces(page, desk, desk.em * 1.3);
  const setting = fitPieces(pieces, box.width - 2 * desk.em, most, desk.measure);
  if (setting.pieces.length === 0) return { marks: footer.marks, rest: footer.rest };
  const { taken, rest } = cutTop(footer.rest, setting.height + 2 * pad);
  const band: Mark = { is: "area", box: taken, color: desk.palette.base };
  return { marks: [...footer.marks, band, ...place(setting, inset(taken, desk.em, 0), "middle").text], rest };
}

function headingPieces(page: Page, desk: Desk, size: number): readonly Piece[] {
  const { palette, em } = desk;
  const manner = { color: palette.on, second: palette.soft, align: "left" } as const;
  const title = wordPieces(page.title, { ...manner, size: Math.round(size), weight: "bold", rank: 0 });
  const line = { ...manner, size: Math.round(em * 0.9), weight: "regular", gap: Math.round(em * 0.5) } as const;
  return [
    ...title,
    ...(page.lines ?? []).slice(0, 3).flatMap((words, index) => wordPieces(words, { ...line, rank: 2 + index })),
  ];
}

function layCards(rows: readonly MenuRow[], box: Box, desk: Desk): readonly Mark[] {
  const gap = Math.max(3, Math.round(desk.em * (rows.length > 4 ? 0.28 : 0.45)));
  const field = inset(box, Math.max(gap, desk.em * 0.5), gap);
  const each = Math.floor((field.height - gap * (rows.length - 1)) / rows.length);
  const height = Math.max(0, Math.min(each, Math.round(desk.em * 5.2)));
  const group = centred(field, field.width, rows.length * height + gap * (rows.length - 1));
  return rows.flatMap((row, index) => layCard(row, { ...group, y: group.y + index * (height + gap), height }, desk));
}

function layCard(row: MenuRow, box: Box, desk: Desk): readonly Mark[] {
  if (box.height < LEAST || box.width < 5 * LEAST) return [];
  const card: Mark = { is: "area", box, color: MENU.card, radius: Math.round(desk.em * 0.4) };
  const pad = Math.max(3, Math.round(box.height * 0.14));
  const inner = inset(box, pad);
  const key = layKey(row.key, inner, desk);
  const text = cutLeft(key.rest, pad * 1.4).rest;
  const size = Math.round(Math.min(desk.em * 1.45, box.height * 0.42));
  const price = fitPieces([pricePiece(row.value, size)], Math.floor(text.width * 0.5), text.height, desk.measure);
  const cut = cutRight(text, widthOf(price) + pad);
  const name = fitPieces([namePiece(row.label, size)], cut.rest.width, cut.rest.height, desk.measure);
  return [card, ...key.marks, ...place(name, cut.rest, "middle").text, ...place(price, cut.taken, "middle").text];
}

/** The key looks like the button that carries the same mark. */
function layKey(key: string, box: Box, desk: Desk): Part {
  const least = Math.min(box.height, Math.round(desk.em * 2.6));
  const size = Math.round(least * 0.56);
  const piece: Piece = {
    text: key,
    size,
    least: 8,
    weight: "bold",
    color: desk.palette.on,
    align: "center",
    most: 1,
    rank: 0,
  };
  const setting = fitPieces([piece], Math.floor(box.width * 0.3), box.height, desk.measure);
  const { taken, rest } = cutLeft(box, Math.max(least, widthOf(setting) + size));
  const cap = centred(taken, taken.width, least);
  const area: Mark = { is: "area", box: cap, color: desk.palette.base, radius: Math.round(least * 0.24) };
  return { marks: [area, ...place(setting, cap, "middle").text], rest };
}

const widthOf = (setting: Setting): number =>
  Math.max(0, ...setting.pieces.flatMap((set) => set.lines.map((line) => line.width)));

const namePiece = (text: string, size: number): Piece => ({
  text,
  size,
  least: LEAST,
  weight: "bold",
  color: MENU.ink,
  most: 2,
  rank: 0,
});

const pricePiece = (text: string, size: number): Piece => ({
  ...namePiece(text, size),
  color: MENU.price,
  align: "right",
  whole: true,
  most: 1,
});
