/**
 * @typedef {object} Target a machine that a package is for
 * @property {string} deb its architecture, as Debian calls it
 * @property {string} node the same, as Node and npm call it
 * @property {number} elf the same, as programs name it (`e_machine`)
 * @property {32 | 64} bits
 * @property {string} triplet of Debian's compilers
 * @property {readonly string[]} prebuilds what packages with a binary of each kind of machine inside call ours
 */

/** @type {Readonly<Record<string, Target>>} */
export const TARGETS = {
  arm64: {
    deb: "arm64",
    node: "arm64",
    elf: 183,
    bits: 64,
    triplet: "aarch64-linux-gnu",
    prebuilds: ["linux-arm64", "linux_arm64"],
  },
  armhf: {
    deb: "armhf",
    node: "arm",
    elf: 40,
    bits: 32,
    triplet: "arm-linux-gnueabihf",
    prebuilds: ["linux-arm", "linux_armhf"],
  },
  amd64: {
    deb: "amd64",
    node: "x64",
    elf: 62,
    bits: 64,
    triplet: "x86_64-linux-gnu",
    prebuilds: ["linux-x64", "linux_x64"],
  },
};

/**
 * @param {string} name as `--arch` takes it: of Debian, or `host` for this machine
 * @returns {Target}
 */
export function targetOf(name) {
  const target = name === "host" ? ownTarget() : TARGETS[name];
  if (target !== undefined) return target;
  throw new Error(`there is no package for ${name}: --arch takes ${Object.keys(TARGETS).join(", ")} or host`);
}

/** @param {Target} target */
export const isOwn = (target) => target === ownTarget();

const ownTarget = () => Object.values(TARGETS).find(({ node }) => node === process.arch);
