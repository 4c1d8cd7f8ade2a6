import { type Box, centred, cutLeft, cutTop } from "./box.ts";
import { type Desk, LEAST, wordPieces } from "./furniture.ts";
import { fitPieces, place, type Setting, widest } from "./lettering.ts";
import type { Mark } from "./marks.ts";
import type { Page, Size } from "./page.ts";
import { fitQr, type QrFit, SCREEN_MODULE } from "./qr.ts";

/** What stands beside a message: as large as it needs to be, and drawn in the middle of whatever box it gets. */
export type Companion = Size & { lay(box: Box): readonly Mark[] };

type Aside = NonNullable<Page["aside"]>;

/** The code with its caption below; `undefined` where `room` is too small for a phone to read it. */
export function asideColumn(aside: Aside, room: Size, desk: Desk): Companion | undefined {
  const pad = Math.round(desk.em * 0.4);
  const words = Math.round(desk.em * 3);
  const fit = fitQr(aside.text, Math.min(room.width - 2 * pad, room.height - words - 2 * pad), SCREEN_MODULE);
  if (!fit.fits) return undefined;
  const said = captionOf(aside, { width: fit.side, height: words }, "center", desk);
  const lay = (box: Box): readonly Mark[] => {
    const { taken, rest } = cutTop(centred(box, fit.side, fit.side + pad + said.height), fit.side);
    return [codeMark(fit, taken), ...place(said, cutTop(rest, pad).rest).text];
  };
  return { width: fit.side + 2 * pad, height: fit.side + said.height + 3 * pad, lay };
}

/** The code with its caption to the right. */
export function asideRow(aside: Aside, room: Size, desk: Desk): Companion | undefined {
  const pad = Math.round(desk.em * 0.6);
  const fit = fitQr(aside.text, Math.min(room.width / 2, room.height), SCREEN_MODULE);
  if (!fit.fits) return undefined;
  const said = captionOf(aside, { width: room.width - fit.side - pad, height: fit.side }, "left", desk);
  const width = fit.side + pad + widest(said);
  const lay = (box: Box): readonly Mark[] => {
    const { taken, rest } = cutLeft(centred(box, width, fit.side), fit.side);
    return [codeMark(fit, taken), ...place(said, cutLeft(rest, pad).rest, "middle").text];
  };
  return { width, height: fit.side, lay };
}

const codeMark = ({ module, code }: QrFit, box: Box): Mark => ({ is: "qr", box, module, code });

function captionOf(aside: Aside, room: Size, align: "left" | "center", { em, palette, measure }: Desk): Setting {
  const manner = { color: palette.on, second: palette.on, align, weight: "bold", rank: 0 } as const;
  const size = Math.max(LEAST, Math.round(em * 0.75));
  return fitPieces(
    wordPieces(aside.caption ?? { first: "" }, { ...manner, size }),
    Math.max(0, room.width),
    room.height,
    measure,
  );
}
