// The programs that some suites need beside Node, where they may lie, and which Debian package brings them.
import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/**
 * @typedef {object} Part
 * @property {readonly string[]} programs
 * @property {readonly string[]} packages
 * @property {string} why
 * @property {() => readonly string[]} [folders] where else they may lie
 * @property {boolean} [forRoot] of no use to anybody else
 */

/** @type {Readonly<Record<string, Part>>} */
export const PARTS = {
  mosquitto: { programs: ["mosquitto"], packages: ["mosquitto"], why: "a real MQTT broker" },
  nginx: { programs: ["nginx"], packages: ["nginx"], why: "a real proxy before the backend" },
  chromium: {
    programs: ["chromium", "chromium-browser", "google-chrome"],
    packages: ["chromium"],
    why: "a browser for the pages",
  },
  zbarimg: { programs: ["zbarimg"], packages: ["zbar-tools"], why: "a second reader of QR codes" },
  openssl: { programs: ["openssl"], packages: ["openssl"], why: "certificates for TLS" },
  postgresql: {
    programs: ["postgres"],
    packages: ["postgresql"],
    why: "a real PostgreSQL",
    folders: postgresFolders,
  },
  strace: { programs: ["strace"], packages: ["strace"], why: "counting fsyncs" },
  python3: { programs: ["python3"], packages: ["python3"], why: "the far end of systemd's socket" },
  qemu: {
    programs: ["qemu-system-x86_64"],
    packages: [
      "qemu-system-x86",
      "nbdkit",
      "kmod",
      "cpio",
      "gcc",
      "make",
      "xz-utils",
      "zstd",
      "e2fsprogs",
      "python3",
      "gpiod",
    ],
    why: "a machine with the kernel drivers of a stand",
  },
  compiler: { programs: ["g++"], packages: ["g++", "make", "python3"], why: "building SQLite's binding" },
  systemd: { programs: ["systemd-analyze"], packages: ["systemd"], why: "systemd's own look at its units" },
  mmdebstrap: {
    programs: ["mmdebstrap"],
    packages: ["mmdebstrap"],
    why: "a Debian to install the package on, as root",
    forRoot: true,
  },
  crossarm64: crossCompiler("aarch64-linux-gnu", "64-bit Raspberry Pi OS"),
  crossarmhf: crossCompiler("arm-linux-gnueabihf", "32-bit Raspberry Pi OS"),
  crossamd64: crossCompiler("x86_64-linux-gnu", "PCs"),
};

/**
 * @param {string} triplet
 * @param {string} whose
 * @returns {Part}
 */
function crossCompiler(triplet, whose) {
  const packages = [`g++-${triplet.replace("_", "-")}`, "make", "python3"];
  return { programs: [`${triplet}-g++`], packages, why: `native code for ${whose}` };
}

/** Debian keeps daemons where an ordinary user's PATH does not look. */
const MORE_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/**
 * The path of a part's program: what the variable of its name says (`CHROMIUM=/opt/chrome`), or what lies in PATH.
 * @param {string} part
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined}
 */
export function findPart(part, env = process.env) {
  const known = PARTS[part];
  if (known === undefined) throw new Error(`${part} is no part known to scripts/parts.mjs: add it there`);
  if (known.forRoot === true && process.getuid?.() !== 0) return undefined;
  const named = env[part.toUpperCase()];
  if (named !== undefined && isAbsolute(named)) return isProgram(named) ? named : undefined;
  const folders = [...(env["PATH"] ?? "").split(delimiter).filter(isAbsolute), ...MORE_FOLDERS];
  const all = [...folders, ...(known.folders?.() ?? [])];
  return known.programs.flatMap((program) => all.map((folder) => join(folder, program))).find(isProgram);
}

/** Debian keeps each version of PostgreSQL in a folder of its own, outside PATH; the newest comes first. */
function postgresFolders(root = "/usr/lib/postgresql") {
  try {
    const versions = readdirSync(root).sort((one, other) => Number(other) - Number(one));
    return versions.map((version) => join(root, version, "bin"));
  } catch {
    return [];
  }
}

/**
 * The one command that brings missing parts.
 * @param {readonly string[]} parts
 */
export const packagesOf = (parts) => [...new Set(parts.flatMap((part) => PARTS[part]?.packages ?? []))];

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
