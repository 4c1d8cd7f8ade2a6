import { stripPng } from "../../device/drawing/canvas.ts";
import { fitQr, QUIET_ZONE, qrCode } from "../../device/drawing/qr.ts";

const MODULE_PIXELS = 8;

/** The PNG behind `generate-qr-code`: 8 pixels a module and the quiet zone; `undefined` for a text no QR code can hold. */
export function qrPicture(text: string): Uint8Array | undefined {
  const modules = qrCode(text)?.modules;
  if (modules === undefined) return undefined;
  const fit = fitQr(text, (modules + 2 * QUIET_ZONE) * MODULE_PIXELS, MODULE_PIXELS);
  if (!fit.fits) return undefined;
  const { code, module, side } = fit;
  const black = new Uint8Array(side * side);
  for (const [at, dark] of code.dark.entries()) {
    if (dark === 1) fillModule(black, side, module, at % modules, Math.floor(at / modules));
  }
  return stripPng({ width: side, height: side, black });
}

function fillModule(black: Uint8Array, side: number, module: number, column: number, row: number): void {
  const left = (column + QUIET_ZONE) * module;
  const top = (row + QUIET_ZONE) * module;
  for (let y = top; y < top + module; y += 1) black.fill(1, y * side + left, y * side + left + module);
}
