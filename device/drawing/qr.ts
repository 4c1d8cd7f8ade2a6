import QRCode from "qrcode";

/** Light modules around the code on every side (ISO/IEC 18004, 9.1). */
export const QUIET_ZONE = 4;
/** Fewest pixels a module on a screen that lights by itself. */
export const SCREEN_MODULE = 3;
/** Fewest dots a module on thermal paper of 8 dots a millimetre: half a millimetre. */
export const PAPER_MODULE = 4;
/** The largest code there is, version 40. */
const LARGEST_MODULES = 177;

/** `modules` a side, without the quiet zone; `dark` has one byte a module, row by row, 1 is dark. */
export type QrCode = { readonly modules: number; readonly dark: Uint8Array };

/**
 * Why a code is not drawn. `needed` and `available` are pixels (or dots) a side, quiet zone included; `modules` a side without
 * it. `modules` and `needed` are 0 when no QR code can hold the text: it is empty, or longer than 2,331 bytes.
 */
export type QrRefusal = {
  readonly fits: false;
  readonly needed: number;
  readonly available: number;
  readonly modules: number;
};

/** `module` pixels a module, `side` pixels with the quiet zone. */
export type QrFit = { readonly fits: true; readonly module: number; readonly side: number; readonly code: QrCode };

/** Error correction level M, smallest version that holds `text`; `undefined` when none does. */
export function qrCode(text: string): QrCode | undefined {
  try {
    const { size, data } = QRCode.create(text, { errorCorrectionLevel: "M" }).modules;
    return { modules: size, dark: Uint8Array.from(data, (bit) => (bit ? 1 : 0)) };
  } catch {
    return undefined;
  }
}

/** Modules a side of `text` at level M where it is taken byte by byte, as printers do that know no shorter way. */
export function modulesAsBytes(text: string): number | undefined {
  try {
    const segments = [{ data: Buffer.from(text, "utf8"), mode: "byte" as const }];
    return QRCode.create(segments, { errorCorrectionLevel: "M" }).modules.size;
  } catch {
    return undefined;
  }
}

/** The largest drawing of `text` in a square of `available` pixels with whole pixels a module, at least `leastModule` each. */
export function fitQr(text: string, available: number, leastModule: number): QrFit | QrRefusal {
  const code = qrCode(text);
  if (code === undefined) return { fits: false, needed: 0, available, modules: 0 };
  const across = code.modules + 2 * QUIET_ZONE;
  const module = Math.floor(available / across);
  if (module < leastModule) return { fits: false, needed: across * leastModule, available, modules: code.modules };
  return { fits: true, module, side: across * module, code };
}

/** The same code with so many pixels a module. */
export const shrunk = (fit: QrFit, module: number): QrFit => ({
  ...fit,
  module,
  side: (fit.code.modules + 2 * QUIET_ZONE) * module,
});

/**
 * Modules a side of the largest QR code that a panel or paper of this size can show, 0 when not even the smallest (21). A
 * QRIS payload needs 65 (version 12 at level M, up to 287 characters): start-up refuses less.
 */
export function largestQr(width: number, height: number, leastModule: number): number {
  const room = Math.floor(Math.min(width, height) / leastModule) - 2 * QUIET_ZONE;
  if (room < 21) return 0;
  return Math.min(LARGEST_MODULES, room - ((room - 21) % 4));
}
