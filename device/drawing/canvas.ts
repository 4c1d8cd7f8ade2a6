import { fileURLToPath } from "node:url";
import { Canvas, GlobalFonts, ImageData, loadImage, type SKRSContext2D } from "@napi-rs/canvas";
import type { Frame, Strip } from "../device.ts";
import type { Box } from "./box.ts";
import type { Mark, Measure, Sign, TextMark, Weight } from "./marks.ts";
import { QUIET_ZONE } from "./qr.ts";

/** The fonts lie beside this file, in the source as in the build. */
const FONTS: Readonly<Record<Weight, { readonly family: string; readonly file: URL }>> = {
  regular: { family: "StandRegular", file: new URL("./fonts/Roboto-Regular.ttf", import.meta.url) },
  bold: { family: "StandBold", file: new URL("./fonts/Roboto-Bold.ttf", import.meta.url) },
};

/** Where letters stand in a line of 1.2 times their size. */
const BASELINE = 0.94;
const MEASURED_AT = 100;

/** Paints `marks` on `paper` (a CSS colour), in order. */
export function paint(marks: readonly Mark[], width: number, height: number, paper: string): Frame {
  haveFonts();
  const context = new Canvas(width, height).getContext("2d");
  context.fillStyle = paper;
  context.fillRect(0, 0, width, height);
  for (const mark of marks) paintMark(context, mark);
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, rgba: new Uint8ClampedArray(data) };
}

/** A measure that remembers what it has measured; make one for each drawing. */
export function newMeasure(): Measure {
  haveFonts();
  const context = new Canvas(1, 1).getContext("2d");
  const known = new Map<string, number>();
  return (text, weight) => {
    const key = `${weight} ${text}`;
    const width = known.get(key) ?? widthOf(context, text, weight);
    known.set(key, width);
    return width;
  };
}

/** Black where the picture is darker than two thirds grey: thin strokes stay whole on thermal paper. */
export function threshold({ width, height, rgba }: Frame): Strip {
  const black = Uint8Array.from({ length: width * height }, (_, dot) => ((rgba[dot * 4] ?? 255) < 170 ? 1 : 0));
  return { width, height, black };
}

export const framePng = (frame: Frame): Buffer => canvasOf(frame).toBuffer("image/png");

/** Black on white, as on paper. */
export function stripPng(strip: Strip): Buffer {
  const rgba = new Uint8ClampedArray(strip.width * strip.height * 4).fill(255);
  for (const [dot, black] of strip.black.entries()) if (black === 1) rgba.fill(0, dot * 4, dot * 4 + 3);
  return framePng({ width: strip.width, height: strip.height, rgba });
}

/** Reads a PNG of at most 4,096 pixels a side. Rejects when it is something else. */
export async function readPng(bytes: Uint8Array): Promise<Frame> {
  const image = await loadImage(Buffer.from(bytes));
  const { width, height } = image;
  if (width < 1 || height < 1 || width > 4096 || height > 4096)
    throw new RangeError(`a picture of ${width} × ${height} pixels is not read: 1 to 4,096 a side`);
  const context = new Canvas(width, height).getContext("2d");
  context.drawImage(image, 0, 0);
  return { width, height, rgba: new Uint8ClampedArray(context.getImageData(0, 0, width, height).data) };
}

/** Fonts belong to the graphics library as a whole; registering them again does nothing. */
function haveFonts(): void {
  for (const { family, file } of Object.values(FONTS)) {
    if (GlobalFonts.has(family)) continue;
    const path = fileURLToPath(file);
    if (GlobalFonts.registerFromPath(path, family) === null)
      throw new Error(`the font ${path} cannot be read: the installation is incomplete, install it again`);
  }
}

const fontOf = (size: number, weight: Weight): string => `${size}px ${FONTS[weight].family}`;

function widthOf(context: SKRSContext2D, text: string, weight: Weight): number {
  context.font = fontOf(MEASURED_AT, weight);
  return context.measureText(text).width / MEASURED_AT;
}

function canvasOf(frame: Frame): Canvas {
  const canvas = new Canvas(frame.width, frame.height);
  canvas.getContext("2d").putImageData(new ImageData(frame.rgba, frame.width, frame.height), 0, 0);
  return canvas;
}

function paintMark(context: SKRSContext2D, mark: Mark): void {
  switch (mark.is) {
    case "area":
      paintArea(context, mark);
      break;
    case "text":
      paintText(context, mark);
      break;
    case "sign":
      paintSign(context, mark);
      break;
    case "qr":
      paintQr(context, mark);
      break;
  }
}

function paintArea(context: SKRSContext2D, { box, color, radius = 0 }: Mark & { is: "area" }): void {
  context.fillStyle = color;
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, Math.min(radius, box.width / 2, box.height / 2));
  context.fill();
}

function paintText(context: SKRSContext2D, { text, box, size, weight, color }: TextMark): void {
  context.save();
  clip(context, box);
  context.font = fontOf(size, weight);
  context.fillStyle = color;
  context.fillText(text, box.x, box.y + Math.round(size * BASELINE));
  context.restore();
}

function clip(context: SKRSContext2D, box: Box): void {
  context.beginPath();
  context.rect(box.x, box.y, box.width, box.height);
  context.clip();
}

function paintQr(context: SKRSContext2D, { box, module, code }: Mark & { is: "qr" }): void {
  context.fillStyle = "#ffffff";
  context.fillRect(box.x, box.y, box.width, box.height);
  context.fillStyle = "#000000";
  for (const [index, dark] of code.dark.entries()) {
    const column = (index % code.modules) + QUIET_ZONE;
    const row = Math.floor(index / code.modules) + QUIET_ZONE;
    if (dark === 1) context.fillRect(box.x + column * module, box.y + row * module, module, module);
  }
}

/** Strokes in a square of 100, and dots `[x, y, radius]`. */
const SIGNS: Readonly<Record<Sign, { readonly strokes: readonly number[][]; readonly dots: readonly number[][] }>> = {
  done: { strokes: [[29, 52, 44, 67, 72, 36]], dots: [] },
  caution: { strokes: [[50, 26, 50, 55]], dots: [[50, 73, 6]] },
  notice: { strokes: [[50, 46, 50, 73]], dots: [[50, 28, 6]] },
  wait: {
    strokes: [],
    dots: [
      [28, 50, 7],
      [50, 50, 7],
      [72, 50, 7],
    ],
  },
};

function paintSign(context: SKRSContext2D, { box, sign, disc, ink }: Mark & { is: "sign" }): void {
  const side = Math.min(box.width, box.height);
  context.save();
  context.translate(box.x, box.y);
  context.scale(side / 100, side / 100);
  paintDot(context, [50, 50, 50], disc);
  context.strokeStyle = ink;
  context.lineWidth = 10;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of SIGNS[sign].strokes) paintStroke(context, stroke);
  for (const dot of SIGNS[sign].dots) paintDot(context, dot, ink);
  context.restore();
}

function paintStroke(context: SKRSContext2D, points: readonly number[]): void {
  context.beginPath();
  for (let at = 0; at < points.length; at += 2) context.lineTo(points[at] ?? 0, points[at + 1] ?? 0);
  context.stroke();
}

function paintDot(context: SKRSContext2D, [x = 0, y = 0, radius = 0]: readonly number[], color: string): void {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}
