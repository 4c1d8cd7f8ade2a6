// Which npm packages the stand's program needs on its machine, and which files of theirs.
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { filesUnder } from "../files.mjs";

/**
 * @typedef {import("./targets.mjs").Target} Target
 * @typedef {{ version?: string, integrity?: string, dependencies?: Record<string, string>, resolved?: string,
 *   optionalDependencies?: Record<string, string>, os?: string[], cpu?: string[], libc?: string[] }} Entry
 * @typedef {Readonly<Record<string, Entry>>} Lock by place, such as `node_modules/ms`
 */

/** What packages ask for to be built, or for commands of theirs that nobody calls on a stand. */
const NOT_AT_RUN_TIME = ["prebuild-install", "nan", "node-addon-api", "yargs", "help-me", "commist"];
const OWN_IMPORT = /\bfrom\s*"([^".][^"]*)"|\bimport\(\s*"([^".][^"]*)"\s*\)/g;

/**
 * @param {string} root
 * @returns {Lock}
 */
export const readLock = (root) => JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;

/**
 * The packages that compiled files import by name.
 * @param {readonly string[]} files absolute
 * @returns {string[]}
 */
export function importedBy(files) {
  const names = files.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(OWN_IMPORT)].map((match) => nameIn(match[1] ?? match[2] ?? "")),
  );
  return [...new Set(names)].filter((name) => !name.startsWith("node:")).sort();
}

/** @param {string} specifier `zod/v4` is of `zod`, `@a/b/c` is of `@a/b` */
const nameIn = (specifier) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

/**
 * Where these packages lie, with all that they need in turn on this target.
 * @param {Lock} lock
 * @param {readonly string[]} names
 * @param {Target} target
 * @returns {string[]} places, sorted
 */
export function closureOf(lock, names, target) {
  /** @type {Set<string>} */
  const places = new Set();
  const add = (/** @type {string} */ place) => {
    if (places.has(place)) return;
    places.add(place);
    for (const next of neededBy(lock, place, target)) add(next);
  };
  for (const name of names) add(required(lock, "", name));
  return [...places].sort();
}

/**
 * @param {Lock} lock
 * @param {string} place
 * @param {Target} target
 */
function neededBy(lock, place, target) {
  const { dependencies = {}, optionalDependencies = {} } = lock[place] ?? {};
  const needed = Object.keys(dependencies).filter(isNeeded);
  const wanted = Object.keys(optionalDependencies).flatMap((name) => placeOf(lock, place, name) ?? []);
  const ours = wanted.filter((at) => isForTarget(lock[at], target));
  const binaries = wanted.filter((at) => isBinary(lock[at]));
  if (binaries.length > 0 && !binaries.some((at) => ours.includes(at))) {
    throw new Error(`${place} has no binary for ${target.deb}`);
  }
  return [...needed.map((name) => required(lock, place, name)), ...ours];
}

/**
 * @param {Lock} lock
 * @param {string} place
 * @param {string} name
 */
function required(lock, place, name) {
  const found = placeOf(lock, place, name);
  if (found !== undefined) return found;
  throw new Error(`${place || "the product"} needs ${name}, which package-lock.json does not have`);
}

/** @param {string} name */
const isNeeded = (name) => !name.startsWith("@types/") && !NOT_AT_RUN_TIME.includes(name);

/** @param {Entry} [entry] a package for some machines only */
const isBinary = ({ os, cpu } = {}) => os !== undefined && cpu !== undefined;

/**
 * @param {Entry | undefined} entry
 * @param {Target} target
 */
const isForTarget = ({ os, cpu, libc } = {}, target) =>
  (os === undefined || os.includes("linux")) &&
  (cpu === undefined || cpu.includes(target.node)) &&
  (libc === undefined || libc.includes("glibc"));

/**
 * Where Node finds `name` from `place`: in it, or in the node_modules/ beside it and further up.
 * @param {Lock} lock
 * @param {string} place
 * @param {string} name
 * @returns {string | undefined}
 */
function placeOf(lock, place, name) {
  const steps = `/${place}`.split("/node_modules/").slice(1);
  const folders = steps.map((_, at) =>
    steps.slice(0, at + 1).reduce((path, step) => `${path}node_modules/${step}/`, ""),
  );
  return ["", ...folders]
    .reverse()
    .map((folder) => `${folder}node_modules/${name}`)
    .find((candidate) => candidate in lock);
}

const USELESS_FOLDERS =
  /(?:^|\/)(?:tests?|__tests__|integration-test|examples?|benchmarks?|coverage|docs?|deps|obj|obj\.target|\.deps|vendor|umd|[^/]*musl[^/]*)\//;
const USELESS_FILES =
  /\.(?:d\.[cm]?ts|[cm]?ts|tsx|map|md|markdown|flow|c|cc|cpp|h|hh|hpp|gypi?|mk|Makefile|yml|yaml|tgz|lock|patch|html|png|jpe?g|gif|min\.js|cdx\.json|tsbuildinfo)$|(?:^|\/)(?:Makefile|\.[^/]*|tsconfig[^/]*\.json|test\.js|cnoke\.cjs)$|musl\.node$/i;
const LEGAL = /(?:^|\/)(?:licen[cs]e|copying|notice|authors)[^/]*$/i;

/**
 * The files of a package that its code needs on this target, and its licences.
 * @param {string} folder absolute
 * @param {Target} target
 * @returns {string[]} relative to `folder`
 */
export function filesOf(folder, target) {
  return filesUnder(folder, ["."]).filter((file) => isKept(file, target));
}

/**
 * @param {string} file
 * @param {Target} target
 */
export function isKept(file, target) {
  if (LEGAL.test(file) && !USELESS_FOLDERS.test(file)) return true;
  if (USELESS_FOLDERS.test(file) || USELESS_FILES.test(file)) return false;
  const [, kind] = /(?:^|\/)prebuilds\/([^/]+)\//.exec(file) ?? [];
  if (kind !== undefined) return target.prebuilds.includes(kind);
  // What was compiled here is of this machine; native.mjs puts the target's in its place.
  return !/(?:^|\/)build\/(?:Release|Debug)\//.test(file);
}

/**
 * Whether a package is compiled on the spot, and to which files.
 * @param {string} folder absolute
 * @returns {string | undefined} the name of its binary
 */
export function compiledName(folder) {
  const recipe = join(folder, "binding.gyp");
  if (!existsSync(recipe) || existsSync(join(folder, "prebuilds"))) return undefined;
  const names = [...readFileSync(recipe, "utf8").matchAll(/["']target_name["']\s*:\s*["']([^"']+)["']/g)];
  return names.map(([, name = ""]) => name).find((name) => !name.startsWith("test"));
}

/** @param {string} place */
export const packageName = (place) => {
  const folder = dirname(place);
  return basename(folder).startsWith("@") ? `${basename(folder)}/${basename(place)}` : basename(place);
};
