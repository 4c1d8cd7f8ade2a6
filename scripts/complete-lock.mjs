// A registry mirror that holds only the packages of one platform leaves the others out of package-lock.json, and `npm ci`
// then refuses the lock everywhere. This adds them as npm itself would write them, without the hashes it could not see.
// Run it after `npm install` where that happens: node scripts/complete-lock.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * @typedef {{ version?: string, dev?: boolean, optional?: boolean, cpu?: string[], os?: string[], libc?: string[],
 *   optionalDependencies?: Record<string, string> }} Entry
 * @typedef {{ packages: Record<string, Entry> }} Lock
 */

const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64", "wasm32"];

/**
 * The optional packages that `lock` asks for and does not hold.
 * @param {Lock} lock
 */
export function missingOptionals(lock) {
  return Object.entries(lock.packages).flatMap(([place, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !holds(lock, place, name))
      .map(([name, version]) => ({ name, version, of: entry })),
  );
}

/**
 * `lock` with an entry for each of them, in npm's order.
 * @param {Lock} lock
 * @returns {Lock}
 */
export function completed(lock) {
  /** @type {[string, Entry][]} */
  const added = missingOptionals(lock).map(({ name, version, of }) => [
    `node_modules/${name}`,
    entryOf(name, version, of),
  ]);
  const packages = [...Object.entries(lock.packages), ...added].sort(([a], [b]) => a.localeCompare(b, "en"));
  return { ...lock, packages: Object.fromEntries(packages) };
}

/**
 * Whether Node would find `name` from `place`: beside it, or beside one of the packages it lies in.
 * @param {Lock} lock
 * @param {string} place
 * @param {string} name
 */
function holds(lock, place, name) {
  const steps = `/${place}`.split("/node_modules/");
  const folders = steps.map((_, at) => steps.slice(0, at + 1).join("/node_modules/"));
  return folders.some((folder) => `${folder}/node_modules/${name}`.replace(/^[/]+/, "") in lock.packages);
}

/**
 * @param {string} name
 * @param {string} version
 * @param {Entry} of the package that asks for it
 * @returns {Entry}
 */
function entryOf(name, version, of) {
  if (!/^\d+\.\d+\.\d+$/.test(version))
    throw new Error(`${name} ${version}: only an exact version can be written down`);
  const words = name.split(/[/-]/);
  const system = SYSTEMS.find((word) => words.includes(word));
  const processor = PROCESSORS.find((word) => words.includes(word));
  if (system === undefined || processor === undefined) throw new Error(`${name}: the platform is not in its name`);
  const libc = system !== "linux" ? {} : { libc: [words.some((word) => word.startsWith("musl")) ? "musl" : "glibc"] };
  return { version, cpu: [processor], ...(of.dev ? { dev: true } : {}), ...libc, optional: true, os: [system] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = new URL("../package-lock.json", import.meta.url);
  const lock = JSON.parse(readFileSync(path, "utf8"));
  const missing = missingOptionals(lock);
  writeFileSync(path, `${JSON.stringify(completed(lock), null, 2)}\n`);
  console.log(missing.length === 0 ? "The lock is complete." : `Added ${missing.length} packages of other platforms.`);
}
