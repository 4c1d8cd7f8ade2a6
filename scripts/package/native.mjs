// Packages with native code, as the target needs them: compiled here by Debian's cross compilers, or fetched as npm has them.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { commandFor } from "../debian.mjs";
import { findPart } from "../parts.mjs";
import { headersOf } from "../setup.mjs";
import { compiledName, packageName } from "./modules.mjs";
import { isOwn } from "./targets.mjs";

/**
 * @typedef {import("./targets.mjs").Target} Target
 * @typedef {(line: string) => void} Say
 */

/**
 * The binary of a package that is compiled on the spot.
 * @param {string} root
 * @param {string} place such as `node_modules/epoll`
 * @param {Target} target
 * @param {Say} say
 * @returns {{ path: string, name: string } | undefined} nothing where the package compiles nothing
 */
export function binaryOf(root, place, target, say) {
  const folder = join(root, place);
  const name = existsSync(folder) ? compiledName(folder) : undefined;
  if (name === undefined) return undefined;
  if (isOwn(target))
    return { name, path: there(join(folder, builtAs(name)), `${place} is not built: npm ci builds it`) };
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const cache = join(root, ".cache/package", `${target.deb}-abi${process.versions.modules}`);
  const done = join(cache, `${packageName(place)}-${version}.node`);
  if (!existsSync(done)) {
    say(`Compiling ${packageName(place)} for ${target.deb} …`);
    const work = join(cache, `${packageName(place)}-${process.pid}`);
    renameSync(compiled(folder, work, target), done);
    rmSync(work, { recursive: true, force: true });
  }
  return { name, path: done };
}

/**
 * @param {string} path
 * @param {string} otherwise
 */
function there(path, otherwise) {
  if (existsSync(path)) return path;
  throw new Error(otherwise);
}

/** @param {string} name */
const builtAs = (name) => join("build/Release", `${name}.node`);

/**
 * Compiles a package for a machine of another kind.
 * @param {string} folder
 * @param {string} work a copy is compiled here, below the root, where Node finds the headers of other packages
 * @param {Target} target
 * @returns {string} the path of its binary
 */
export function compiled(folder, work, target) {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  cpSync(folder, work, { recursive: true, filter: (from) => from !== join(folder, "build") });
  const { npm_package_config_node_gyp_nodedir: headers } = headersOf(process.execPath);
  const args = ["rebuild", `--arch=${target.node}`, ...(headers === undefined ? [] : [`--nodedir=${headers}`])];
  const env = { ...process.env, CC: compiler(target, "gcc"), CXX: compiler(target, "g++"), AR: `${target.triplet}-ar` };
  const run = spawnSync(process.execPath, [gyp(), ...args], { cwd: work, env, encoding: "utf8" });
  if (run.status !== 0) throw new Error(`${folder} does not compile for ${target.deb}:\n${run.stderr.slice(-3_000)}`);
  const binary = join(work, builtAs(compiledName(folder) ?? ""));
  return there(binary, `${folder} was compiled, but there is no ${binary}`);
}

/**
 * @param {Target} target
 * @param {string} tool
 */
function compiler({ deb, triplet }, tool) {
  const part = `cross${deb}`;
  if (findPart(part) === undefined) throw new Error(`There is no compiler for ${deb} here: ${commandFor([part])}`);
  return `${triplet}-${tool}`;
}

/** The node-gyp that npm brings. */
function gyp() {
  const besides = [
    process.env["npm_execpath"] ?? "",
    join(dirname(process.execPath), "../lib/node_modules/npm/bin/npm"),
  ];
  const places = besides.map((npm) => join(dirname(npm), "../node_modules/node-gyp/bin/node-gyp.js"));
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new Error(`node-gyp, which comes with npm, is at none of: ${places.join(", ")}`);
}

/**
 * A package's folder: that of node_modules/, or, when it is for other machines than this, one that npm fetches.
 * @param {string} root
 * @param {string} place
 * @param {import("./modules.mjs").Entry} entry
 * @param {Say} say
 */
export function folderOf(root, place, { version, integrity }, say) {
  if (existsSync(join(root, place))) return join(root, place);
  const name = packageName(place);
  const folder = join(root, ".cache/package/npm", `${name}@${version}`);
  if (existsSync(folder)) return folder;
  say(`Fetching ${name} ${version} …`);
  const work = `${folder}.new-${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    const packed = join(work, fetched(name, `${version}`, work));
    check(packed, integrity);
    run("tar", ["-xzf", packed, "-C", work]);
    renameSync(join(work, "package"), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

/**
 * @param {string} name
 * @param {string} version
 * @param {string} into
 * @returns {string} the file's name
 */
function fetched(name, version, into) {
  const said = run("npm", ["pack", `${name}@${version}`, "--json", "--silent", "--pack-destination", into]);
  return JSON.parse(said)[0].filename;
}

/**
 * @param {string} file
 * @param {string | undefined} integrity as package-lock.json has it; npm has compared it with the registry's before
 */
function check(file, integrity) {
  const [algorithm = "", expected] = integrity?.split("-") ?? [];
  if (expected === undefined) return;
  const found = createHash(algorithm).update(readFileSync(file)).digest("base64");
  if (found !== expected) throw new Error(`${file} is not what package-lock.json says it is`);
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {string} what it printed
 */
function run(program, args) {
  const done = spawnSync(program, args, { encoding: "utf8", maxBuffer: 16 * 1_048_576 });
  if (done.error !== undefined) throw done.error;
  if (done.status !== 0) throw new Error(`${program} ${args.join(" ")} failed:\n${done.stdout}${done.stderr}`);
  return done.stdout;
}
