import { readdirSync } from "node:fs";
import { join, relative } from "node:path";

/**
 * Every file of a tree, packages included.
 * @param {string} folder
 * @returns {string[]} relative to `folder`, sorted
 */
export const allFiles = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
