import { promisify } from "node:util";
import { crc32, deflate, type ZlibOptions } from "node:zlib";
import type { Numbered } from "./few-colours.ts";

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const BY_PALETTE = 3;

const deflated = promisify<Buffer, ZlibOptions, Buffer>(deflate);

/**
 * A PNG file with a palette, as small as it will be (W3C PNG, 11.2): 1 to 256 colours, with 1, 2, 4 or 8 bits a pixel. Rows
 * are not filtered, which makes files of flat colours larger.
 */
export async function numberedPng(picture: Numbered): Promise<Uint8Array> {
  const bits = bitsFor(picture.colours.length);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header(picture, bits)),
    chunk("PLTE", Buffer.from(picture.colours.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))),
    chunk("IDAT", await deflated(packed(picture, bits), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function bitsFor(colours: number): number {
  if (colours <= 2) return 1;
  if (colours <= 4) return 2;
  return colours <= 16 ? 4 : 8;
}

function header({ width, height }: Numbered, bits: number): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  bytes[8] = bits;
  bytes[9] = BY_PALETTE;
  return bytes;
}

/** Rows of whole bytes, the leftmost pixel in the highest bits, each after a byte that says how it is filtered. */
function packed({ width, height, dots }: Numbered, bits: number): Buffer {
  const row = 1 + Math.ceil((width * bits) / 8);
  const bytes = Buffer.alloc(row * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const at = y * row + 1 + ((x * bits) >> 3);
      bytes[at] = (bytes[at] ?? 0) | ((dots[y * width + x] ?? 0) << (8 - bits - ((x * bits) & 7)));
    }
  return bytes;
}

/** Its length, its name, what it holds, and a checksum over name and content. */
function chunk(name: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const named = Buffer.concat([Buffer.from(name, "latin1"), content]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, checksum]);
}
