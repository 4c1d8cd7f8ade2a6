import type { Frame, Screen } from "../../device/device.ts";
import { SEEN_MAX } from "../../protocol/statements.ts";
import type { Drawing } from "../drawing.ts";
import { type PageName, pageNameOf, pageOf, type View } from "./pages.ts";

/** What the stand shows, for who is not there. `png`: a PNG file, absent where there is no glass or nothing to draw it with. */
export type Shown = { readonly page: PageName; readonly png?: Uint8Array };

export type ShowingParts = {
  readonly view: View;
  readonly screen: Screen | undefined;
  readonly drawing: Drawing;
};

/** As many bytes as fit into one statement, in base64url. */
const MOST_BYTES = Math.floor((SEEN_MAX * 3) / 4);
/** Of a picture that has a sixth of the width nobody recognises anything. */
const SMALLEST = 6;

export function whatIsShown({ view, screen, drawing }: ShowingParts): Shown {
  const page = pageNameOf(view);
  if (screen === undefined || drawing.png === undefined) return { page };
  const { width, height } = screen;
  const drawn = drawing.page(pageOf(view), { width, height });
  if ("fits" in drawn) return { page };
  const png = smallPng(drawn, drawing.png);
  return png === undefined ? { page } : { page, png };
}

/** The picture, smaller and smaller until its file is small enough. */
function smallPng(frame: Frame, encode: NonNullable<Drawing["png"]>): Uint8Array | undefined {
  for (let by = 1; by <= SMALLEST; by += 1) {
    const png = encode(by === 1 ? frame : reduced(frame, by));
    if (png.length <= MOST_BYTES) return png;
  }
  return undefined;
}

/** Each pixel is the mean of `by` times `by`; what is left over at the edges is left out. */
export function reduced({ width, height, rgba }: Frame, by: number): Frame {
  const small = { width: Math.floor(width / by), height: Math.floor(height / by) };
  const mean = new Uint8ClampedArray(small.width * small.height * 4);
  for (let at = 0; at < mean.length; at += 4) {
    const x = ((at / 4) % small.width) * by;
    const y = Math.floor(at / 4 / small.width) * by;
    for (let colour = 0; colour < 4; colour += 1)
      mean[at + colour] = meanOf(rgba, (y * width + x) * 4 + colour, width, by);
  }
  return { ...small, rgba: mean };
}

function meanOf(rgba: Frame["rgba"], from: number, width: number, by: number): number {
  let sum = 0;
  for (let row = 0; row < by; row += 1)
    for (let column = 0; column < by; column += 1) sum += rgba[from + (row * width + column) * 4] ?? 0;
  return sum / (by * by);
}
