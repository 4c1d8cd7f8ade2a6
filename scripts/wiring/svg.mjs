/** The little of SVG that the wiring drawings need. Everything returns text. */

/** @typedef {readonly [x: number, y: number]} Point */

export const INK = "#20242a";
export const FAINT = "#5d6570";
const FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', Arial, sans-serif";

/** @param {string} words */
const escaped = (words) => words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * @param {string} name
 * @param {Readonly<Record<string, string | number | undefined>>} attributes what is `undefined` is left out
 * @param {string} [inside]
 */
export function tag(name, attributes, inside) {
  const said = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const text = said.map(([key, value]) => ` ${key}="${typeof value === "number" ? rounded(value) : value}"`).join("");
  return inside === undefined ? `<${name}${text}/>` : `<${name}${text}>${inside}</${name}>`;
}

/** @param {number} value */
const rounded = (value) => Math.round(value * 100) / 100;

/**
 * @typedef {{ size?: number, bold?: boolean, colour?: string, anchor?: "start" | "middle" | "end" }} Lettering
 * @param {Point} at the baseline
 * @param {string} words
 * @param {Lettering} [lettering]
 */
export const text = ([x, y], words, { size = 14, bold = false, colour = INK, anchor = "start" } = {}) =>
  tag(
    "text",
    { x, y, "font-size": size, fill: colour, "text-anchor": anchor, "font-weight": bold ? 700 : undefined },
    escaped(words),
  );

/**
 * @param {Point} at the first baseline
 * @param {readonly string[]} lines
 * @param {Lettering & { gap?: number }} [lettering]
 */
export const lines = ([x, y], lines, { gap = 19, ...lettering } = {}) =>
  lines.map((line, index) => text([x, y + index * gap], line, lettering)).join("");

/**
 * @typedef {{ fill?: string, stroke?: string, thick?: number, round?: number, dashed?: boolean }} Look
 * @param {Point} at the corner at the top left
 * @param {Point} size
 * @param {Look} [look]
 */
export const box = ([x, y], [width, height], { fill = "#ffffff", stroke = INK, thick = 1.5, round = 8, dashed } = {}) =>
  tag("rect", {
    x,
    y,
    width,
    height,
    rx: round,
    fill,
    stroke,
    "stroke-width": thick,
    "stroke-dasharray": dashed ? "6 4" : undefined,
  });

/**
 * @param {readonly number[]} points x and y, x and y …
 * @param {Look & { closed?: boolean }} [look]
 */
export function path(points, { fill = "none", stroke = INK, thick = 2, dashed = false, closed = false } = {}) {
  const said = points.map((value, index) => `${index === 0 ? "M" : index % 2 === 0 ? "L" : " "}${rounded(value)}`);
  return tag("path", {
    d: said.join("") + (closed ? "Z" : ""),
    fill,
    stroke,
    "stroke-width": thick,
    "stroke-linejoin": "round",
    "stroke-linecap": "round",
    "stroke-dasharray": dashed ? "6 5" : undefined,
  });
}

/**
 * @param {Point} at
 * @param {number} r
 * @param {Look} [look]
 */
export const circle = ([cx, cy], r, { fill = "#ffffff", stroke = INK, thick = 1.5 } = {}) =>
  tag("circle", { cx, cy, r, fill, stroke, "stroke-width": thick });

/**
 * Lines of at most so many letters, broken between words.
 * @param {readonly string[]} paragraphs
 * @param {number} letters
 * @returns {readonly string[]}
 */
export const wrapped = (paragraphs, letters) =>
  paragraphs.flatMap((words) => words.match(new RegExp(`(?=\\S).{1,${letters}}(?= |$)`, "g")) ?? []);

/**
 * A coloured wire, with a pale edge that keeps it apart from what it passes.
 * @param {readonly number[]} points
 * @param {string} colour
 */
export const wire = (points, colour) =>
  path(points, { stroke: "#ffffff", thick: 8 }) + path(points, { stroke: colour, thick: 4 });

/**
 * A whole picture on a card of its own, legible on light and on dark pages.
 * @param {{ size: Point, title: string, description: string }} about
 * @param {readonly string[]} content
 */
export function picture({ size: [width, height], title, description }, content) {
  const open =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `role="img" aria-labelledby="title description" font-family="${FONT}">`;
  return [
    open,
    tag("title", { id: "title" }, escaped(title)),
    tag("desc", { id: "description" }, escaped(description)),
    box([1, 1], [width - 2, height - 2], { fill: "#fbfaf7", stroke: "#c9c5bb", round: 14 }),
    text([28, 42], title, { size: 22, bold: true }),
    ...content,
    "</svg>\n",
  ].join("\n");
}
