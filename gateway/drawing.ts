import type { Frame, Strip } from "../device/device.ts";
import type { DrawnSlip } from "../device/drawing/draw-slip.ts";
import type { DrawnPage, Page, Size } from "../device/drawing/page.ts";
import type { Slip } from "../device/drawing/slip.ts";
import { youngGarbage } from "./young-garbage.ts";

/** How pages and slips become pictures. */
export type Drawing = {
  page(page: Page, size: Size): DrawnPage;
  slip(slip: Slip, dots: number): DrawnSlip;
  /** What a printer is judged by; `lines` say which stand it is. */
  testStrip?(dots: number, lines: readonly string[]): Strip;
  /** A PNG file of a page, of at most so many bytes. */
  png?(frame: Frame, mostBytes: number): Promise<Uint8Array | undefined>;
  /** Frees what the last page left behind. */
  tidy?(): void;
};

/** Canvas and fonts weigh 30 MB: a stand that has nothing to draw on does without. */
export async function loadDrawing(): Promise<Drawing> {
  const [{ drawPage }, { drawSlip }, { drawTestStrip }, { smallPng }] = await Promise.all([
    import("../device/drawing/draw-page.ts"),
    import("../device/drawing/draw-slip.ts"),
    import("../device/drawing/test-strip.ts"),
    import("../device/drawing/small-png.ts"),
  ]);
  const testStrip = (dots: number, lines: readonly string[]): Strip => drawTestStrip({ dots, lines });
  return { page: drawPage, slip: drawSlip, testStrip, png: smallPng, tidy: youngGarbage() };
}

export const nothingToDrawOn: Drawing = {
  page: () => {
    throw new Error("this stand has no screen");
  },
  slip: () => {
    throw new Error("this stand has no printer");
  },
};
