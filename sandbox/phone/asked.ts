import type { HttpRequest } from "../../host/http.ts";
import { type Route, routes } from "../midtrans/acquirer.ts";
import { type Lateness, latenessSchema } from "../midtrans/fault.ts";
import { jsonIn, objectIn } from "../midtrans/json.ts";

/** What was asked of the phone. `qr` is the code's text, `undefined` where a picture showed none. */
export type Asked =
  | {
      readonly qr: string | undefined;
      readonly issuer?: string;
      readonly route?: Route;
      /** Midtrans shall hear of the payment later, or never. */
      readonly late?: Lateness;
      /** Base address of a stand whose screen is to be looked at. */
      readonly stand?: string;
    }
  | { readonly bad: string };

const QR_MAX = 1_024;
const PICTURE = /^data:image\/png;base64,([A-Za-z0-9+/=\s]*)$/;

/** Reads a PNG, or JSON with `qr`, `stand`, `issuer`, `wallet` and `late`. Total. */
export function readAsked(
  request: Pick<HttpRequest, "headers" | "body">,
  readPicture: (png: Uint8Array) => string | undefined,
): Asked {
  if (/^image\//.test(request.headers["content-type"] ?? "")) return { qr: readPicture(request.body) };
  const json = parse(request.body);
  if (json === undefined) return { bad: 'Send JSON such as {"qr": "000201…"}, or a picture as image/png.' };
  const { qr, stand, issuer, wallet, late } = json;
  if (issuer !== undefined && !isName(issuer)) return { bad: "issuer must be a name of 1 to 50 characters." };
  const route = routes.find((each) => each === wallet);
  if (wallet !== undefined && route === undefined) return { bad: "wallet is on-us or off-us." };
  const lateness = latenessSchema.optional().safeParse(late);
  if (!lateness.success) return { bad: 'late is like {"ms": 60000, "if_ended": "return"}, or "settle".' };
  const payer = {
    ...(lateness.data === undefined ? {} : { late: lateness.data }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(route === undefined ? {} : { route }),
  };
  if (typeof stand === "string") return { qr: undefined, stand, ...payer };
  return typeof qr === "string" ? { qr: textOf(qr, readPicture), ...payer } : { bad: "qr is missing." };
}

type Fields = { readonly [Name in "qr" | "stand" | "issuer" | "wallet" | "late"]?: unknown };

function parse(body: Uint8Array): Fields | undefined {
  const json = jsonIn(body);
  return json === "malformed" ? undefined : objectIn(json.value);
}

const isName = (value: unknown): value is string => typeof value === "string" && /^[\w .&'-]{1,50}$/.test(value);

function textOf(qr: string, readPicture: (png: Uint8Array) => string | undefined): string | undefined {
  const [, base64] = PICTURE.exec(qr) ?? [];
  if (base64 !== undefined) return readPicture(Buffer.from(base64, "base64"));
  return qr.length <= QR_MAX ? qr.trim() : undefined;
}
