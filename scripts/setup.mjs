// What every command of package.json does first: install what is missing, build what is older than its sources.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildAnew, isBuilt, PRODUCT_BUILD } from "./build.mjs";
import { textOf } from "./files.mjs";

/** @typedef {(line: string) => void} Say */

const OLDEST_NODE = [20, 19];
const STAMP = "node_modules/.qris-setup";

/**
 * Leaves packages installed and `dist/` built; quick when both are. Says on the way only what takes time. Throws an Error whose
 * message tells the user what to do.
 * @param {string} root
 * @param {Say} say
 */
export function setUp(root, say) {
  install(root, say);
  build(root, PRODUCT_BUILD, say);
}

/**
 * @param {string} root
 * @param {import("./build.mjs").Build} build
 * @param {Say} say
 */
export function build(root, build, say) {
  if (isBuilt(root, build)) return;
  say(`Building ${build.target}/ …`);
  buildAnew(root, build);
}

/**
 * Runs `npm ci` unless node_modules/ is what package-lock.json says, and sees that the native binding loads.
 * @param {string} root
 * @param {Say} say
 */
export function install(root, say) {
  requireNode(process.versions.node);
  const stamp = stampOf(root);
  if (textOf(join(root, STAMP)) === stamp) return;
  if (!isInstalled(root)) {
    say("Installing packages (once; a minute or two) …");
    npm(root, ["ci", "--include=dev", "--no-audit", "--no-fund"]);
  }
  requireBinding(root, say);
  writeFileSync(join(root, STAMP), stamp);
}

/**
 * What node_modules/ depends on: the lock, and the Node that native code was built for.
 * @param {string} root
 */
export function stampOf(root) {
  const lock = textOf(join(root, "package-lock.json")) ?? "";
  const machine = `${process.versions.modules} ${process.platform} ${process.arch}`;
  return createHash("sha256").update(lock).update(machine).digest("hex");
}

/**
 * Whether npm itself, run by hand, has put in place what the lock says; its own record lies in node_modules/.
 * @param {string} root
 */
export function isInstalled(root) {
  const wanted = packagesIn(join(root, "package-lock.json"));
  const present = packagesIn(join(root, "node_modules/.package-lock.json"));
  if (wanted === undefined || present === undefined) return false;
  return (
    Object.entries(wanted).every(
      ([place, entry]) =>
        place === "" ||
        (present[place] === undefined ? entry.optional === true : present[place].version === entry.version),
    ) && Object.keys(present).every((place) => place in wanted && existsSync(join(root, place)))
  );
}

/**
 * @param {string} path
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined}
 */
function packagesIn(path) {
  const text = textOf(path);
  return text === undefined ? undefined : JSON.parse(text).packages;
}

/** @param {string} version */
export function requireNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new Error(`This is Node ${version}; ${OLDEST_NODE.join(".")} or newer is needed (https://nodejs.org).`);
}

/**
 * A binding that was built for another Node, or whose install script npm held back, shows only when it is loaded; in a
 * process of its own, because a wrong one can take the process with it.
 * @param {string} root
 * @param {Say} say
 */
function requireBinding(root, say) {
  if (bindingLoads(root)) return;
  say("Building the binding of SQLite …");
  npm(root, ["rebuild", "better-sqlite3", "--ignore-scripts=false"]);
  if (bindingLoads(root)) return;
  throw new Error(
    "better-sqlite3 does not load. Install a compiler (apt-get install -y g++ make python3) and try again.",
  );
}

/** @param {string} root */
function bindingLoads(root) {
  const open = 'new (require("better-sqlite3"))(":memory:").close()';
  return spawnSync(process.execPath, ["-e", open], { cwd: root, stdio: "ignore" }).status === 0;
}

/**
 * @param {string} root
 * @param {readonly string[]} args
 */
function npm(root, args) {
  const own = process.env["npm_execpath"];
  const [command, first] = own?.endsWith(".js") ? [process.execPath, [own]] : ["npm", []];
  const env = { ...process.env, ...headersOf(process.execPath), npm_config_update_notifier: "false" };
  const run = spawnSync(command, [...first, ...args], { cwd: root, env, stdio: ["ignore", 2, 2] });
  if (run.error !== undefined) throw new Error(`npm cannot be run: ${run.error.message}`);
  if (run.status !== 0) {
    throw new Error(
      `npm ${args[0]} failed, see above. Where it could not compile: apt-get install -y g++ make python3`,
    );
  }
}

/**
 * Node's own headers, where they lie beside it: node-gyp then needs not fetch them.
 * @param {string} node path of the Node that runs
 * @returns {Record<string, string>}
 */
export function headersOf(node) {
  const prefixes = [dirname(dirname(node)), "/usr"];
  const version = (/** @type {string} */ prefix) => textOf(join(prefix, "include/node/node_version.h"));
  const [major, minor] = process.versions.node.split(".");
  const here = prefixes.find((prefix) => {
    const text = version(prefix) ?? "";
    return (
      text.includes(`#define NODE_MAJOR_VERSION ${major}\n`) && text.includes(`#define NODE_MINOR_VERSION ${minor}\n`)
    );
  });
  return here === undefined ? {} : { npm_package_config_node_gyp_nodedir: here };
}
