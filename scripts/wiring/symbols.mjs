import { box, circle, FAINT, INK, lines, path, tag, text } from "./svg.mjs";

/**
 * Signs of circuit diagrams, at the places where their wires end.
 *
 * @typedef {import("./svg.mjs").Point} Point
 */

/** Where wires join. @param {Point} at */
export const joint = (at) => circle(at, 4.5, { fill: INK });

/** A terminal that a wire is put on. @param {Point} at */
export const terminal = (at) => circle(at, 5.5, { fill: "#ffffff", thick: 2 });

/**
 * From one end to the other, level or upright, with its value beside it.
 * @param {Point} from
 * @param {Point} to
 * @param {string} value
 */
export function resistor([x1, y1], [x2, y2], value) {
  const isLevel = y1 === y2;
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
  const body = isLevel ? box([x - 20, y - 8], [40, 16], { round: 2 }) : box([x - 8, y - 20], [16, 40], { round: 2 });
  const said = isLevel
    ? text([x, y - 15], value, { size: 13, anchor: "middle" })
    : text([x + 15, y + 4], value, { size: 13 });
  return path([x1, y1, x2, y2]) + body + said;
}

/**
 * Upright, its stripe (cathode) at the top end.
 * @param {Point} top
 * @param {Point} bottom
 */
export function diode([x, top], [, bottom]) {
  const y = (top + bottom) / 2;
  return [
    path([x, top, x, bottom]),
    path([x - 13, y + 12, x + 13, y + 12, x, y - 12], { fill: INK, closed: true }),
    path([x - 13, y - 13, x + 13, y - 13], { thick: 4 }),
  ].join("");
}

/**
 * What has a coil: upright.
 * @param {Point} top
 * @param {Point} bottom
 * @param {readonly string[]} words to its left
 */
export function coil([x, top], [, bottom], words) {
  const y = (top + bottom) / 2;
  const turns = [0, 1, 2, 3].map((turn) => `a7 7 0 0 1 0 14${turn === 3 ? "" : " "}`).join("");
  return [
    path([x, top, x, y - 28]),
    tag("path", { d: `M${x} ${y - 28} ${turns}`, fill: "none", stroke: INK, "stroke-width": 2.5 }),
    path([x, y + 28, x, bottom]),
    lines([x - 16, y - (words.length - 1) * 9 + 4], words, { size: 13, anchor: "end", gap: 18 }),
  ].join("");
}

/**
 * An n-channel MOSFET: its gate ends 44 to the left of and its drain and source 40 above and below the middle of its right side.
 * @param {Point} at where drain and source lie above one another, half-way
 */
export function mosfet([x, y]) {
  const channel = x - 22;
  return [
    circle([x - 14, y], 32, { fill: "#ffffff", thick: 1.5 }),
    path([x - 58, y, channel - 8, y]),
    path([channel - 8, y - 17, channel - 8, y + 17], { thick: 3 }),
    ...[-17, 0, 17].map((off) => path([channel, y + off - 5, channel, y + off + 5], { thick: 3 })),
    path([channel, y - 17, x, y - 17, x, y - 40]),
    path([channel, y + 17, x, y + 17, x, y + 40]),
    path([channel + 8, y, x, y, x, y + 17]),
    path([channel, y, channel + 9, y - 5, channel + 9, y + 5], { fill: INK, closed: true }),
    text([x + 8, y - 24], "D", { size: 11, colour: FAINT }),
    text([x + 8, y + 32], "S", { size: 11, colour: FAINT }),
    text([x - 56, y - 6], "G", { size: 11, colour: FAINT }),
  ].join("");
}

/**
 * 0 V, which all its signs share.
 * @param {Point} at the end of the wire
 */
export const ground = ([x, y]) =>
  [
    path([x, y, x, y + 12]),
    path([x - 14, y + 12, x + 14, y + 12], { thick: 3 }),
    path([x - 9, y + 18, x + 9, y + 18]),
    path([x - 4, y + 24, x + 4, y + 24]),
    text([x + 20, y + 20], "0 V", { size: 13 }),
  ].join("");

/**
 * A contact between two ends on one height. `pushed`: by a finger; `closed`: as it rests.
 * @param {Point} from
 * @param {Point} to
 * @param {{ pushed?: boolean, closed?: boolean }} [kind]
 */
export function contact([x1, y], [x2], { pushed = false, closed = false } = {}) {
  const [left, right] = [(x1 + x2) / 2 - 22, (x1 + x2) / 2 + 22];
  const lift = closed ? 0 : 15;
  const middle = (left + right) / 2;
  return [
    path([x1, y, left, y]),
    path([right, y, x2, y]),
    pushed
      ? path([left - 2, y - 13, right + 2, y - 13]) +
        path([middle, y - 13, middle, y - 25]) +
        path([middle - 11, y - 25, middle + 11, y - 25], { thick: 4 })
      : path([left, y - (closed ? 5 : 0), right + (closed ? 4 : -2), y - (closed ? 5 : lift)]),
    circle([left, y], 4),
    circle([right, y], 4),
  ].join("");
}

/**
 * A supply or any other thing with a name.
 * @param {Point} at
 * @param {Point} size
 * @param {readonly string[]} words the first one bold
 * @param {string} [fill]
 */
export function thing([x, y], [width, height], [name = "", ...words], fill = "#ffffff") {
  const top = y + height / 2 - (words.length * 17) / 2 + 5;
  const middle = { size: 13, anchor: /** @type {const} */ ("middle") };
  return [
    box([x, y], [width, height], { fill }),
    text([x + width / 2, top], name, { ...middle, size: 14, bold: true }),
    lines([x + width / 2, top + 17], words, { ...middle, gap: 17 }),
  ].join("");
}

/** The word QRIS as a QR code, row by row. */
const QRIS = [
  0x1fc17f, 0x104541, 0x17475d, 0x17555d, 0x17595d, 0x104a41, 0x1fd57f, 0x000000, 0x18e218, 0x0023bf, 0x077963,
  0x142be1, 0x156bfe, 0x001d08, 0x1fd296, 0x105444, 0x174a94, 0x1747e8, 0x174bbb, 0x1053e9, 0x1fd924,
];

/**
 * For panels and paper, with the light border that belongs to it.
 * @param {Point} at
 * @param {number} side
 */
export function code([x, y], side) {
  const cell = side / (QRIS.length + 4);
  const cells = QRIS.flatMap((row, down) =>
    QRIS.map((_, across) => {
      if ((row & (1 << (QRIS.length - 1 - across))) === 0) return "";
      const [left, top] = [x + (across + 2) * cell, y + (down + 2) * cell].map(
        (value) => Math.round(value * 100) / 100,
      );
      return `M${left} ${top}h${cell}v${cell}h-${cell}z`;
    }),
  );
  return box([x, y], [side, side], { stroke: "#ffffff", round: 2 }) + tag("path", { d: cells.join(""), fill: INK });
}
