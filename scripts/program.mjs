import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What `npm run NAME` runs, below dist/. */
export const PROGRAMS = /** @type {const} */ ({
  demo: "sandbox/main.js",
  gateway: "gateway/main.js",
  backend: "backend/main.js",
  sandbox: "sandbox/midtrans/main.js",
});

/** @param {string} line */
export const sayOnStderr = (line) => void process.stderr.write(`${line}\n`);

/**
 * Becomes the program: it runs in this very process, so that signals, exit code and process id are its own.
 * @param {string} path
 * @param {readonly string[]} args
 */
export async function become(path, args) {
  if (!existsSync(path)) throw new Error(`${path} is not there`);
  process.setSourceMapsEnabled(true);
  process.argv = [process.argv[0] ?? "node", path, ...args];
  await import(pathToFileURL(path).href);
}

/**
 * @param {string} root
 * @param {string} name
 */
export function programPath(root, name) {
  const file = Object.entries(PROGRAMS).find(([known]) => known === name)?.[1];
  if (file === undefined) throw new Error(`${name} is no program; there are ${Object.keys(PROGRAMS).join(", ")}`);
  return join(root, "dist", file);
}

/**
 * Runs `work`; an error becomes one readable line and exit code 1.
 * @param {() => Promise<void> | void} work
 */
export async function orExplain(work) {
  try {
    await work();
  } catch (error) {
    sayOnStderr(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}
