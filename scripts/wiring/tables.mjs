import { carriedText, headerPin } from "./header.mjs";
import { PARTS } from "./parts.mjs";

/**
 * The tables of the guides, between marks that name their part: `<!-- wires of panel -->` … `<!-- end -->`.
 *
 * @typedef {import("./parts.mjs").PartName} PartName
 */

/** @param {PartName} name */
export function tableOf(name) {
  const rows = PARTS[name].wires.map(
    ({ pin, to, colour, keys = [] }) =>
      `| ${to} | ${pin} | ${lineOf(pin)} | ${colour} | ${keys.map((key) => setting(key, pin)).join(" or ")} |`,
  );
  return [
    "| terminal | header pin | line | wire | in the configuration |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** @param {number} pin */
function lineOf(pin) {
  const { carries, also } = headerPin(pin);
  return also === "" || typeof carries !== "number" ? carriedText(carries) : `${carriedText(carries)}, ${also}`;
}

/**
 * @param {string} key
 * @param {number} pin
 */
function setting(key, pin) {
  const [table, name] = key.split(".");
  const line = headerPin(pin).carries;
  return table === "screen" ? `\`${name} = ${line}\`` : `\`${name}\`, \`line = ${line}\``;
}

/**
 * A guide with its tables as they are now.
 * @param {string} guide
 */
export const withTables = (guide) =>
  guide.replace(
    /(<!-- wires of ([a-z-]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, open, name, close) => `${open}${tableOf(/** @type {PartName} */ (name))}\n${close}`,
  );
