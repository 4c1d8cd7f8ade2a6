import { type Box, centred, cutLeft, cutRight, cutTop, inset } from "./box.ts";
import { type Desk, LEAST, layBadge, layFooter, wholeBox, wordPieces } from "./furniture.ts";
import { fitPieces, lineHeight, type Piece, place, type Setting, tidy, widest } from "./lettering.ts";
import type { Mark } from "./marks.ts";
import type { MenuRow, Page, Size } from "./page.ts";
import { MENU } from "./tones.ts";

export const MOST_ROWS = 6;

/** What there is to buy: a heading, and one card for each button. */
export function layMenuPage(page: Page, rows: readonly MenuRow[], size: Size, desk: Desk): readonly Mark[] {
  const ground: Mark = { is: "area", box: wholeBox(size), color: MENU.ground };
  const badge = layBadge(page, wholeBox(size), desk);
  const beside = size.width >= 400 && size.width >= size.height * 1.3;
  const heading = beside
    ? headingBeside(page, badge.rest, desk)
    : headingAbove(page, badge.rest, Math.min(rows.length, MOST_ROWS), desk);
  return [ground, ...badge.marks, ...heading.marks, ...layCards(rows.slice(0, MOST_ROWS), heading.rest, desk)];
}

type Part = { readonly marks: readonly Mark[]; readonly rest: Box };

function headingBeside(page: Page, box: Box, desk: Desk): Part {
  const { taken, rest } = cutLeft(box, Math.round(box.width * 0.36));
  const panel: Mark = { is: "area", box: taken, color: desk.palette.base };
  const footer = layFooter(page, taken, { ...desk, em: desk.em * 0.85 }, 0.34);
  const column = inset(footer.rest, desk.em * 0.8, desk.em * 0.8);
  const pieces = headingPieces(page, desk, { size: desk.em * 1.5, width: column.width });
  const setting = fitPieces(pieces, column.width, column.height, desk.measure);
  return { marks: [panel, ...footer.marks, ...place(setting, column, "middle").text], rest };
}

/** Brief when many cards need the room. */
function headingAbove(page: Page, box: Box, rows: number, desk: Desk): Part {
  const brief = rows > 4;
  const footer = layFooter(page, box, desk, brief ? 0.13 : 0.18);
  const pad = Math.round(desk.em * (brief ? 0.25 : 0.5));
  const spare = footer.rest.height - rows * desk.em * 1.9;
  const high = brief
    ? Math.max(box.height * 0.15, Math.min(box.height * 0.2, spare))
    : Math.max(box.height * 0.26, desk.em * 4);
  const most = Math.round(high) - 2 * pad;
  const width = box.width - 2 * desk.em;
  const setting = fitPieces(headingPieces(page, desk, { size: desk.em * 1.3, width }), width, most, desk.measure);
  if (setting.pieces.length === 0) return { marks: footer.marks, rest: footer.rest };
  const { taken, rest } = cutTop(footer.rest, setting.height + 2 * pad);
  const band: Mark = { is: "area", box: taken, color: desk.palette.base };
  return { marks: [...footer.marks, band, ...place(setting, inset(taken, desk.em, 0), "middle").text], rest };
}

/** A title that three quarters of `size` set on one line of `width` is set so; below that, other words give way first. */
function headingPieces(page: Page, desk: Desk, { size, width }: { size: number; width: number }): readonly Piece[] {
  const { palette, em, measure } = desk;
  const manner = { color: palette.on, second: palette.soft, align: "left" } as const;
  const across = Math.floor(width / Math.max(0.01, measure(tidy(page.title.first), "bold")) - 0.01);
  const fits = across >= size * 0.75;
  const large = Math.round(fits ? Math.min(size, across) : size);
  const [first, ...second] = wordPieces(page.title, { ...manner, size: large, weight: "bold", rank: 0 });
  const title =
    first === undefined ? [] : [{ ...first, ...(fits ? { least: Math.max(LEAST, Math.round(large * 0.6)) } : {}) }];
  const line = { ...manner, size: Math.round(em * 0.8), weight: "regular", gap: Math.round(em * 0.5) } as const;
  return [
    ...title,
    ...second,
    ...(page.lines ?? []).slice(0, 3).flatMap((words, index) => wordPieces(words, { ...line, rank: 2 + index })),
  ];
}

function layCards(rows: readonly MenuRow[], box: Box, desk: Desk): readonly Mark[] {
  const gap = Math.max(3, Math.round(desk.em * (rows.length > 4 ? 0.28 : 0.45)));
  const field = inset(box, Math.max(gap, desk.em * 0.5), gap);
  const each = Math.floor((field.height - gap * (rows.length - 1)) / rows.length);
  const height = Math.max(0, Math.min(each, Math.round(desk.em * 5.2)));
  if (height < LEAST || field.width < 5 * LEAST) return [];
  const group = centred(field, field.width, rows.length * height + gap * (rows.length - 1));
  const cards = rows.map((row, index) => ({ row, box: { ...group, y: group.y + index * (height + gap), height } }));
  const list = listOf(rows, { ...group, height }, desk);
  return cards.flatMap(({ row, box: card }) => layCard(row, card, list, desk));
}

/** What all cards of a menu share, so that they look like one list. `tall` cards have the price below the name. */
type List = {
  readonly tall: boolean;
  readonly pad: number;
  readonly key: number;
  readonly price: number;
  readonly size: number;
};

/** The largest type, down to six tenths of what the card would like, in which every name is whole. */
function listOf(rows: readonly MenuRow[], card: Box, desk: Desk): List {
  const tall = card.height >= desk.em * 2.7;
  const pad = Math.max(2, Math.round(Math.min(card.height * 0.13, desk.em * 0.6)));
  const wanted = Math.min(desk.em * 1.5, card.height * (tall ? 0.29 : 0.44));
  const key = Math.max(...rows.map((row) => keyWidth(row.key, inset(card, pad), desk)));
  const lists = [1, 0.92, 0.85, 0.78, 0.7, 0.62].map((scale): List => {
    const size = Math.max(LEAST, Math.round(wanted * scale));
    const price = Math.max(...rows.map((row) => Math.ceil(desk.measure(tidy(row.value), "bold") * size)));
    return { tall, pad, key, price: Math.min(price, Math.floor(card.width * 0.4)), size };
  });
  const last: List = { tall, pad, key, price: Math.floor(card.width * 0.3), size: LEAST };
  const withNamesOf = (lines: number) =>
    lists.find((list) => rows.every((row) => linesOf(row, card, list, desk) <= lines));
  return withNamesOf(1) ?? withNamesOf(2) ?? lists.at(-1) ?? last;
}

/** How many lines the name takes at the list's size; infinitely many when it does not fit whole. */
function linesOf(row: MenuRow, card: Box, list: List, desk: Desk): number {
  const { name } = roomsOf(card, list);
  const height = name.height - (list.tall ? lineHeight(list.size) * 1.2 : 0);
  const [set] = fitPieces([namePiece(row.label, list.size)], name.width, height, desk.measure).pieces;
  if (set === undefined) return 0;
  return set.size === list.size && set.clean ? set.lines.length : Number.POSITIVE_INFINITY;
}

/** Where key, name and price of a card go. */
function roomsOf(card: Box, list: List): { key: Box; name: Box; price: Box } {
  const { taken: key, rest } = cutLeft(inset(card, list.pad), list.key);
  const text = cutLeft({ ...rest, y: card.y + 1, height: card.height - 2 }, list.pad * 1.5).rest;
  const beside = cutRight(text, list.price + (list.tall ? 0 : list.pad));
  return list.tall ? { key, name: text, price: text } : { key, name: beside.rest, price: beside.taken };
}

function layCard(row: MenuRow, box: Box, list: List, desk: Desk): readonly Mark[] {
  const card: Mark = { is: "area", box, color: MENU.card, radius: Math.round(desk.em * 0.4) };
  const rooms = roomsOf(box, list);
  const name = namePiece(row.label, list.size);
  const price = pricePiece(row.value, list.size);
  const below: Piece = { ...price, align: "left", gap: Math.round(list.size * 0.15) };
  const texts = list.tall
    ? [layText([name, below], rooms.name, desk)]
    : [layText([name], rooms.name, desk), layText([price], rooms.price, desk)];
  return [card, ...layKey(row.key, rooms.key, desk), ...texts.flat()];
}

const layText = (pieces: readonly Piece[], box: Box, desk: Desk): readonly Mark[] =>
  place(fitPieces(pieces, box.width, box.height, desk.measure), box, "middle").text;

const keyHeight = (box: Box, desk: Desk): number => Math.min(box.height, Math.round(desk.em * 2.8));

/** As wide as its text asks for, at most two fifths of the card. */
function keyWidth(key: string, box: Box, desk: Desk): number {
  const most = Math.min(Math.round(desk.em * 5), Math.round(box.width * 0.4));
  const text = widest(keySetting(key, { ...box, width: most }, desk)) + Math.round(desk.em * 0.8);
  return Math.max(keyHeight(box, desk), Math.min(most, text));
}

/** The key looks like the button that carries the same mark. */
function layKey(key: string, box: Box, desk: Desk): readonly Mark[] {
  const high = keyHeight(box, desk);
  const cap = centred(box, box.width, high);
  const area: Mark = { is: "area", box: cap, color: desk.palette.base, radius: Math.round(high * 0.24) };
  return [area, ...place(keySetting(key, cap, desk), cap, "middle").text];
}

function keySetting(text: string, box: Box, desk: Desk): Setting {
  const size = Math.max(8, Math.min(Math.round(desk.em * 1.3), Math.round(keyHeight(box, desk) * 0.66)));
  const piece: Piece = {
    ...namePiece(text, size),
    least: 8,
    color: desk.palette.on,
    align: "center",
    most: 1,
    whole: true,
  };
  return fitPieces([piece], Math.round(box.width - desk.em * 0.5), box.height, desk.measure);
}

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
