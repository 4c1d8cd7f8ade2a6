import type { Frame } from "../../../device/device.ts";
import { drawPage } from "../../../device/drawing/draw-page.ts";
import { SAMPLE_QRIS } from "../fixtures.ts";

/** What is left of a frame's colours with so many bits each; what it was transparent with is gone. */
export function withBits(frame: Frame, red: number, green: number, blue: number): Frame {
  const bits = [red, green, blue];
  const rgba = frame.rgba.map((value, at) => {
    const lost = 8 - (bits[at % 4] ?? 8);
    return at % 4 === 3 ? 255 : (value >> lost) << lost;
  });
  return { ...frame, rgba };
}

/** Every pixel another colour, so that a swapped, turned or shifted one shows. */
export function colourful(width: number, height: number): Frame {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < rgba.length; at += 4) {
    const pixel = at / 4;
    rgba.set([(pixel * 37) & 255, (pixel * 101 + 5) & 255, (pixel * 11 + 90) & 255, 255], at);
  }
  return { width, height, rgba };
}

/** The same, with the pixels of a rectangle another colour. */
export function patched(frame: Frame, x: number, y: number, width: number, height: number): Frame {
  const rgba = frame.rgba.slice();
  for (let row = y; row < y + height; row += 1) {
    for (let column = x; column < x + width; column += 1) {
      const at = (row * frame.width + column) * 4;
      for (const place of [at, at + 1, at + 2]) rgba[place] = 255 - (rgba[place] ?? 0);
    }
  }
  return { ...frame, rgba };
}

/** The page that a customer pays from. */
export function qrPage(width: number, height: number): Frame {
  const frame = drawPage(
    {
      tone: "calm",
      title: { first: "Pindai untuk membayar", second: "Scan to pay" },
      figure: "Rp 15.000",
      qr: { text: SAMPLE_QRIS },
    },
    { width, height },
  );
  if ("fits" in frame) throw new Error(`no QR code on ${width} × ${height}`);
  return frame;
}
