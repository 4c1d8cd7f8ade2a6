// npm run package [-- --arch arm64|armhf|amd64|host] [--version V] [--output FOLDER]: the stand as a Debian package.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ROOT } from "../files.mjs";
import { orExplain, sayOnStderr } from "../program.mjs";
import { setUp } from "../setup.mjs";
import { layOut } from "./contents.mjs";
import { pack } from "./deb.mjs";
import { targetOf } from "./targets.mjs";
import { allFiles } from "./tree.mjs";

/**
 * @typedef {object} Wanted
 * @property {string} arch
 * @property {string} [version] default: that of package.json
 * @property {string} output folder for the package
 * @property {readonly string[]} [packing] options for dpkg-deb
 */

/**
 * Builds a package from what `npm run build` has left in dist/.
 * @param {string} root
 * @param {Wanted} wanted
 * @param {(line: string) => void} say
 * @returns {string} its path
 */
export function buildPackage(root, wanted, say) {
  const target = targetOf(wanted.arch);
  const version = wanted.version ?? JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
  const file = join(wanted.output, `qris-gateway_${version}_${target.deb}.deb`);
  mkdirSync(join(root, ".cache/package"), { recursive: true });
  const stage = mkdtempSync(join(root, ".cache/package/stage-"));
  try {
    chmodSync(stage, 0o755);
    layOut(root, stage, { target, version, say });
    pack(stage, file, { target, version, atSeconds: timeOf(root), packing: wanted.packing ?? ["-Zxz"] });
    const installed = allFiles(stage).reduce((sum, path) => sum + statSync(join(stage, path)).size, 0);
    say(`${relative(process.cwd(), file)}: ${megabytes(statSync(file).size)}, installed ${megabytes(installed)}`);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  return file;
}

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * When these sources were committed, so that the same ones make the same package; seconds.
 * @param {string} root
 */
function timeOf(root) {
  const given = process.env["SOURCE_DATE_EPOCH"];
  const git = () => spawnSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8" }).stdout;
  const seconds = Number(given ?? git());
  return seconds > 0 ? seconds : Math.floor(Date.now() / 1000);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await orExplain(() => {
    const { values } = parseArgs({
      options: {
        arch: { type: "string", default: "host" },
        version: { type: "string" },
        output: { type: "string", default: "dist.deb" },
      },
    });
    const { arch, version, output } = values;
    targetOf(arch);
    setUp(ROOT, sayOnStderr);
    buildPackage(ROOT, { arch, output: resolve(output), ...(version === undefined ? {} : { version }) }, sayOnStderr);
  });
}
