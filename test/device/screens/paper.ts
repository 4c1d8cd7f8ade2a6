import type { Frame } from "../../../device/device.ts";
import type { Entry } from "./tape.ts";

/** What lies on the paper, as the data sheet of the SSD1683 has it: memory 24h, shown by 20h, a bit a dot, 1 is white. */
export function paperOf(entries: readonly Entry[]): Frame | undefined {
  const sent = entries.flatMap((entry) => (entry.is === "bytes" ? [entry] : []));
  const isCommand = ({ dc, bytes }: (typeof sent)[number], code: number): boolean => dc === 0 && bytes[0] === code;
  const update = sent.findLastIndex((entry) => isCommand(entry, 0x20));
  const begin = sent.slice(0, update).findLastIndex((entry) => isCommand(entry, 0x24)) + 1;
  const end = sent.findIndex(({ dc }, at) => at >= begin && dc === 0);
  const dots = Buffer.concat(sent.slice(begin, end).map(({ bytes }) => bytes));
  return dots.length === 15_000 ? pictureOf(dots) : undefined;
}

function pictureOf(dots: Buffer): Frame {
  const rgba = new Uint8ClampedArray(400 * 300 * 4).fill(255);
  for (let dot = 0; dot < 400 * 300; dot += 1) {
    const isWhite = ((dots[Math.floor(dot / 8)] ?? 0) & (1 << (7 - (dot % 8)))) !== 0;
    if (!isWhite) rgba.fill(0, dot * 4, dot * 4 + 3);
  }
  return { width: 400, height: 300, rgba };
}

/** Black and white by what the eye sees of the colours. */
export function asOnPaper({ width, height, rgba }: Frame): Frame {
  const shown = new Uint8ClampedArray(rgba.length).fill(255);
  for (let at = 0; at < rgba.length; at += 4) {
    const [red = 0, green = 0, blue = 0] = rgba.subarray(at, at + 3);
    if (Math.floor((77 * red + 150 * green + 29 * blue) / 256) < 128) shown.fill(0, at, at + 3);
  }
  return { width, height, rgba: shown };
}
