import type { Frame } from "../device.ts";
import { newMeasure, paint } from "./canvas.ts";
import { emOf } from "./furniture.ts";
import type { Mark, Measure } from "./marks.ts";
import { layMenuPage } from "./menu-page.ts";
import type { DrawnPage, Page, Size } from "./page.ts";
import type { QrRefusal } from "./qr.ts";
import { layQrPage } from "./qr-page.ts";
import { layServicePage } from "./service-page.ts";
import { layStatusPage } from "./status-page.ts";
import { PALETTES } from "./tones.ts";

/** Draws `page` on a screen of `size`, or says why its QR code does not fit. Throws only for a size that is not one. */
export function drawPage(page: Page, size: Size): DrawnPage {
  const marks = layPage(page, size, newMeasure());
  return "fits" in marks ? marks : paint(marks, size.width, size.height, "#000000");
}

/** Where everything goes; pure. Boxes of texts lie inside the screen and touch neither each other nor the QR code. */
export function layPage(page: Page, size: Size, measure: Measure): readonly Mark[] | QrRefusal {
  if (![size.width, size.height].every((side) => Number.isInteger(side) && side >= 1 && side <= 4096))
    throw new RangeError(`a screen of ${size.width} × ${size.height} pixels: both must be whole and from 1 to 4,096`);
  const desk = { em: emOf(size), measure, palette: PALETTES[page.tone] };
  if (page.report !== undefined) return layServicePage(page, page.report, size, desk);
  if (page.qr !== undefined) return layQrPage(page, page.qr, size, desk);
  if (page.menu !== undefined && page.menu.length > 0) return inside(layMenuPage(page, page.menu, size, desk), size);
  return layStatusPage(page, size, desk);
}

/** On a screen of a few rows a stand's name is taller than the screen: then it goes without. */
const inside = (marks: readonly Mark[], { width, height }: Size): readonly Mark[] =>
  marks.filter(({ box }) => box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height);

/** All black, as a screen that nobody drives. */
export const darkFrame = ({ width, height }: Size): Frame => ({
  width,
  height,
  rgba: new Uint8ClampedArray(width * height * 4).map((_, index) => (index % 4 === 3 ? 255 : 0)),
});
