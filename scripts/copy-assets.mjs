// Copies what the product reads beside its code (fonts, pages) to where the compiled code looks for it.
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { filesUnder, PRODUCT, ROOT } from "./files.mjs";

/** @param {string} file */
const isAsset = (file) => !/[.](ts|md|map)$/.test(file);

/**
 * @param {string} root
 * @param {string} target folder, relative to `root` or absolute
 * @param {readonly string[]} [folders]
 * @returns {string[]} the files copied, relative to `root`
 */
export function copyAssets(root, target, folders = PRODUCT) {
  const assets = filesUnder(root, folders).filter(isAsset);
  for (const asset of assets) {
    const place = join(target.startsWith("/") ? target : join(root, target), asset);
    mkdirSync(dirname(place), { recursive: true });
    copyFileSync(join(root, asset), place);
  }
  return assets;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) copyAssets(ROOT, process.argv[2] ?? "dist");
