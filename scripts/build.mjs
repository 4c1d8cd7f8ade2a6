// Compiles the product to dist/, and tests that are programs of their own (bench, simulation) to .cache/test-dist/.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { copyAssets } from "./copy-assets.mjs";
import { hashOf, PRODUCT, ROOT, textOf } from "./files.mjs";
import { orExplain } from "./program.mjs";

/**
 * @typedef {{ project: string, target: string, folders: readonly string[] }} Build
 */

/** @type {Build} */
export const PRODUCT_BUILD = { project: "tsconfig.build.json", target: "dist", folders: PRODUCT };
/** @type {Build} */
export const TEST_BUILD = {
  project: "tsconfig.test.json",
  target: ".cache/test-dist",
  folders: [...PRODUCT, "test", "scripts"],
};

const STAMP = ".built-from";

/**
 * @param {string} root
 * @param {Build} build
 */
const sourceHash = (root, { project, folders }) =>
  hashOf(root, [...folders, "tsconfig.json", project, "package-lock.json"]);

/**
 * Whether the target was built from exactly these sources.
 * @param {string} root
 * @param {Build} build
 */
export const isBuilt = (root, build) => textOf(join(root, build.target, STAMP)) === sourceHash(root, build);

/**
 * Builds beside the target and then puts it in place in one go, so that nobody ever runs half a build. Throws when the
 * compiler finds an error; what was there before then stays.
 * @param {string} root
 * @param {Build} build
 */
export function buildAnew(root, build) {
  const stamp = sourceHash(root, build);
  const target = join(root, build.target);
  const [fresh, old] = [`${target}.new-${process.pid}`, `${target}.old-${process.pid}`];
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(dirname(target), { recursive: true });
  try {
    compile(root, build.project, fresh);
    copyAssets(root, fresh, build.folders);
    writeFileSync(join(fresh, STAMP), stamp);
    if (existsSync(target)) renameSync(target, old);
    renameSync(fresh, target);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

/**
 * @param {string} root
 * @param {string} project
 * @param {string} target
 */
function compile(root, project, target) {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const run = spawnSync(process.execPath, [tsc, "-p", project, "--outDir", target], { cwd: root, encoding: "utf8" });
  if (run.error !== undefined) throw run.error;
  if (run.status !== 0) throw new Error(`${run.stdout}${run.stderr}The compiler found errors (${project}).`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await orExplain(() => buildAnew(ROOT, PRODUCT_BUILD));
