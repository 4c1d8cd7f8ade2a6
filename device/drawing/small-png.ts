import type { Frame } from "../device.ts";
import { coloursOf, fewColours } from "./few-colours.ts";
import { numberedPng } from "./numbered-png.ts";

/** Letters are read in few colours sooner than in half their size. In two, what is only another shade would vanish. */
const COLOURS = [16, 8, 6, 4, 3];
/** Of a picture that has a sixth of the width nobody recognises anything. */
const SMALLEST = 6;
/** A larger picture takes a small processor too long: the panel of 800 × 480 is not made smaller for that. */
const MOST_PIXELS = 800 * 480;

/**
 * A PNG file of at most `mostBytes`, with as much of the picture's size and colours as fits; `undefined` when nothing does.
 * Takes the processor in pieces of some milliseconds, and between them whatever else waits goes first.
 */
export async function smallPng(frame: Frame, mostBytes: number): Promise<Uint8Array | undefined> {
  for (let by = 1; by <= SMALLEST; by += 1) {
    const { width, height } = frame;
    if (Math.floor(width / by) * Math.floor(height / by) > MOST_PIXELS) continue;
    const colours = coloursOf(by === 1 ? frame : reduced(frame, by));
    for (const most of COLOURS) {
      const png = await numberedPng(fewColours(colours, most));
      if (png.length <= mostBytes) return png;
    }
  }
  return undefined;
}

/** Each pixel is the mean of `by` times `by`; what is left over at the edges is left out. */
function reduced({ width, height, rgba }: Frame, by: number): Frame {
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
