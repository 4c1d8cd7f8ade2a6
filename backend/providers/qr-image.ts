import jsqr from "jsqr";
import { PNG } from "pngjs";

/** More than any provider's picture, and little enough to look through in well under a second. */
const LONGEST_SIDE = 2_048;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * The text of the QR code in a PNG, dark on light, framed or not. `undefined` when it is no PNG, larger than 2048 pixels a
 * side, interlaced (its decoder would unpack without bound), or shows no readable code.
 */
export function readQrImage(png: Uint8Array): string | undefined {
  const bytes = Buffer.from(png);
  if (!isModestPng(bytes)) return undefined;
  try {
    const { data, width, height } = PNG.sync.read(bytes);
    const found = jsqr.default(onWhite(data), width, height, { inversionAttempts: "dontInvert" });
    return found === null || found.data === "" ? undefined : found.data;
  } catch {
    return undefined;
  }
}

/** Width, height and the interlace byte stand at fixed places: the header chunk comes first (PNG specification, 11.2.2). */
function isModestPng(bytes: Buffer): boolean {
  if (bytes.length < 33 || !bytes.subarray(0, 8).equals(SIGNATURE)) return false;
  const sides = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  return sides.every((side) => side >= 1 && side <= LONGEST_SIDE) && bytes[28] === 0;
}

/** Lays RGBA pixels on white paper: a transparent background would else count as black. */
function onWhite(rgba: Uint8Array): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(rgba);
  for (let at = 0; at < pixels.length; at += 4) {
    const alpha = (pixels[at + 3] ?? 0) / 255;
    for (let channel = at; channel < at + 3; channel += 1) {
      pixels[channel] = (pixels[channel] ?? 0) * alpha + 255 * (1 - alpha);
    }
  }
  return pixels;
}
