import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { html, type Markup, verbatim } from "./html.ts";
import { plain, type Tongue, type Words, words } from "./tongue.ts";

/** What all pages have in common: their head, the switch of languages, style and script, and the policy that lets in no other. */

export type Frame = {
  readonly tongue: Tongue;
  readonly title: string;
  readonly main: Markup;
  /** Loads itself anew after so many seconds, in browsers without scripts. */
  readonly refreshSeconds?: number;
};

/** Renders a document, and says with which headers it goes. */
export type Press = {
  document(frame: Frame): string;
  readonly headers: Readonly<Record<string, string>>;
};

/** In one language, or in both: then the second is set smaller below. */
export const say = (words: Words, tongue: Tongue): Markup =>
  tongue === "both" ? html`${words.id} <span class="second" lang="en">${words.en}</span>` : html`${words[tongue]}`;

/** Style and script lie beside this file, in the source as in the build. */
export function openPress(): Press {
  const [style, script] = ["pay.css", "pay.js"].map((file) =>
    readFileSync(new URL(`./page/${file}`, import.meta.url), "utf8"),
  );
  const assets = { style: style ?? "", script: script ?? "" };
  return { document: (frame) => render(frame, assets).html, headers: headersFor(assets) };
}

type Assets = { readonly style: string; readonly script: string };

/** Nothing but the two texts of ours runs or paints; nothing else is fetched than the order's own state. */
function headersFor({ style, script }: Assets): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy.join("; "),
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
    vary: "accept-language",
    ...PRIVATE,
  };
}

/** Whoever has the address has the page: it is kept nowhere and told to nobody. */
export const PRIVATE = { "cache-control": "no-store", "referrer-policy": "no-referrer" } as const;

const hashOf = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;

const render = (frame: Frame, { style, script }: Assets): Markup => html`<!doctype html>
<html lang="${frame.tongue === "en" ? "en" : "id"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
<meta name="format-detection" content="telephone=no">
<title>${frame.title}</title>
<link rel="icon" href="data:,">
${refresh(frame)}<style>${verbatim(style)}</style>
</head>
<body>
<nav aria-label="${plain(LANGUAGE, frame.tongue)}">${switchTo("id", "Bahasa Indonesia", frame)}${switchTo("en", "English", frame)}</nav>
${frame.main}
<p id="said" class="unseen" role="status"></p>
<p id="offline" class="note" role="status" hidden>${say(OFFLINE, frame.tongue)}</p>
<script>${verbatim(script)}</script>
</body>
</html>
`;

const refresh = ({ refreshSeconds }: Frame): Markup | undefined =>
  refreshSeconds === undefined
    ? undefined
    : html`<noscript><meta http-equiv="refresh" content="${refreshSeconds}"></noscript>\n`;

const switchTo = (tongue: "id" | "en", name: string, frame: Frame): Markup =>
  frame.tongue === tongue
    ? html`<span aria-current="true" lang="${tongue}">${name}</span>`
    : html`<a href="?lang=${tongue}" lang="${tongue}" hreflang="${tongue}">${name}</a>`;

const LANGUAGE = words("Bahasa", "Language");
const OFFLINE = words(
  "Tidak tersambung. Halaman ini mencoba lagi sendiri.",
  "Not connected. This page tries again by itself.",
);
