import { HEADER_END, header, pins, TERMINAL_X, wires } from "./board.mjs";
import { PARTS } from "./parts.mjs";
import { box, lines, picture, text, wrapped } from "./svg.mjs";
import { terminal } from "./symbols.mjs";

/**
 * One sheet a part: header, wires, part, and what to mind.
 *
 * @typedef {import("./svg.mjs").Point} Point
 * @typedef {import("./parts.mjs").PartName} PartName
 */

const SIZE = /** @type {Point} */ ([980, HEADER_END + 104]);
const NOTES_X = 204;
const NOTE_LETTERS = 101;

/** Where a part's terminals lie. */
export const X = TERMINAL_X;
/** Where it ends. */
export const RIGHT = X + 390;

/**
 * @param {PartName} name
 * @param {readonly number[]} terminals heights, one a wire that is drawn
 * @param {readonly string[]} part what is drawn on the right
 * @param {readonly string[]} notes
 */
export function sheet(name, terminals, part, notes) {
  const { title, wires: all } = PARTS[name];
  const drawn = all.filter(({ isMore }) => isMore === undefined);
  const description = drawn.map(({ pin, to, colour }) => `pin ${pin} to ${to}, ${colour}`).join("; ");
  return picture({ size: SIZE, title, description }, [
    header(),
    ...part,
    wires(drawn, terminals),
    pins(new Set(drawn.map(({ pin }) => pin))),
    ...terminals.map((y) => terminal([X, y])),
    notesOf(notes),
  ]);
}

/**
 * A board that is plugged onto the header, without wires.
 * @param {PartName} name
 * @param {readonly [first: number, last: number]} covered
 * @param {readonly string[]} part
 * @param {readonly string[]} notes
 */
export function plugged(name, covered, part, notes) {
  const { title, wires: all } = PARTS[name];
  const description = all.map(({ pin, to }) => `pin ${pin}: ${to}`).join("; ");
  const used = new Set(all.map(({ pin }) => pin));
  return picture({ size: SIZE, title, description }, [header(covered), pins(used), ...part, notesOf(notes)]);
}

/** At the foot of the sheet. @param {readonly string[]} notes */
function notesOf(notes) {
  const broken = wrapped(notes, NOTE_LETTERS);
  return lines([NOTES_X, SIZE[1] - 24 - (broken.length - 1) * 20], broken, { size: 14, gap: 20 });
}

/**
 * Heights of terminals.
 * @param {number} first
 * @param {number} gap
 * @param {number} count
 */
export const evenly = (first, gap, count) => Array.from({ length: count }, (_, index) => first + index * gap);

/**
 * A board with its terminals, by name, along its left side.
 * @param {PartName} name
 * @param {readonly number[]} terminals
 */
export function board(name, terminals) {
  const [first = 0, last = 0] = [terminals[0], terminals.at(-1)];
  const names = PARTS[name].wires.map(({ to }, index) =>
    text([X + 18, (terminals[index] ?? 0) + 5], to, { bold: true }),
  );
  return box([X, first - 34], [RIGHT - X, last - first + 68], { fill: "#eaf0fb", round: 10 }) + names.join("");
}
