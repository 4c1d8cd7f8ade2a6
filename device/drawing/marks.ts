import type { Box } from "./box.ts";
import type { QrCode } from "./qr.ts";

export type Weight = "regular" | "bold";

/** The width of `text` in multiples of the type size. */
export type Measure = (text: string, weight: Weight) => number;

/** The signs stand for the four tones of a page. */
export type Sign = "notice" | "done" | "caution" | "wait";

/** One line of text in its own line box; nothing of it is drawn outside. `size` is the type size in pixels. */
export type TextMark = {
  readonly is: "text";
  readonly text: string;
  readonly box: Box;
  readonly size: number;
  readonly weight: Weight;
  readonly color: string;
};

/**
 * What a picture consists of, in the order of painting. Layout ends here and knows no canvas; painting begins here and
 * decides nothing.
 */
export type Mark =
  | TextMark
  | { readonly is: "area"; readonly box: Box; readonly color: string; readonly radius?: number }
  | { readonly is: "sign"; readonly box: Box; readonly sign: Sign; readonly disc: string; readonly ink: string }
  /** The box includes the quiet zone; `module` is whole pixels a module. */
  | { readonly is: "qr"; readonly box: Box; readonly module: number; readonly code: QrCode };
