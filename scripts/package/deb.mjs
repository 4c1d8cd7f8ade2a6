// The archive: control files, and dpkg-deb.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { copyrightOf, examined } from "./contents.mjs";
import { allFiles } from "./tree.mjs";

/**
 * @typedef {import("./targets.mjs").Target} Target
 * @typedef {{ target: Target, version: string, atSeconds: number, packing: readonly string[] }} Archive `packing`: options
 *   for dpkg-deb
 */

const DEBIAN = fileURLToPath(new URL("debian", import.meta.url));
const DOCS = "usr/share/doc/qris-gateway";
const SCRIPTS = ["postinst", "prerm", "postrm"];
/** Native code is compiled for one of Node's ABIs: that of the 20s. */
const NODE = ["nodejs (>= 20.19)", "nodejs (<< 21)"];
const SYSTEM = ["systemd (>= 252)", "udev", "init-system-helpers"];

/**
 * Makes the archive of what lies below `stage`.
 * @param {string} stage
 * @param {string} file
 * @param {Archive} archive
 */
export function pack(stage, file, archive) {
  const { binaries, depends } = examined(stage, archive.target);
  for (const binary of binaries) strip(join(stage, binary), archive.target);
  writeFileSync(join(stage, DOCS, "copyright"), copyrightOf(stage));
  writeFileSync(join(stage, DOCS, "changelog.gz"), gzipSync(changelogOf(archive), { level: 9 }));
  const files = allFiles(stage);
  const control = join(stage, "DEBIAN");
  mkdirSync(control);
  for (const script of SCRIPTS) copyFileSync(join(DEBIAN, script), join(control, script));
  for (const script of SCRIPTS) chmodSync(join(control, script), 0o755);
  const conffiles = files.filter((path) => path.startsWith("etc/")).map((path) => `/${path}\n`);
  writeFileSync(join(control, "conffiles"), conffiles.join(""));
  writeFileSync(join(control, "md5sums"), files.map((path) => sumOf(stage, path)).join(""));
  const bytes = files.reduce((sum, path) => sum + statSync(join(stage, path)).size, 0);
  writeFileSync(join(control, "control"), controlOf(archive, [...NODE, ...SYSTEM, ...depends], bytes));
  dpkgDeb(stage, file, archive);
}

/**
 * @param {string} stage
 * @param {string} path
 */
const sumOf = (stage, path) =>
  path.startsWith("etc/")
    ? ""
    : `${createHash("md5")
        .update(readFileSync(join(stage, path)))
        .digest("hex")}  ${path}\n`;

/**
 * @param {Archive} archive
 * @param {readonly string[]} depends
 * @param {number} bytes
 */
const controlOf = ({ target, version }, depends, bytes) => `Package: qris-gateway
Version: ${version}
Architecture: ${target.deb}
Maintainer: the authors of qris-gateway <root@localhost>
Installed-Size: ${Math.ceil(bytes / 1024)}
Depends: ${depends.join(", ")}
Section: misc
Priority: optional
Description: QRIS payment stand
 Unattended payment for vending machines, parking gates and any stand without
 a cashier: shows or prints the QR code, hears that the money has arrived, and
 opens the contact that lets the goods out.
`;

/** @param {Archive} archive */
const changelogOf = ({ version, atSeconds }) => `qris-gateway (${version}) stable; urgency=medium

  * Built from the sources of this version; what changed stands in their history.

 -- the authors of qris-gateway <root@localhost>  ${dateOf(atSeconds)}
`;

/** @param {number} seconds as RFC 5322 writes it */
const dateOf = (seconds) => new Date(seconds * 1000).toUTCString().replace("GMT", "+0000");

/**
 * Takes away what only a debugger reads, where there is a tool for it.
 * @param {string} binary
 * @param {Target} target
 */
function strip(binary, { triplet }) {
  spawnSync(`${triplet}-strip`, ["--strip-unneeded", binary], { stdio: "ignore" });
}

/**
 * @param {string} stage
 * @param {string} file
 * @param {Archive} archive
 */
function dpkgDeb(stage, file, { atSeconds, packing }) {
  mkdirSync(dirname(file), { recursive: true });
  const env = { ...process.env, SOURCE_DATE_EPOCH: `${atSeconds}` };
  const run = spawnSync("dpkg-deb", ["--root-owner-group", ...packing, "--build", stage, file], {
    env,
    encoding: "utf8",
  });
  if (run.error !== undefined) throw new Error(`dpkg-deb cannot be run (${run.error.message}): this needs Debian`);
  if (run.status !== 0) throw new Error(`dpkg-deb failed:\n${run.stdout}${run.stderr}`);
}
