/**
 * As much of DER (ITU-T X.690) as certificates need: written whole, and read strictly. One `Node` is a tag and what stands
 * behind it; `whole` are its bytes with tag and length, as signatures cover them.
 */
export type Node = { readonly tag: number; readonly content: Uint8Array; readonly whole: Uint8Array };

/** What is not DER, or not what was expected in its place. */
class BadDer extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BadDer";
  }
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
export const SEQUENCE = 0x30;
const SET = 0x31;

/** The class for what a structure numbers itself, `[3]`: with a node inside, or with plain bytes. */
export const inside = (number: number): number => 0xa0 | number;
const plain = (number: number): number => 0x80 | number;

export function node(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body]);
}

export const sequence = (...content: readonly Uint8Array[]): Uint8Array => node(SEQUENCE, ...content);
export const set = (...content: readonly Uint8Array[]): Uint8Array => node(SET, ...content);
export const octets = (bytes: Uint8Array): Uint8Array => node(OCTET_STRING, bytes);
export const utf8 = (text: string): Uint8Array => node(UTF8_STRING, Buffer.from(text, "utf8"));
export const yes: Uint8Array = node(0x01, Buffer.from([0xff]));
export const tagged = (number: number, ...content: readonly Uint8Array[]): Uint8Array =>
  node(inside(number), ...content);
export const taggedPlain = (number: number, bytes: Uint8Array): Uint8Array => node(plain(number), bytes);
/** `unused`: how many of the last byte's bits do not count. */
export const bits = (bytes: Uint8Array, unused = 0): Uint8Array => node(BIT_STRING, Buffer.from([unused]), bytes);

/** A number of 0 or more, in hexadecimal. */
export function integer(hex: string): Uint8Array {
  const short = hex.replace(/^0+(?=.)/, "");
  const even = short.length % 2 === 0 ? short : `0${short}`;
  return node(INTEGER, Buffer.from(/^[89a-f]/i.test(even) ? `00${even}` : even, "hex"));
}

/** `2.5.4.3`. */
export function objectId(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return node(OBJECT_ID, Buffer.from([first * 40 + second, ...rest.flatMap(inSevenBits)]));
}

/** In whole seconds. RFC 5280, section 4.1.2.5: two digits of the year until 2049, four from then on. */
export function time(wall: number): Uint8Array {
  const digits = new Date(wall)
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replace(/[-:T]/g, "");
  const isNear = new Date(wall).getUTCFullYear() < 2050;
  return isNear ? node(UTC_TIME, Buffer.from(digits.slice(2))) : node(GENERALIZED_TIME, Buffer.from(digits));
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const bytes = [...Buffer.from(integer(length.toString(16))).subarray(2)].filter((byte, nth) => nth > 0 || byte > 0);
  return [0x80 | bytes.length, ...bytes];
}

function inSevenBits(number: number): readonly number[] {
  const last = number & 0x7f;
  const front = [];
  for (let left = number >>> 7; left > 0; left >>>= 7) front.unshift((left & 0x7f) | 0x80);
  return [...front, last];
}

/** The one node that these bytes are. Throws `BadDer`. */
export function readNode(bytes: Uint8Array): Node {
  const [only, ...more] = readNodes(bytes);
  if (only === undefined || more.length > 0) throw new BadDer("not one thing");
  return only;
}

/** The nodes that these bytes are, one behind the other; what is in them is not looked at. Throws `BadDer`. */
export function readNodes(bytes: Uint8Array): readonly Node[] {
  const nodes: Node[] = [];
  for (let at = 0; at < bytes.length; ) {
    const read = readAt(bytes, at);
    nodes.push(read);
    at += read.whole.length;
  }
  return nodes;
}

/** What is in a sequence. Throws `BadDer` where it is none. */
export function childrenOf({ tag, content }: Node): readonly Node[] {
  if (tag !== SEQUENCE) throw new BadDer("not a sequence");
  return readNodes(content);
}

/** The bytes of a bit string of whole bytes. Throws `BadDer`. */
export function bitsOf({ tag, content }: Node): Uint8Array {
  if (tag !== BIT_STRING || content[0] !== 0) throw new BadDer("not a bit string of whole bytes");
  return content.subarray(1);
}

export const isObjectId = (one: Node | undefined, dotted: string): boolean =>
  one !== undefined && Buffer.from(one.whole).equals(objectId(dotted));

function readAt(bytes: Uint8Array, at: number): Node {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) throw new BadDer("ends too early");
  if ((tag & 0x1f) === 0x1f) throw new BadDer("a tag of several bytes");
  const { length, size } = first < 0x80 ? { length: first, size: 1 } : longLength(bytes, at + 1, first & 0x7f);
  const begin = at + 1 + size;
  const end = begin + length;
  if (end > bytes.length) throw new BadDer("ends too early");
  return { tag, content: bytes.subarray(begin, end), whole: bytes.subarray(at, end) };
}

/** In the shortest form, and of three bytes at most: 16 MiB. */
function longLength(bytes: Uint8Array, at: number, count: number): { readonly length: number; readonly size: number } {
  if (count === 0 || count > 3) throw new BadDer("a length that nobody needs");
  const digits = bytes.subarray(at + 1, at + 1 + count);
  const length = digits.reduce((sum, byte) => sum * 256 + byte, 0);
  const isShortest = digits[0] !== 0 && length >= 0x80;
  if (!isShortest) throw new BadDer("a length that is not in its shortest form");
  return { length, size: 1 + count };
}
