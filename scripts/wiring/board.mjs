import { COLOURS, carriedText, HEADER, headerPin } from "./header.mjs";
import { box, circle, FAINT, INK, lines, text, wire } from "./svg.mjs";

/**
 * The header on the left, a part on the right, and the wires between them.
 *
 * @typedef {import("./svg.mjs").Point} Point
 * @typedef {import("./parts.mjs").Wire} Wire
 */

const TOP = 118;
const PITCH = 27;
const ODD_X = 108;
const EVEN_X = ODD_X + PITCH;
const LANES_FROM = 196;
const LANE = 17;
/** Where labels end and the part's terminals begin. */
export const TERMINAL_X = 560;
const LABEL_WIDTH = 178;

/** @param {number} pin */
const rowY = (pin) => TOP + (Math.ceil(pin / 2) - 1) * PITCH;

/**
 * @param {number} pin
 * @returns {Point}
 */
const placeOf = (pin) => [pin % 2 === 1 ? ODD_X : EVEN_X, rowY(pin)];

/** Where the last row of the header lies. */
export const HEADER_END = rowY(40);

/**
 * The header as it lies before you with the memory card at the top, without its pins.
 * @param {readonly [first: number, last: number]} [covered] by a board that is plugged on
 */
export function header(covered) {
  const frame = [
    box([52, 66], [122, HEADER_END - 66 + 62], { fill: "#e7f1ea", stroke: "#9dbfaa" }),
    text([113, 88], "Raspberry Pi", { size: 13, bold: true, anchor: "middle" }),
    box([ODD_X - 15, TOP - 17], [PITCH + 30, HEADER_END - TOP + 34], { fill: "#2b2f36", stroke: "#2b2f36", round: 4 }),
    lines([113, HEADER_END + 34], ["pin 1 nearest", "the memory card"], {
      size: 11,
      anchor: "middle",
      colour: FAINT,
      gap: 14,
    }),
  ];
  if (covered !== undefined) {
    const [, first] = placeOf(covered[0]);
    const [, last] = placeOf(covered[1]);
    frame.push(box([ODD_X - 21, first - 20], [PITCH + 42, last - first + 40], { fill: "#8fb9e8", stroke: "#1f6fd0" }));
  }
  return frame.join("");
}

/** The pins, to be drawn over the wires. @param {ReadonlySet<number>} used */
export const pins = (used) => HEADER.map(({ pin }) => pinDot(pin, used.has(pin))).join("");

/**
 * @param {number} pin
 * @param {boolean} isUsed
 */
function pinDot(pin, isUsed) {
  const [x, y] = placeOf(pin);
  const dot = circle([x, y], isUsed ? 11 : 9, { fill: isUsed ? "#ffd54a" : "#4b515b", stroke: INK, thick: 1 });
  const number = { size: 11, bold: isUsed, colour: isUsed ? INK : "#c3c8d0", anchor: /** @type {const} */ ("middle") };
  return dot + text([x, y + 4], String(pin), number);
}

/**
 * Wires from their pins to `terminals`, each in a lane of its own so that no two cross; `wires` come in the order of their pins,
 * `terminals` from top to bottom.
 * @param {readonly Wire[]} wires
 * @param {readonly number[]} terminals heights
 */
export function wires(wires, terminals) {
  const ways = wires.map((one, index) => ({ ...one, from: leaves(one.pin), to: terminals[index] ?? 0 }));
  const lanes = lanesOf(ways.map(({ from, to }) => [from, to]));
  return ways
    .map(({ pin, colour, from, to }, index) => {
      const lane = LANES_FROM + (lanes[index] ?? 0) * LANE;
      const [x, y] = placeOf(pin);
      const out = pin % 2 === 1 ? [x, y, x + PITCH / 2, from] : [x, y];
      return wire([...out, lane, from, lane, to, TERMINAL_X, to], COLOURS[colour]) + label(pin, colour, to);
    })
    .join("");
}

/** Wires of odd pins pass between the rows. @param {number} pin */
const leaves = (pin) => rowY(pin) - (pin % 2 === 1 ? PITCH / 2 : 0);

/**
 * Among wires that keep their order, those that go down need lanes from right to left, those that go up from left to right.
 * @param {readonly (readonly [from: number, to: number])[]} ways
 * @returns {readonly number[]}
 */
function lanesOf(ways) {
  const down = ways.filter(([from, to]) => to > from).length;
  let [fromRight, fromLeft] = [down, 0];
  return ways.map(([from, to]) => {
    if (to > from) {
      fromRight -= 1;
      return fromRight;
    }
    fromLeft += 1;
    return fromLeft - 1;
  });
}

/**
 * @param {number} pin
 * @param {import("./header.mjs").Colour} colour
 * @param {number} y
 */
function label(pin, colour, y) {
  const said = `pin ${pin} · ${carriedText(headerPin(pin).carries)} · ${colour}`;
  const x = TERMINAL_X - 14 - LABEL_WIDTH;
  const paper = box([x, y - 12], [LABEL_WIDTH, 24], { stroke: COLOURS[colour], thick: 1.5, round: 12 });
  return paper + text([x + LABEL_WIDTH / 2, y + 4.5], said, { size: 13, anchor: "middle" });
}
