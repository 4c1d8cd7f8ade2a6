import { type Box, centred, cutBottom, cutRight, cutTop, inset } from "./box.ts";
import {
  type Desk,
  LEAST,
  layBadge,
  layBadgePill,
  layCountdown,
  layFooter,
  layTime,
  layTimeBar,
  wholeBox,
  wordPieces,
} from "./furniture.ts";
import { fitPieces, type Piece, place, tidy } from "./lettering.ts";
import type { Mark } from "./marks.ts";
import type { Page, Size, Words } from "./page.ts";
import { fitQr, PAPER_MODULE, type QrFit, type QrRefusal, SCREEN_MODULE } from "./qr.ts";
import { PAPER } from "./tones.ts";

type Qr = NonNullable<Page["qr"]>;

/** A QR code, as large as it can be, and beside or below it what it costs, for whom, and for how long. */
export function layQrPage(page: Page, qr: Qr, size: Size, desk: Desk): readonly Mark[] | QrRefusal {
  const fit = fitWithText(qr.text, size);
  if (!fit.fits) return fit;
  const ground: Mark = { is: "area", box: wholeBox(size), color: PAPER };
  const beside = size.width - fit.side > size.height - fit.side;
  const share = page.badge === undefined ? 0.45 : 0.55;
  const { taken, rest } = beside ? codeAtRight(size, fit) : codeBetween(size, fit, share, desk);
  const code: Mark = { is: "qr", box: centred(taken, fit.side, fit.side), module: fit.module, code: fit.code };
  return [ground, code, ...(beside ? layPanel(page, qr, rest, desk) : layBands(page, qr, taken, size, desk))];
}

/** A fifth of the longer side is left for words as long as a module keeps four pixels. */
function fitWithText(text: string, { width, height, leastModule = SCREEN_MODULE }: Size): QrFit | QrRefusal {
  const short = Math.min(width, height);
  const modest = Math.min(short, Math.floor(Math.max(width, height) * (width > height ? 0.66 : 0.7)));
  const fit = fitQr(text, modest, PAPER_MODULE);
  return fit.fits ? fit : fitQr(text, short, leastModule);
}

function codeAtRight(size: Size, fit: QrFit): { taken: Box; rest: Box } {
  const margin = Math.floor((size.height - fit.side) / 2);
  return cutRight(wholeBox(size), Math.min(size.width, fit.side + Math.min(margin, 2 * fit.module)));
}

/** With `share` of what is left of the height above it, or at the top when that is next to nothing. */
function codeBetween(size: Size, fit: QrFit, share: number, desk: Desk): { taken: Box; rest: Box } {
  const spare = size.height - fit.side;
  const above = spare < 4 * desk.em ? 0 : Math.round(spare * share);
  const { rest } = cutTop(wholeBox(size), above);
  return { taken: cutTop(rest, fit.side).taken, rest };
}

function layPanel(page: Page, qr: Qr, box: Box, desk: Desk): readonly Mark[] {
  const ground: Mark = { is: "area", box, color: desk.palette.base };
  const badge = layBadge(page, box, desk);
  const footer = layFooter(page, badge.rest, { ...desk, em: desk.em * 0.68 }, 0.24);
  const column = inset(footer.rest, Math.min(desk.em * 0.9, box.width * 0.08), desk.em * 0.6);
  const count = layCountdown(page, column, desk);
  const room = cutBottom(count.rest, desk.em * 0.4).rest;
  const said = sayings(page, desk, { align: "left", scale: 1, room });
  const pieces = [...said, ...captionPieces(qr.caption, desk, "left")];
  const setting = fitPieces(pieces, room.width, room.height, desk.measure);
  return [ground, ...badge.marks, ...footer.marks, ...count.marks, ...place(setting, room, "middle").text];
}

function layBands(page: Page, qr: Qr, code: Box, size: Size, desk: Desk): readonly Mark[] {
  const above: Box = { x: 0, y: 0, width: size.width, height: code.y };
  const below = cutTop(wholeBox(size), code.y + code.height).rest;
  if (above.height === 0) return layStrip(page, below, desk);
  return [...layTop(page, above, desk), ...layBottom(page, qr, below, desk)];
}

/** All that the smallest panels have room for: badge, figure and time in one line. */
function layStrip(page: Page, box: Box, desk: Desk): readonly Mark[] {
  const ground: Mark = { is: "area", box, color: desk.palette.base };
  const thick = page.countdown === undefined ? 0 : Math.max(2, Math.round(box.height / 8));
  const strip = box.height > desk.em * 2.6 ? layBadge(page, box, desk) : { marks: [], rest: box };
  const { taken: bar, rest } = cutTop(strip.rest, thick);
  const line = inset(rest, desk.em * 0.4, 0);
  const pill = page.badge !== undefined && strip.marks.length === 0;
  const badge = pill ? layBadgePill(page.badge ?? "", line, desk) : { marks: strip.marks, rest: line };
  const bounded = centred(badge.rest, badge.rest.width, Math.min(line.height, desk.em * 1.7));
  const time = page.countdown === undefined ? undefined : layTime(page.countdown, bounded, desk, "right");
  const room = { ...(time?.rest ?? bounded), y: line.y, height: line.height };
  const setting = fitPieces(stripPieces(page, room, desk), room.width, room.height, desk.measure);
  const bars = page.countdown === undefined ? [] : layTimeBar(page.countdown, bar, { ...desk.palette });
  return [ground, ...bars, ...badge.marks, ...(time?.marks ?? []), ...place(setting, room, "middle").text];
}

function stripPieces(page: Page, room: Box, desk: Desk): readonly Piece[] {
  const manner = {
    align: "left",
    color: desk.palette.soft,
    second: desk.palette.soft,
    weight: "regular",
    most: 1,
  } as const;
  const size = Math.min(desk.em * 1.3, room.height / 1.2);
  const title = wordPieces(page.title, { ...manner, size: Math.round(desk.em * 0.75), rank: 1 });
  if (page.figure === undefined) return [{ ...manner, text: page.title.first, size, least: LEAST, rank: 0 }];
  return [...title, { ...figurePiece(page.figure, size, desk, { align: "left", room }), gap: 0 }];
}

function layTop(page: Page, box: Box, desk: Desk): readonly Mark[] {
  const ground: Mark = { is: "area", box, color: desk.palette.base };
  const badge = layBadge(page, box, desk);
  const room = inset(badge.rest, desk.em * 0.8, desk.em * 0.2);
  const setting = fitPieces(
    sayings(page, desk, { align: "center", scale: 0.8, room }),
    room.width,
    room.height,
    desk.measure,
  );
  return [ground, ...badge.marks, ...place(setting, room, "middle").text];
}

function layBottom(page: Page, qr: Qr, box: Box, desk: Desk): readonly Mark[] {
  const ground: Mark = { is: "area", box, color: desk.palette.base };
  const thick = page.countdown === undefined ? 0 : Math.max(4, Math.round(desk.em * 0.34));
  const { taken: bar, rest } = cutTop(box, thick);
  const line = inset(rest, desk.em * 0.6, desk.em * 0.2);
  const tall = centred(line, line.width, Math.min(line.height, desk.em * 2.2));
  const time = page.countdown === undefined ? undefined : layTime(page.countdown, tall, desk, "right");
  const beside = time?.rest ?? tall;
  const room: Box = { ...beside, y: line.y, height: line.height };
  const pieces = [...captionPieces(qr.caption, desk, "left"), ...footerPieces(page.footer, desk)];
  const setting = fitPieces(pieces, room.width, room.height, desk.measure);
  const bars = page.countdown === undefined ? [] : layTimeBar(page.countdown, bar, desk.palette);
  return [ground, ...bars, ...(time?.marks ?? []), ...place(setting, room, "middle").text];
}

type Column = { readonly align: "left" | "center"; readonly scale: number; readonly room: Box };

function sayings(page: Page, desk: Desk, { align, scale, room }: Column): readonly Piece[] {
  const { em, palette } = desk;
  const manner = { color: palette.on, second: palette.soft, align } as const;
  const below = 0.9 * acrossSize(page.figure ?? "", room.width, desk);
  const size = Math.round(Math.min(em * 1.25 * scale, below));
  const title = { ...manner, size, weight: "bold", rank: 1 } as const;
  const line = {
    ...manner,
    size: Math.round(Math.min(em * scale, below)),
    weight: "regular",
    gap: Math.round(em * 0.4),
  } as const;
  const figure = page.figure === undefined ? [] : [figurePiece(page.figure, em * 2.3 * scale, desk, { align, room })];
  return [
    ...wordPieces(page.title, title),
    ...figure,
    ...(page.lines ?? []).slice(0, 4).flatMap((words, index) => wordPieces(words, { ...line, rank: 4 + index })),
  ];
}

const figurePiece = (text: string, size: number, desk: Desk, at: Pick<Column, "align" | "room">): Piece => ({
  text,
  size: Math.round(size),
  least: leastFigure(text, size, desk, at.room),
  weight: "bold",
  color: desk.palette.on,
  align: at.align,
  whole: true,
  most: 2,
  gap: Math.round(desk.em * 0.4),
  rank: 0,
});

/** Other words give way before the figure becomes smaller than six tenths, unless its room makes it so. */
function leastFigure(text: string, size: number, desk: Desk, room: Box): number {
  const across = acrossSize(text, room.width, desk);
  return Math.max(LEAST, Math.min(Math.round(size * 0.6), across, Math.floor(room.height / 1.2 - 1)));
}

/** The largest type in which `text` is no wider than `width`. */
const acrossSize = (text: string, width: number, desk: Desk): number =>
  Math.floor(width / Math.max(0.01, desk.measure(tidy(text), "bold")) - 0.01);

function captionPieces(caption: Words | undefined, desk: Desk, align: "left" | "center"): readonly Piece[] {
  if (caption === undefined) return [];
  const { em, palette } = desk;
  const manner = { color: palette.soft, second: palette.soft, align, weight: "regular" } as const;
  return wordPieces(caption, { ...manner, size: Math.round(em * 0.8), gap: Math.round(em * 0.5), rank: 9 });
}

function footerPieces(footer: Words | undefined, desk: Desk): readonly Piece[] {
  if (footer === undefined) return [];
  const { em, palette } = desk;
  const manner = { color: palette.on, second: palette.soft, align: "left", weight: "bold" } as const;
  return wordPieces(footer, { ...manner, size: Math.round(em * 0.85), gap: Math.round(em * 0.2), rank: 2 });
}
