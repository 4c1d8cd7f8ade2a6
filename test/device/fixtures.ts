import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import jsqr from "jsqr";
import type { Frame, Strip } from "../../device/device.ts";
import { framePng, stripPng } from "../../device/drawing/canvas.ts";
import { needs } from "../support/needs.ts";

/** The `qr_string` of Midtrans' public sample of a QRIS charge: 247 characters. */
export const SAMPLE_QRIS =
  "00020101021226620014COM.GO-JEK.WWW011993600914349052630340210G4905263030303UKE51440014ID.CO.QRIS.WWW0215AID0607336128660303UKE5204341453033605802ID5904Test6007BANDUNG6105402845409789000.0062475036c032f87c-f773-4619-aefa-675e1f06f9210703A016304A623";

/** What a code of version 12 at level M holds at most when nothing in it is digits only. */
export const LARGEST_QRIS = "qr".repeat(143).concat("!");

const run = promisify(execFile);

/** What zbar reads in a PNG; undefined when nothing. */
export async function zbarRead(png: Uint8Array): Promise<string | undefined> {
  const zbarimg = needs("zbarimg");
  const folder = await mkdtemp(join(tmpdir(), "qris-zbar-"));
  try {
    const file = join(folder, "picture.png");
    await writeFile(file, png);
    const { stdout } = await run(zbarimg, ["--raw", "-q", "-Sdisable", "-Sqrcode.enable", file]);
    return stdout.replace(/\n$/u, "");
  } catch {
    return undefined;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What jsqr, a second reader, reads in a frame; undefined when nothing. */
export const jsqrRead = (frame: Frame): string | undefined => jsqr.default(frame.rgba, frame.width, frame.height)?.data;

/** What both readers read in a frame. */
export const readBoth = async (frame: Frame) => ({ zbar: await zbarRead(framePng(frame)), jsqr: jsqrRead(frame) });

/** Paper as a camera sees it: with a white margin around. */
export const readPaper = (strip: Strip): Promise<string | undefined> => zbarRead(stripPng(strip));

/** How many pixels differ; all when there is no picture, or one of another size. Value by value vitest takes seconds. */
export function differing(shown: Frame | undefined, expected: Frame): number {
  const { width, height, rgba } = expected;
  if (shown?.width !== width || shown.height !== height) return width * height;
  const [one, other] = [new Uint32Array(shown.rgba.slice().buffer), new Uint32Array(rgba.slice().buffer)];
  return one.reduce((count, pixel, at) => (pixel === other[at] ? count : count + 1), 0);
}

/** A frame whose pixels tell frames apart. */
export function plainFrame(width: number, height: number, shade: number): Frame {
  return { width, height, rgba: new Uint8ClampedArray(width * height * 4).fill(shade) };
}

export function plainStrip(width: number, height: number): Strip {
  return { width, height, black: Uint8Array.from({ length: width * height }, (_, dot) => dot % 2) };
}
