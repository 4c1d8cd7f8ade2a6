/* ESC/POS by the names of Epson's command reference, as far as the package `escpos` has it wrong or not at all. */

const ESC = 0x1b;
const GS = 0x1d;
const DLE = 0x10;
const EOT = 0x04;

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
