import type { Frame } from "../device.ts";
import type { QrRefusal } from "./qr.ts";

/** What a page feels like from three metres away: it decides colours and the sign. */
export type Tone = "calm" | "good" | "warn" | "busy";

/** One thing said twice: first large, then, for who does not read the first language, smaller below. */
export type Words = { readonly first: string; readonly second?: string };

/** One product of a menu: `key` is what stands on the button to press, `value` is set to the right. */
export type MenuRow = { readonly key: string; readonly label: string; readonly value: string };

/**
 * What somebody who mends a stand reads. `rows`: the most needed first, in one language; where not all of them find room, some
 * are shown in each turn, by the count of `turn`. `wires`: how each input stands.
 */
export type Report = {
  readonly turn?: number;
  readonly rows: readonly { readonly label: string; readonly value: string; readonly isBad?: boolean }[];
  readonly wires: readonly { readonly label: string; readonly is: "active" | "idle" | "unknown" }[];
};

/**
 * What a screen shall say. Knows nothing of money or orders. Texts may be of any length: they wrap, then shrink, then are
 * dropped or cut with "…", least important first (seconds before firsts, lines before the title, the title before the
 * figure), and never leave the screen or lie on another. A QR code takes its room before any text does.
 */
export type Page = {
  readonly tone: Tone;
  readonly title: Words;
  /** The one thing to read from afar: an amount, a code to tell the staff. Kept when all else is dropped. */
  readonly figure?: string;
  readonly lines?: readonly Words[];
  /** `caption` is small print for the code: whose it is, by which number. */
  readonly qr?: { readonly text: string; readonly caption?: Words };
  /** A smaller code beside a message, where it costs none of the words: for who wants to read on elsewhere. */
  readonly aside?: { readonly text: string; readonly caption?: Words };
  /** 1 to 6 rows; what is beyond is not drawn. Not shown beside a QR code. */
  readonly menu?: readonly MenuRow[];
  /** In place of lines, menu and codes. */
  readonly report?: Report;
  /** What the customer can do now, or whom to call. Along the bottom. */
  readonly footer?: Words;
  /** Time left as a bar and as minutes and seconds. */
  readonly countdown?: { readonly leftMs: number; readonly ofMs: number };
  /** A mark that must not be overlooked, such as "MODE UJI". */
  readonly badge?: string;
};

/** Pixels; whole, at least 1. `leastModule`: of a QR code's module, where the glass is fine enough for fewer than three. */
export type Size = { readonly width: number; readonly height: number; readonly leastModule?: number };

/** A frame of exactly `size`, or the numbers why its QR code cannot be drawn so that phones read it. */
export type DrawnPage = Frame | QrRefusal;
