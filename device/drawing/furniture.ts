import { type Box, cutBottom, cutLeft, cutRight, cutTop, inset } from "./box.ts";
import { fitPieces, lineHeight, type Piece, place, widest } from "./lettering.ts";
import type { Mark, Measure } from "./marks.ts";
import type { Page, Size, Words } from "./page.ts";
import { type Palette, URGENT } from "./tones.ts";

/** What every part of a page is laid out with. `em` is the size of plain text on this screen. */
export type Desk = { readonly em: number; readonly measure: Measure; readonly palette: Palette };

/** Some marks, and the room they left. */
export type Built = { readonly marks: readonly Mark[]; readonly rest: Box };

/** Smaller than this nobody reads on a stand. */
export const LEAST = 11;
const LEAST_SECOND = 10;

export const emOf = ({ width, height }: Size): number =>
  Math.max(LEAST, Math.round(Math.min(width, height) / 15 + Math.max(width, height) / 120));

export const wholeBox = ({ width, height }: Size): Box => ({ x: 0, y: 0, width, height });

/** How one `Words` is set: `size` in pixels for the first language; the second is two thirds of it. */
export type Manner = Pick<Piece, "align" | "gap" | "most" | "weight"> & {
  readonly size: number;
  readonly color: string;
  readonly second: string;
  readonly rank: number;
};

/** Both languages as pieces; the second has the rank after the first's ten. */
export function wordPieces(words: Words, manner: Manner): Piece[] {
  const { size, color, second, rank, weight, ...rest } = manner;
  const first: Piece = { ...rest, text: words.first, size, least: LEAST, weight, color, rank };
  const secondSize = Math.max(LEAST_SECOND, Math.round(size * 0.66));
  const below: Piece = {
    ...rest,
    text: words.second ?? "",
    size: secondSize,
    least: LEAST_SECOND,
    weight: "regular",
    color: second,
    gap: Math.round(size * 0.06),
    rank: rank + 10,
  };
  return [first, below];
}

/** A strip across the top. */
export function layBadge(page: Page, box: Box, desk: Desk): Built {
  if (page.badge === undefined) return { marks: [], rest: box };
  const size = Math.max(LEAST_SECOND, Math.round(desk.em * 0.72));
  const { taken, rest } = cutTop(box, lineHeight(size) + Math.round(size * 0.4));
  const edge = cutBottom(taken, Math.max(2, Math.round(desk.em / 10))).taken;
  const text = badgeText(page.badge, inset(taken, desk.em / 3, 0), { ...desk, em: size });
  return {
    marks: [
      { is: "area", box: taken, color: desk.palette.badge.ground },
      { is: "area", box: edge, color: desk.palette.badge.ink },
      ...text,
    ],
    rest,
  };
}

/** A badge without a strip of its own, at the left of a bar that has other things to say. */
export function layBadgePill(badge: string, box: Box, desk: Desk): Built {
  const size = LEAST_SECOND;
  const piece: Piece = { text: badge, size, least: 8, weight: "bold", color: desk.palette.badge.ink, most: 1, rank: 0 };
  const setting = fitPieces([piece], Math.floor(box.width * 0.4), box.height, desk.measure);
  const width = widest(setting);
  if (width === 0) return { marks: [], rest: box };
  const { taken, rest } = cutLeft(box, width + 8);
  const pill = inset(taken, 0, Math.max(0, (taken.height - setting.height) / 2 - 1));
  const marks: Mark[] = [
    { is: "area", box: pill, color: desk.palette.badge.ground, radius: 3 },
    ...place(setting, inset(taken, 4, 0), "middle").text,
  ];
  return { marks, rest: cutLeft(rest, desk.em / 3).rest };
}

function badgeText(badge: string, box: Box, desk: Desk): readonly Mark[] {
  const piece: Piece = {
    text: badge,
    size: desk.em,
    least: 8,
    weight: "bold",
    color: desk.palette.badge.ink,
    align: "center",
    most: 1,
    rank: 0,
  };
  return place(fitPieces([piece], box.width, box.height, desk.measure), box, "middle").text;
}

/** A darker band along the bottom that takes no more than `share` of the height. */
export function layFooter(page: Page, box: Box, desk: Desk, share = 0.24): Built {
  if (page.footer === undefined) return { marks: [], rest: box };
  const { em, palette, measure } = desk;
  const pad = Math.round(em * 0.45);
  const manner: Manner = {
    size: Math.round(em * 0.92),
    color: palette.on,
    second: palette.soft,
    weight: "bold",
    align: "center",
    most: 2,
    rank: 0,
  };
  const setting = fitPieces(
    wordPieces(page.footer, manner),
    Math.max(0, box.width - 2 * pad),
    Math.floor(box.height * share) - 2 * pad,
    measure,
  );
  if (setting.pieces.length === 0) return { marks: [], rest: box };
  const { taken, rest } = cutBottom(box, setting.height + 2 * pad);
  const marks: Mark[] = [
    { is: "area", box: taken, color: palette.deep },
    ...place(setting, inset(taken, pad, 0), "middle").text,
  ];
  return { marks, rest };
}

type Countdown = NonNullable<Page["countdown"]>;

/** `4:09`; the last second begins at `0:01`. */
export function clockFace(leftMs: number): string {
  const seconds = Math.min(99 * 60 + 59, Math.max(0, Math.ceil((Number.isFinite(leftMs) ? leftMs : 0) / 1000)));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const shareLeft = ({ leftMs, ofMs }: Countdown): number =>
  ofMs > 0 && Number.isFinite(leftMs / ofMs) ? Math.min(1, Math.max(0, leftMs / ofMs)) : 0;

const urgency = (countdown: Countdown, palette: Palette): string =>
  shareLeft(countdown) < 0.2 && palette.accent !== palette.on ? URGENT : palette.accent;

/** A bar as wide as `box`, filled from the left as far as time is left. */
export function layTimeBar(countdown: Countdown, box: Box, palette: Palette): readonly Mark[] {
  const radius = box.height / 2;
  const filled = { ...box, width: Math.round(box.width * shareLeft(countdown)) };
  return [
    { is: "area", box, color: palette.deep, radius },
    { is: "area", box: filled, color: urgency(countdown, palette), radius },
  ];
}

/** Minutes and seconds in one line, as large as `box` is high. */
export function layTime(countdown: Countdown, box: Box, desk: Desk, align: "left" | "center" | "right"): Built {
  const color = urgency(countdown, desk.palette);
  const size = Math.max(LEAST, Math.floor(box.height / 1.2));
  const piece: Piece = {
    text: clockFace(countdown.leftMs),
    size,
    least: LEAST,
    weight: "bold",
    color,
    align,
    whole: true,
    most: 1,
    rank: 0,
  };
  const setting = fitPieces([piece], box.width, box.height, desk.measure);
  const width = widest(setting);
  const { text } = place(setting, box, "middle");
  return { marks: text, rest: align === "right" ? cutRight(box, width + desk.em / 2).rest : cutLeft(box, width).rest };
}

/** A bar along the whole bottom of `box`: for pages that go away by themselves. */
export function layTimeLine(page: Page, box: Box, desk: Desk): Built {
  if (page.countdown === undefined) return { marks: [], rest: box };
  const { taken, rest } = cutBottom(box, Math.max(4, Math.round(desk.em * 0.34)));
  return { marks: layTimeBar(page.countdown, taken, desk.palette), rest };
}

/** Time above its bar, along the bottom of `box`. */
export function layCountdown(page: Page, box: Box, desk: Desk): Built {
  if (page.countdown === undefined || box.height < 2 * LEAST) return { marks: [], rest: box };
  const thick = Math.max(4, Math.round(desk.em * 0.34));
  const size = Math.min(Math.round(desk.em * 1.3), Math.floor(box.height / 3));
  const bottom = cutBottom(box, thick);
  const line = cutBottom(bottom.rest, lineHeight(Math.max(size, LEAST)) + Math.round(desk.em * 0.15));
  const time = layTime(page.countdown, line.taken, desk, "left");
  return { marks: [...layTimeBar(page.countdown, bottom.taken, desk.palette), ...time.marks], rest: line.rest };
}
