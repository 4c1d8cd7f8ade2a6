// What a compiled file says about itself in its first bytes, and which C library it asks for.

const MAGIC = "\x7fELF";
const BITS = /** @type {const} */ ({ 1: 32, 2: 64 });

/**
 * @param {Buffer} bytes
 * @returns {{ bits: number | undefined, machine: number } | undefined} nothing where it is no program or library
 */
export function readElf(bytes) {
  if (bytes.length < 20 || bytes.toString("latin1", 0, 4) !== MAGIC) return undefined;
  const kind = bytes[4];
  const isLittle = bytes[5] === 1;
  return {
    bits: kind === 1 || kind === 2 ? BITS[kind] : undefined,
    machine: isLittle ? bytes.readUInt16LE(18) : bytes.readUInt16BE(18),
  };
}

/**
 * The newest version of a library that these bytes name: `newestOf(bytes, "GLIBC")` may be `2.34`.
 * @param {Buffer} bytes
 * @param {string} library
 * @returns {string | undefined}
 */
export function newestOf(bytes, library) {
  const named = bytes.toString("latin1").matchAll(new RegExp(`\\0${library}_(\\d+(?:\\.\\d+)+)(?=\\0)`, "g"));
  return newest([...named].map(([, version = ""]) => version));
}

/** @param {readonly string[]} versions */
export const newest = (versions) => [...versions].sort(inOrder).at(-1);

/**
 * @param {string} one
 * @param {string} other
 */
function inOrder(one, other) {
  const [ones, others] = [one.split(".").map(Number), other.split(".").map(Number)];
  const at = ones.findIndex((part, place) => part !== (others[place] ?? 0));
  return at < 0 ? ones.length - others.length : (ones[at] ?? 0) - (others[at] ?? 0);
}
