import escpos from "escpos";

/*
 * What `escpos` encodes rightly. Of the package only this is used: its transports, its text and its codes are not, and what it
 * encodes wrongly or not at all is in commands.ts.
 */

/** Rows of dots, one byte each, 1 is black. */
export type Dots = { readonly width: number; readonly height: number; readonly black: Uint8Array };

/** ESC @: forgets the line that was begun, and every setting. */
export const initialise = (): Uint8Array => bytesOf((printer) => printer.hardware("INIT"));

/** ESC a 1. */
export const centred = (): Uint8Array => bytesOf((printer) => printer.align("CT"));

/** LF, so many times; none of none. */
export const feed = (lines: number): Uint8Array =>
  lines === 0 ? new Uint8Array() : bytesOf((printer) => printer.feed(lines));

/** GS v 0: a picture, as it is. */
export const raster = (dots: Dots): Uint8Array => bytesOf((printer) => printer.raster(imageOf(dots), "normal"));

function bytesOf(encode: (printer: escpos.Printer) => void): Uint8Array {
  const printer = new escpos.Printer(NOWHERE);
  encode(printer);
  return flushed(printer);
}

/** Its own `flush` would send. */
function flushed(printer: escpos.Printer): Uint8Array {
  const { buffer } = printer as unknown as { readonly buffer: { flush(): Uint8Array } };
  return Uint8Array.from(buffer.flush());
}

const NOWHERE: escpos.Adapter = { open: () => NOWHERE, write: () => NOWHERE };

/** Its constructor makes black and white of colours; what we have is black and white already. */
function imageOf({ width, height, black }: Dots): escpos.Image {
  const image = Object.create(escpos.Image.prototype) as escpos.Image;
  return Object.assign(image, { pixels: { shape: [width, height, 1], data: [] }, data: black });
}
