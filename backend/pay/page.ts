import { showRupiah } from "../../protocol/rupiah.ts";
import { type Contact, contactPart } from "./contact.ts";
import { type Frame, say } from "./document.ts";
import { html, type Markup } from "./html.ts";
import { qrSvg } from "./qr-svg.ts";
import type { Fact, Paying, Sheet } from "./sheet.ts";
import { plain, type Tongue, type Words, words } from "./tongue.ts";
import type { Help } from "./words.ts";

export type PageParts = {
  readonly sheet: Sheet;
  readonly tongue: Tongue;
  readonly contact: Contact;
  /** The provider's test service: what is paid may be real money all the same. */
  readonly isTest: boolean;
  /** The wallet has led the customer back. */
  readonly isBack: boolean;
  /** Names what the page says: another name, another page. */
  readonly mark: string;
  /** How long until it is worth looking again. */
  readonly againMs: number;
};

/** One order's page. Reads the same without its script, which only keeps it up to date. */
export function orderPage(parts: PageParts): Frame {
  const { sheet, tongue, againMs } = parts;
  const { said, amount } = sheet;
  const title = plain(said.title, tongue);
  return {
    tongue,
    title: amount === undefined ? title : `${showRupiah(amount)} · ${title}`,
    main: mainPart(parts),
    ...(said.tone === "wait" || said.tone === "good" ? refreshIn(againMs) : {}),
  };
}

const SLOWEST_REFRESH_MS = 20_000;
const refreshIn = (ms: number) => (ms > SLOWEST_REFRESH_MS ? {} : { refreshSeconds: Math.ceil(ms / 1000) });

const mainPart = (parts: PageParts): Markup => html`<main data-mark="${parts.mark}" data-again-ms="${parts.againMs}">
${parts.isTest ? html`<p class="badge">MODE UJI / TEST MODE</p>` : undefined}
${statusPart(parts)}
${parts.sheet.paying && payPart(parts.sheet.paying, parts.tongue)}
${parts.sheet.said.help && helpPart(parts.sheet.said.help, parts)}
${factsPart(parts.sheet.facts, parts.tongue)}
</main>`;

function statusPart({ sheet, tongue, isBack }: PageParts): Markup {
  const { said, amount, paying, claim } = sheet;
  const isUnsure = isBack && paying !== undefined;
  const lines = isUnsure ? [NOT_HEARD_YET, ...said.lines] : said.lines;
  return html`<section class="status ${said.tone}">
<h1>${say(isUnsure ? WAITING : said.title, tongue)}</h1>
${amount === undefined ? undefined : html`<p class="amount">${showRupiah(amount)}</p>`}
${lines.map((line) => html`<p>${say(line, tongue)}</p>`)}
${said.tone === "warn" ? html`<p class="claim">${claim}</p>` : undefined}
</section>`;
}

/** On a phone the wallet's own link comes first; the code is for another phone, or for a picture of it. */
const payPart = ({ qr, deeplink, leftMs }: Paying, tongue: Tongue): Markup => html`<section class="pay">
<p class="left">${say(TIME_LEFT, tongue)} <b id="left" data-left-ms="${leftMs}">${clockText(leftMs)}</b></p>
${deeplink === undefined ? undefined : html`<p><a class="button" rel="noreferrer" href="${deeplink}">${say(GOPAY, tongue)}</a></p>`}
<h2>${say(deeplink === undefined ? SCAN : OR_SCAN, tongue)}</h2>
${qrSvg(qr, plain(QR_LABEL, tongue))}
<p class="note">${say(PICTURE, tongue)}</p>
</section>`;

const helpPart = (help: Help, { sheet, contact, tongue }: PageParts): Markup => html`<section class="help">
<h2>${say(help.title, tongue)}</h2>
${help.lines.map((line) => html`<p>${say(line, tongue)}</p>`)}
${contactPart(contact, sheet, tongue)}
</section>`;

const factsPart = (facts: readonly Fact[], tongue: Tongue): Markup => html`<section class="facts">
<h2>${say(YOUR_ORDER, tongue)}</h2>
<dl>${facts.map(
  ({ label, values }) => html`<div><dt>${say(label, tongue)}</dt>
${values.map((value) => html`<dd>${typeof value === "string" ? value : say(value, tongue)}</dd>`)}</div>
`,
)}</dl>
</section>`;

/** `2:41`; the last second is 0:01. */
export function clockText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** For every address that is no order's, in both languages whatever the browser likes. */
export const unknownPage = (): Frame => messagePage(NO_PAGE, [CHECK_ADDRESS, ASK_STAFF]);
export const tooOftenPage = (): Frame => messagePage(TOO_OFTEN, [WAIT_A_MINUTE]);
/** The journal does not answer. */
export const troublePage = (): Frame => ({ ...messagePage(OUT_OF_ORDER, [MONEY_IS_SAFE]), refreshSeconds: 10 });

function messagePage(title: Words, lines: readonly Words[]): Frame {
  const main = html`<main><section class="status over"><h1>${say(title, "both")}</h1>
${lines.map((line) => html`<p>${say(line, "both")}</p>`)}</section></main>`;
  return { tongue: "both", title: plain(title, "both"), main };
}

const WAITING = words("Menunggu kabar pembayaran", "Waiting for word of your payment");
const NOT_HEARD_YET = words(
  "Layanan pembayaran belum memberi kabar. Sudah membayar? Tunggu, jangan membayar lagi.",
  "The payment service has not told us yet. Have you paid? Then wait, and do not pay again.",
);
const TIME_LEFT = words("Sisa waktu", "Time left");
const GOPAY = words("Bayar dengan GoPay", "Pay with GoPay");
const SCAN = words("Pindai dengan aplikasi QRIS apa pun", "Scan with any QRIS app");
const OR_SCAN = words("Atau pindai dengan aplikasi QRIS apa pun", "Or scan with any QRIS app");
const QR_LABEL = words("Kode QRIS untuk pesanan ini", "QRIS code of this order");
const PICTURE = words(
  "Membayar dari ponsel ini? Ambil tangkapan layar, lalu buka dari galeri di aplikasi Anda.",
  "Paying from this phone? Take a screenshot, and open it from the gallery in your app.",
);
const YOUR_ORDER = words("Pesanan Anda", "Your order");
const NO_PAGE = words("Halaman ini tidak ada", "There is no such page");
const CHECK_ADDRESS = words(
  "Periksa alamatnya, atau pindai lagi kode di struk atau di layar mesin.",
  "Check the address, or scan the code on the receipt or the machine's screen again.",
);
const ASK_STAFF = words("Untuk bantuan, hubungi petugas.", "For help, ask the staff.");
const TOO_OFTEN = words("Terlalu sering", "Too many requests");
const WAIT_A_MINUTE = words("Tunggu satu menit, lalu muat ulang.", "Wait a minute, then load the page again.");
const OUT_OF_ORDER = words("Halaman ini sedang terganggu", "This page is out of order for a moment");
const MONEY_IS_SAFE = words(
  "Pembayaran Anda tidak terpengaruh. Halaman ini mencoba lagi sendiri.",
  "Your payment is not affected. This page tries again by itself.",
);
