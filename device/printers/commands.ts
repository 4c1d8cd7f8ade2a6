/* ESC/POS by the names of Epson's command reference, as far as the package `escpos` has it wrong or not at all. */

const ESC = 0x1b;
const GS = 0x1d;
const DLE = 0x10;
const EOT = 0x04;
const LF = 0x0a;

/** 1 printer, 2 what took it offline, 3 error, 4 paper. */
export type StatusPart = 1 | 2 | 3 | 4;

/** DLE EOT n, transmit real-time status: answered with one byte, also by a printer that is offline or in mid-picture. */
export const askStatus = (part: StatusPart): Uint8Array => Uint8Array.of(DLE, EOT, part);

export type Cut = "full" | "partial" | "none";

/** GS V m n, function B: feeds to the knife, then cuts. */
export function cut(how: Cut): Uint8Array {
  if (how === "none") return new Uint8Array();
  return Uint8Array.of(GS, 0x56, how === "full" ? 65 : 66, 0);
}

export type Drawer = "none" | "pin-2" | "pin-5";

/** ESC p m t1 t2: a pulse of 50 ms, then 500 ms of rest, in steps of 2 ms. */
export function kickDrawer(drawer: Drawer): Uint8Array {
  if (drawer === "none") return new Uint8Array();
  return Uint8Array.of(ESC, 0x70, drawer === "pin-2" ? 0 : 1, 25, 250);
}

/** GS ( K pL pH fn m, function 49: percent of the usual density, 70 to 130 in steps of 5; below 100 the steps count down from 256. */
export const setDensity = (percent: number): Uint8Array =>
  Uint8Array.of(GS, 0x28, 0x4b, 2, 0, 0x31, ((percent - 100) / 5) & 0xff);

/** GS a n: the printer tells its status by itself, when it is told to and at each change: on- or offline, errors, paper. */
export const tellStatus = (): Uint8Array => Uint8Array.of(GS, 0x61, 0x0e);

/** ESC R 0 and ESC t n: ASCII as it is written, and the letters beyond it. */
export const chooseLetters = (page: number | undefined): Uint8Array =>
  Uint8Array.of(ESC, 0x52, 0, ...(page === undefined ? [] : [ESC, 0x74, page]));

export type Align = "left" | "center" | "right";
/** `font`: A is 12 × 24 dots, B is 9 × 17. `wide` and `high` are how many times as much. */
export type Letters = { readonly font: "A" | "B"; readonly wide: 1 | 2; readonly high: 1 | 2; readonly bold: boolean };

/** ESC a n, ESC M n, ESC E n, GS ! n, the line, LF: every line says all of it, so that each is whole by itself. */
export function lineOf(text: Uint8Array, align: Align, { font, wide, high, bold }: Letters): Uint8Array {
  const place = ["left", "center", "right"].indexOf(align);
  const size = ((wide - 1) << 4) | (high - 1);
  const look = [ESC, 0x61, place, ESC, 0x4d, font === "A" ? 0 : 1, ESC, 0x45, bold ? 1 : 0, GS, 0x21, size];
  return Uint8Array.of(...look, ...text, LF);
}

/** The longest text of a code: more than a QRIS payload, and so little that no length of it looks like a real-time command. */
export const LONGEST_QR_BYTES = 512;
/** The largest module that all printers know; Epson's newer ones go on to 16. */
export const LARGEST_QR_MODULE = 8;

/**
 * ESC a 1, then GS ( k, functions 165, 167, 169, 180 and 181: model 2, `module` dots a module (1 to 8), level M, the text, the
 * printing. The printer makes the code, without a quiet zone.
 */
export function qrCodeOf(text: Uint8Array, module: number): Uint8Array {
  const stored = symbolCommand(0x50, 0x30, ...text);
  const made = [symbolCommand(0x41, 0x32, 0), symbolCommand(0x43, module), symbolCommand(0x45, 0x31), stored];
  return Uint8Array.of(ESC, 0x61, 1, ...made.flat(), ...symbolCommand(0x51, 0x30));
}

function symbolCommand(...content: readonly number[]): readonly number[] {
  const length = content.length + 1;
  return [GS, 0x28, 0x6b, length & 0xff, length >> 8, 0x31, ...content];
}

const SECONDS_OF_DLE = [EOT, 0x05, 0x14];

/**
 * A printer obeys real-time commands (DLE EOT, DLE ENQ, DLE DC4) wherever it meets them, even in the middle of a picture, where
 * three lonely dots can look like "open the drawer". The dot that would be DLE gets another beside it. In place.
 */
export function withoutRealTimeCommands(picture: Uint8Array): Uint8Array {
  for (const [at, byte] of picture.entries())
    if (byte === DLE && SECONDS_OF_DLE.includes(picture[at + 1] ?? 0)) picture[at] = DLE | 0x08;
  return picture;
}
