import { join, normalize } from "node:path";
import { filesUnder, textOf } from "./files.mjs";
import { findPart } from "./parts.mjs";

/** Suites that need a part as a whole, by where they lie. */
const BY_FOLDER = { "test/browser/": "chromium", "test/hardware/": "qemu" };
const NEEDS = /\bneeds\("([a-z0-9]+)"\)/g;
const OWN_IMPORT = /\bfrom "([.][^"]+[.]ts)"|\bimport\("([.][^"]+[.]ts)"\)/g;

/**
 * Every test file and the parts that it needs: itself by `needs("…")` or its folder, or through what it imports from test/.
 * @param {string} root
 * @returns {Map<string, string[]>}
 */
export function suitesOf(root) {
  const suites = filesUnder(root, ["test"]).filter((file) => file.endsWith(".test.ts"));
  return new Map(suites.map((suite) => [suite, [...partsOf(root, suite, new Set())].sort()]));
}

/**
 * @param {string} root
 * @param {string} file
 * @param {Set<string>} seen files already looked at
 * @returns {Set<string>}
 */
function partsOf(root, file, seen) {
  if (seen.has(file)) return new Set();
  seen.add(file);
  const text = textOf(join(root, file)) ?? "";
  const folder = Object.entries(BY_FOLDER).filter(([place]) => file.startsWith(place));
  const imported = [...text.matchAll(OWN_IMPORT)]
    .map((match) => normalize(join(file, "..", match[1] ?? match[2] ?? "")))
    .filter((path) => path.startsWith("test/"));
  const called = [...text.matchAll(NEEDS)].map((match) => match[1] ?? "");
  return new Set([
    ...folder.map(([, part]) => part),
    ...called,
    ...imported.flatMap((path) => [...partsOf(root, path, seen)]),
  ]);
}

/**
 * Those that vitest will take for these arguments: any part of a path chooses it; nothing chooses all.
 * @param {Map<string, string[]>} suites
 * @param {readonly string[]} args
 */
export function chosenOf(suites, args) {
  const words = args.filter((arg) => !arg.startsWith("-"));
  return new Map([...suites].filter(([suite]) => words.length === 0 || words.some((word) => suite.includes(word))));
}

/**
 * The parts that some suite needs and this machine lacks.
 * @param {Map<string, string[]>} suites
 * @param {(part: string) => string | undefined} [find]
 */
export const missingParts = (suites, find = findPart) =>
  [...new Set([...suites.values()].flat())].filter((part) => find(part) === undefined).sort();

/**
 * The suites that cannot run without these parts.
 * @param {Map<string, string[]>} suites
 * @param {readonly string[]} missing
 * @returns {{ suite: string, lacks: string[] }[]}
 */
export const suitesWithout = (suites, missing) =>
  [...suites]
    .map(([suite, parts]) => ({ suite, lacks: parts.filter((part) => missing.includes(part)) }))
    .filter(({ lacks }) => lacks.length > 0);
