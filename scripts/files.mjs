import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that package.json lies in. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** What is compiled to `dist/` and runs on the Pi. */
export const PRODUCT = ["protocol", "wire", "host", "journal", "device", "gateway", "backend", "sandbox"];

/**
 * Every file at or below these places, relative to `root`, sorted; a place that is not there has none.
 * @param {string} root
 * @param {readonly string[]} places
 * @returns {string[]}
 */
export function filesUnder(root, places) {
  return places.flatMap((place) => {
    const path = join(root, place);
    if (!existsSync(path)) return [];
    if (!statSync(path).isDirectory()) return [place];
    const names = readdirSync(path).filter((name) => name !== "node_modules" && !name.startsWith("."));
    return filesUnder(
      root,
      names.sort().map((name) => join(place, name)),
    );
  });
}

/**
 * One hash over the names and contents of all files at or below these places.
 * @param {string} root
 * @param {readonly string[]} places
 */
export function hashOf(root, places) {
  const hash = createHash("sha256");
  for (const file of filesUnder(root, places)) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/**
 * @param {string} path
 * @returns {string | undefined} its text, or nothing where it cannot be read
 */
export function textOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
