// What lies where in the package.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PRODUCT_BUILD } from "../build.mjs";
import { filesUnder } from "../files.mjs";
import { newest, newestOf, readElf } from "./elf.mjs";
import { closureOf, filesOf, importedBy, packageName, readLock } from "./modules.mjs";
import { binaryOf, folderOf } from "./native.mjs";
import { allFiles } from "./tree.mjs";

/**
 * @typedef {import("./targets.mjs").Target} Target
 * @typedef {import("./native.mjs").Say} Say
 * @typedef {{ from: string, to: string, mode?: number }} Item `from` absolute, `to` below the package's root
 */

const HOME = "usr/lib/qris-gateway";
const DOCS = "usr/share/doc/qris-gateway";
/** What of the product a stand runs; backend and sandbox stay at home. */
const FOLDERS = ["protocol", "wire", "host", "journal", "device", "gateway"];
const PROGRAM = 0o755;

/**
 * Lays everything out below `stage`.
 * @param {string} root
 * @param {string} stage
 * @param {{ target: Target, version: string, say: Say }} options
 */
export function layOut(root, stage, { target, version, say }) {
  const items = [...programItems(root), ...moduleItems(root, target, say), ...systemItems(root), ...docItems(root)];
  for (const { from, to, mode } of items) place(from, join(stage, to), mode);
  const about = { name: "qris-gateway", version, private: true, type: "module" };
  writeFileSync(join(stage, HOME, "package.json"), `${JSON.stringify(about, null, 2)}\n`);
}

/**
 * @param {string} from
 * @param {string} to
 * @param {number} [mode]
 */
function place(from, to, mode = 0o644) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, mode);
}

/**
 * @param {string} root
 * @returns {string[]} relative to `root`
 */
const programFiles = (root) =>
  filesUnder(
    root,
    FOLDERS.map((folder) => join(PRODUCT_BUILD.target, folder)),
  ).filter((file) => !file.endsWith(".map"));

/**
 * @param {string} root
 * @returns {Item[]}
 */
const programItems = (root) => [
  ...programFiles(root).map((file) => ({ from: join(root, file), to: join(HOME, file) })),
  { from: join(root, "scripts/package/debian/qris-gateway"), to: "usr/bin/qris-gateway", mode: PROGRAM },
];

/**
 * @param {string} root
 * @param {Target} target
 * @param {Say} say
 * @returns {Item[]}
 */
function moduleItems(root, target, say) {
  const lock = readLock(root);
  const files = programFiles(root).filter((file) => file.endsWith(".js"));
  const names = importedBy(files.map((file) => join(root, file)));
  return closureOf(lock, names, target).flatMap((place) => {
    const folder = folderOf(root, place, lock[place] ?? {}, say);
    const kept = filesOf(folder, target).map((file) => ({ from: join(folder, file), to: join(HOME, place, file) }));
    const binary = binaryOf(root, place, target, say);
    const name = binary === undefined ? undefined : join(HOME, place, "build/Release", `${binary.name}.node`);
    return name === undefined || binary === undefined ? kept : [...kept, { from: binary.path, to: name }];
  });
}

/**
 * @param {string} root
 * @returns {Item[]}
 */
function systemItems(root) {
  const units = ["qris-gateway.service", "qris-gateway-key.service"];
  const machine = {
    "sysusers.conf": "usr/lib/sysusers.d/qris-gateway.conf",
    "tmpfiles.conf": "usr/lib/tmpfiles.d/qris-gateway.conf",
    "udev.rules": "usr/lib/udev/rules.d/60-qris-gateway.rules",
    "journald.conf": "usr/lib/systemd/journald.conf.d/60-qris-gateway.conf",
    "watchdog.conf": "usr/lib/systemd/system.conf.d/60-qris-gateway.conf",
  };
  return [
    ...units.map((unit) => ({ from: join(root, "systemd", unit), to: join("usr/lib/systemd/system", unit) })),
    ...Object.entries(machine).map(([file, to]) => ({ from: join(root, "systemd/machine", file), to })),
    { from: join(root, "scripts/package/debian/gateway.toml"), to: "etc/qris-gateway/gateway.toml" },
  ];
}

/**
 * @param {string} root
 * @returns {Item[]}
 */
function docItems(root) {
  return [
    { from: join(root, "README.md"), to: join(DOCS, "README.md") },
    { from: join(root, "docs/gateway.sample.toml"), to: join(DOCS, "gateway.sample.toml") },
    ...filesUnder(root, ["docs"]).map((file) => ({ from: join(root, file), to: join(DOCS, file) })),
  ];
}

/**
 * Whose licences the package holds, and where their texts lie: the file that Debian asks for.
 * @param {string} stage
 */
export function copyrightOf(stage) {
  const manifests = allFiles(join(stage, HOME)).filter((file) =>
    /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/.test(file),
  );
  const stanzas = manifests.map((file) => {
    const { license } = JSON.parse(readFileSync(join(stage, HOME, file), "utf8"));
    const folder = join("/", HOME, dirname(file));
    const words = typeof license === "string" ? license : (license?.type ?? "see the folder");
    return `Files: ${folder}/*\nCopyright: the authors of ${packageName(dirname(file))}\nLicense: ${words}\n The text lies in ${folder}.\n`;
  });
  const own = `Files: *\nCopyright: the authors of qris-gateway\nLicense: Apache-2.0\n The text lies in /usr/share/common-licenses/Apache-2.0.\n`;
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n${[own, ...stanzas].join("\n")}`;
}

/**
 * The libraries that the package's binaries ask for, as `Depends` names them. Throws where one is of another machine.
 * @param {string} stage
 * @param {Target} target
 * @returns {{ binaries: string[], depends: string[] }} binaries relative to `stage`
 */
export function examined(stage, target) {
  const files = allFiles(stage).map((file) => ({ file, bytes: readFileSync(join(stage, file)) }));
  const binaries = files.flatMap(({ file, bytes }) => {
    const elf = readElf(bytes);
    return elf === undefined ? [] : [{ file, bytes, elf }];
  });
  const strangers = binaries.filter(({ elf }) => elf.machine !== target.elf || elf.bits !== target.bits);
  if (strangers.length > 0) {
    throw new Error(`not for ${target.deb}: ${strangers.map(({ file }) => file).join(", ")}`);
  }
  const newestIn = (/** @type {string} */ library) =>
    newest(binaries.flatMap(({ bytes }) => newestOf(bytes, library) ?? []));
  return {
    binaries: binaries.map(({ file }) => file),
    depends: [`libc6 (>= ${newestIn("GLIBC")})`, `libstdc++6 (>= ${compilerOf(newestIn("GLIBCXX"))})`, "libgcc-s1"],
  };
}

/** The oldest GCC whose C++ library has these symbols. */
const COMPILERS = { "3.4.26": "9", "3.4.28": "9.3", "3.4.29": "11", "3.4.30": "12" };

/** @param {string | undefined} symbols */
function compilerOf(symbols) {
  const known = Object.entries(COMPILERS).find(([version]) => newest([version, symbols ?? "0"]) === version);
  if (known !== undefined) return known[1];
  throw new Error(`a binary asks for GLIBCXX_${symbols}, which Debian 12 does not have`);
}
