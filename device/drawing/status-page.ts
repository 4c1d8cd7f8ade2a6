import { asideColumn, asideRow, type Companion } from "./aside.ts";
import { type Box, centred, cutBottom, cutLeft, cutTop, inset } from "./box.ts";
import { type Desk, LEAST, layBadge, layFooter, layTimeLine, wholeBox, wordPieces } from "./furniture.ts";
import { fitPieces, type Piece, place, type Setting } from "./lettering.ts";
import type { Mark } from "./marks.ts";
import type { Page, Size } from "./page.ts";
import { MENU, PAPER } from "./tones.ts";

/** One message over the whole screen: a sign or a code, what is the matter, and what to do. */
export function layStatusPage(page: Page, size: Size, desk: Desk): readonly Mark[] {
  const ground: Mark = { is: "area", box: wholeBox(size), color: desk.palette.base };
  const badge = layBadge(page, wholeBox(size), desk);
  const footer = layFooter(page, badge.rest, desk);
  const count = layTimeLine(page, footer.rest, desk);
  const lay = size.width >= size.height * 1.3 ? besideSign : belowSign;
  return [ground, ...badge.marks, ...footer.marks, ...count.marks, ...lay(page, count.rest, desk)];
}

function belowSign(page: Page, box: Box, desk: Desk): readonly Mark[] {
  const column = inset(box, desk.em * 0.8, desk.em * 0.6);
  const gap = Math.round(desk.em * 0.7);
  const pieces = messagePieces(page, desk, "center");
  const bare = fitPieces(pieces, column.width, column.height, desk.measure);
  const settingBeside = ({ height }: Companion): Setting | undefined => {
    const setting = fitPieces(pieces, column.width, column.height - height - gap, desk.measure);
    return isPoorer(setting, bare) ? undefined : setting;
  };
  const code = page.aside && asideRow(page.aside, { width: column.width, height: column.height * 0.45 }, desk);
  const overCode = code && settingBeside(code);
  if (code && overCode) {
    const group = centred(column, column.width, overCode.height + gap + code.height);
    const { taken, rest } = cutBottom(group, code.height);
    return [...withCards(overCode, rest, "top"), ...code.lay(taken)];
  }
  const sign = signOf(Math.round(Math.min(column.width, column.height) * 0.32), desk);
  const underSign = settingBeside(sign);
  if (underSign === undefined) return withCards(bare, column, "middle");
  const { taken, rest } = cutTop(centred(column, column.width, sign.height + gap + underSign.height), sign.height);
  return [...sign.lay(taken), ...withCards(underSign, cutTop(rest, gap).rest, "top")];
}

function besideSign(page: Page, box: Box, desk: Desk): readonly Mark[] {
  const pieces = messagePieces(page, desk, "left");
  const wide = inset(box, desk.em * 0.8, desk.em * 0.5);
  const bare = fitPieces(pieces, wide.width, wide.height, desk.measure);
  const code = page.aside && asideColumn(page.aside, { width: box.width * 0.45, height: box.height }, desk);
  for (const companion of [...(code === undefined ? [] : [code]), signPanelOf(box, desk)]) {
    const { taken, rest } = cutLeft(box, companion.width);
    const column = inset(rest, desk.em * 0.9, desk.em * 0.5);
    const setting = fitPieces(pieces, column.width, column.height, desk.measure);
    const panel: Mark = { is: "area", box: taken, color: desk.palette.deep };
    if (!isPoorer(setting, bare)) return [panel, ...companion.lay(taken), ...withCards(setting, column, "middle")];
  }
  return withCards(bare, wide, "middle");
}

/** Whether what stands beside them costs words, or much of their size. */
const isPoorer = (signed: Setting, bare: Setting): boolean =>
  signed.dropped > bare.dropped || signed.scale < 0.65 * bare.scale;

const signOf = (side: number, desk: Desk): Companion => ({
  width: side,
  height: side,
  lay: (box) => [signMark(centred(box, side, side), desk)],
});

function signPanelOf(box: Box, desk: Desk): Companion {
  const width = Math.round(box.width * 0.3);
  const sign = signOf(Math.round(Math.min(width * 0.66, box.height * 0.6)), desk);
  return { ...sign, width, height: box.height };
}

const signMark = (box: Box, { palette }: Desk): Mark => ({
  is: "sign",
  box,
  sign: palette.sign,
  disc: palette.on,
  ink: palette.base,
});

function messagePieces(page: Page, desk: Desk, align: "left" | "center"): readonly Piece[] {
  const { em, palette } = desk;
  const manner = { color: palette.on, second: palette.soft, align } as const;
  const title = { ...manner, size: Math.round(em * 1.75), weight: "bold", rank: 1 } as const;
  const line = { ...manner, size: Math.round(em * 1.05), weight: "regular", gap: Math.round(em * 0.55) } as const;
  const lines = (page.lines ?? []).slice(0, 6);
  return [
    ...wordPieces(page.title, title),
    ...figurePieces(page, desk, align),
    ...lines.flatMap((words, index) => wordPieces(words, { ...line, rank: 3 + index })),
  ];
}

function figurePieces(page: Page, { em }: Desk, align: "left" | "center"): readonly Piece[] {
  if (page.figure === undefined) return [];
  return [
    {
      text: page.figure,
      size: Math.round(em * 2.1),
      least: LEAST,
      weight: "bold",
      color: MENU.ink,
      align,
      whole: true,
      most: 2,
      gap: Math.round(em * 0.5),
      pad: Math.round(em * 0.4),
      rank: 0,
    },
  ];
}

/** Puts a white card behind each piece that keeps room for one. */
function withCards(setting: Setting, box: Box, vertical: "top" | "middle"): readonly Mark[] {
  const { text, pieces } = place(setting, box, vertical);
  const cards = pieces.filter(({ piece }) => (piece.pad ?? 0) > 0).map((placed) => cardMark(placed.piece, placed.box));
  return [...cards, ...text];
}

const cardMark = (piece: Piece, box: Box): Mark => ({
  is: "area",
  box,
  color: PAPER,
  radius: Math.round((piece.pad ?? 0) * 0.7),
});
