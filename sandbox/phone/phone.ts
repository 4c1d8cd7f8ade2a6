import type { Http } from "../../backend/providers/http.ts";
import type { HttpAnswer, HttpRequest, Route as HttpRoute } from "../../host/http.ts";
import { isLoopback } from "../midtrans/post.ts";
import { appRoutes } from "./app.ts";
import { readAsked } from "./asked.ts";
import { phoneFiles } from "./files.ts";
import type { Objection } from "./objections.ts";
import type { Wallet } from "./wallet.ts";
import { OBJECTION_WORDS, type Words } from "./words.ts";

export type PhoneOptions = {
  readonly wallet: Wallet;
  /** Where the phone lives on its server: `/phone`. */
  readonly at: string;
  /** The text of the QR code in a PNG. */
  readonly readPicture: (png: Uint8Array) => string | undefined;
  /** Fetches a stand's picture. */
  readonly http: Http;
  /** Looks at stands on other machines too. */
  readonly anywhere?: boolean;
};

/**
 * The customer's phone. `POST pay`: `{qr, issuer?, wallet?, late?}`, where `qr` is the code's text or a PNG as data URL, or the
 * PNG itself as the body; answers `{paid: true, amount, merchant}` or `{paid: false, because, words}`. `POST scan` says what
 * paying would do, also of a stand's screen: `{stand}`; `GET screen?stand=` is that screen. `GET open` lists what waits to be
 * paid, `GET history` what passed through wallets. `GET /` is the page.
 */
export function phoneRoutes(options: PhoneOptions): readonly HttpRoute[] {
  const { at, wallet } = options;
  return [
    ...phoneFiles(at),
    ...appRoutes({ at, wallet }),
    { method: "POST", path: `${at}/pay`, answer: async (request) => pay(options, request) },
    { method: "POST", path: `${at}/scan`, answer: (request) => scan(options, request) },
    { method: "GET", path: `${at}/screen`, answer: ({ query }) => screen(options, query.get("stand") ?? "") },
    {
      method: "GET",
      path: `${at}/open`,
      answer: async () => ({ status: 200, body: { open: wallet.open().map(shown) } }),
    },
    {
      method: "GET",
      path: `${at}/history`,
      answer: async () => ({ status: 200, body: { entries: wallet.history() } }),
    },
  ];
}

const shown = ({ orderId, amount, qr, expiresAt }: ReturnType<Wallet["open"]>[number]): object => ({
  order: orderId,
  amount,
  qr,
  expiresAt: new Date(expiresAt).toISOString(),
});

function pay({ wallet, readPicture }: PhoneOptions, request: HttpRequest): HttpAnswer {
  const asked = readAsked(request, readPicture);
  if ("bad" in asked) return malformed(asked.bad);
  const { issuer = "gopay", route, late } = asked;
  const how = { ...(route === undefined ? {} : { route }), ...(late === undefined ? {} : { late }) };
  const paid = wallet.pay(asked.qr, { issuer, ...how });
  if (paid.is === "refused") return { status: 200, body: { paid: false, ...said(paid.because) } };
  return { status: 200, body: { paid: true, amount: paid.amount, merchant: paid.merchant } };
}

async function scan(options: PhoneOptions, request: HttpRequest): Promise<HttpAnswer> {
  const asked = readAsked(request, options.readPicture);
  if ("bad" in asked) return malformed(asked.bad);
  const qr = asked.stand === undefined ? asked.qr : await qrOnScreen(options, asked.stand);
  if (typeof qr === "object") return { status: 200, body: { payable: false, ...qr } };
  const scanned = options.wallet.scan(qr);
  if (scanned.is === "refused") return { status: 200, body: { payable: false, ...said(scanned.because) } };
  const { amount, merchant, city, ownWallet } = scanned;
  return { status: 200, body: { payable: true, qr, amount, merchant, city, ownWallet } };
}

const said = (because: Objection): object => ({ because, words: OBJECTION_WORDS[because] });

const malformed = (message: string): HttpAnswer => ({ status: 400, body: { error: "malformed", message } });

const SCREEN_MAX_BYTES = 4 * 1_048_576;
const NO_CODE = { id: "Tidak ada kode QR di layar mesin.", en: "There is no QR code on the machine's screen." };
const NO_STAND = { id: "Mesin tidak terjangkau.", en: "The machine cannot be reached." };

type NoCode = { readonly because: string; readonly words: Words };

async function qrOnScreen(options: PhoneOptions, stand: string): Promise<string | NoCode> {
  const png = await screenOf(options, stand);
  if (png === undefined) return { because: "no-stand", words: NO_STAND };
  return options.readPicture(png) ?? { because: "no-code", words: NO_CODE };
}

/** The stand's screen for the page's view-finder, fetched here so that the page loads nothing from elsewhere. */
async function screen(options: PhoneOptions, stand: string): Promise<HttpAnswer> {
  const png = await screenOf(options, stand);
  if (png === undefined) return { status: 502, body: { error: "no-stand", message: NO_STAND.en } };
  const headers = { "content-type": "image/png", "x-content-type-options": "nosniff", "cache-control": "no-store" };
  return { status: 200, headers, body: png };
}

/** What the stand at this base address shows at this moment; `undefined` when it cannot be had. */
async function screenOf({ http, anywhere }: PhoneOptions, stand: string): Promise<Uint8Array | undefined> {
  const url = `${stand.replace(/\/+$/, "")}/screen.png`;
  if (anywhere !== true && !isLoopback(url)) return undefined;
  const signal = new AbortController().signal;
  const call = { method: "GET", url, headers: {}, timeoutMs: 3_000, signal, maxBytes: SCREEN_MAX_BYTES } as const;
  const outcome = await http.request(call);
  return outcome.is === "answer" && outcome.status === 200 && isPng(outcome.body) ? outcome.body : undefined;
}

const isPng = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(1, 4)).toString("latin1") === "PNG";
