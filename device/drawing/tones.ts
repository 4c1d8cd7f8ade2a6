import type { Sign } from "./marks.ts";
import type { Tone } from "./page.ts";

/** `base` fills, `deep` is its darker edge, `on` is written on both, `soft` says less, `accent` draws the eye. */
export type Palette = {
  readonly base: string;
  readonly deep: string;
  readonly on: string;
  readonly soft: string;
  readonly accent: string;
  readonly sign: Sign;
  readonly badge: { readonly ground: string; readonly ink: string };
};

const YELLOW = { ground: "#ffe100", ink: "#1a1a00" };
const BLACK = { ground: "#1a1a00", ink: "#ffe100" };

/** Every `on` has at least 7:1 contrast to its `base`, every `soft` at least 4.5:1 (WCAG 2.2). */
export const PALETTES: Readonly<Record<Tone, Palette>> = {
  calm: {
    base: "#12233f",
    deep: "#0a172c",
    on: "#ffffff",
    soft: "#b4c5de",
    accent: "#3ddbb0",
    sign: "notice",
    badge: YELLOW,
  },
  good: {
    base: "#06603a",
    deep: "#04482b",
    on: "#ffffff",
    soft: "#bdf0d3",
    accent: "#6ff0b0",
    sign: "done",
    badge: YELLOW,
  },
  warn: {
    base: "#ffc12e",
    deep: "#f5ac00",
    on: "#241a00",
    soft: "#4a3800",
    accent: "#241a00",
    sign: "caution",
    badge: BLACK,
  },
  busy: {
    base: "#153f9e",
    deep: "#0f2f7a",
    on: "#ffffff",
    soft: "#c5d6ff",
    accent: "#7fd4ff",
    sign: "wait",
    badge: YELLOW,
  },
};

export const PAPER = "#ffffff";
/** The ground of a menu, its cards, and what is written on them. */
export const MENU = { ground: "#e9eef5", card: "#ffffff", ink: "#12233f", price: "#06603a" } as const;
/** The end of a countdown. */
export const URGENT = "#ff8a3d";
