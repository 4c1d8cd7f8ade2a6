import type { Frame } from "../device.ts";

/** A picture in numbered colours: `dots` has one number a pixel, row by row; each colour is `0xRRGGBB`. */
export type Numbered = {
  readonly width: number;
  readonly height: number;
  readonly dots: Uint8Array;
  readonly colours: readonly number[];
};

/** Every colour of a picture, what it fills most first, and which of them each pixel has. */
export type Colours = {
  readonly width: number;
  readonly height: number;
  readonly byUse: readonly number[];
  readonly dots: Uint32Array;
};

/** Unlike each other by less than this, two colours are shades of one, where there are few. */
const APART = 40;
/** So many that shades are worth having: edges of letters stay smooth. */
const MANY = 16;

export function coloursOf({ width, height, rgba }: Frame): Colours {
  const numbers = new Map<number, number>();
  const uses: number[] = [];
  const found = new Uint32Array(width * height);
  for (let at = 0; at < found.length; at += 1) {
    const colour = ((rgba[at * 4] ?? 0) << 16) | ((rgba[at * 4 + 1] ?? 0) << 8) | (rgba[at * 4 + 2] ?? 0);
    const number = numbers.get(colour) ?? uses.length;
    if (number === uses.length) numbers.set(colour, number);
    uses[number] = (uses[number] ?? 0) + 1;
    found[at] = number;
  }
  const order = [...uses.keys()].sort((one, other) => (uses[other] ?? 0) - (uses[one] ?? 0));
  const places = new Uint32Array(uses.length);
  for (const [place, number] of order.entries()) places[number] = place;
  const inOrder = [...numbers.keys()];
  return {
    width,
    height,
    byUse: order.map((number) => inOrder[number] ?? 0),
    dots: found.map((number) => places[number] ?? 0),
  };
}

/** The same picture in at most `most` colours (1 to 256): those that fill most of it, and for any other the likest of them. */
export function fewColours({ width, height, byUse, dots }: Colours, most: number): Numbered {
  const colours = chosen(byUse, most);
  const likest = byUse.map((colour) => likestOf(colour, colours));
  const few = new Uint8Array(dots.length);
  for (let at = 0; at < few.length; at += 1) few[at] = likest[dots[at] ?? 0] ?? 0;
  return { width, height, colours, dots: few };
}

function chosen(byUse: readonly number[], most: number): readonly number[] {
  if (most >= MANY) return byUse.slice(0, most);
  const colours: number[] = [];
  for (const colour of byUse) {
    if (colours.length === most) break;
    if (colours.every((one) => unlikeness(one, colour) >= APART ** 2)) colours.push(colour);
  }
  return colours;
}

function likestOf(colour: number, colours: readonly number[]): number {
  let best = 0;
  for (let at = 1; at < colours.length; at += 1)
    if (unlikeness(colours[at] ?? 0, colour) < unlikeness(colours[best] ?? 0, colour)) best = at;
  return best;
}

function unlikeness(one: number, other: number): number {
  const red = (one >> 16) - (other >> 16);
  const green = ((one >> 8) & 255) - ((other >> 8) & 255);
  const blue = (one & 255) - (other & 255);
  return red ** 2 + green ** 2 + blue ** 2;
}
