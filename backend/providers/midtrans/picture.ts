import type { Http } from "../http.ts";
import { readQrImage } from "../qr-image.ts";
import { isLoopback } from "./test-mode.ts";

export type PictureOptions = { readonly http: Http; readonly base: URL; readonly timeoutMs: number };
export type PictureRead =
  | { readonly is: "read"; readonly qr: string }
  | { readonly is: "unreadable"; readonly detail: string };

const OWN_HOST = /(?:^|\.)(?:midtrans\.com|veritrans\.co\.id)$/;
const MAX_PICTURE_BYTES = 512 * 1024;
/** As long as a QR payload may be (EMVCo) and an offer can carry. */
const LONGEST_QR = 512;

/** Fetches the charge's QR code as a picture and reads it; takes the first address that gives a readable one. */
export async function readPicture(
  options: PictureOptions,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<PictureRead> {
  const details: string[] = [];
  for (const address of addresses) {
    const read = await readOne(options, address, signal);
    if (read.is === "read") return read;
    details.push(read.detail);
  }
  return { is: "unreadable", detail: details.join("; ") || "no address of a picture" };
}

async function readOne(options: PictureOptions, address: string, signal: AbortSignal): Promise<PictureRead> {
  const { http, base, timeoutMs } = options;
  if (!isOwnAddress(address, base)) return unreadable(`${address.slice(0, 200)} is not an address of Midtrans`);
  const headers = { accept: "image/png" };
  const maxBytes = MAX_PICTURE_BYTES;
  const outcome = await http.request({ method: "GET", url: address, headers, timeoutMs, signal, maxBytes });
  if (outcome.is !== "answer") return unreadable(`picture ${outcome.is}: ${outcome.detail}`);
  if (outcome.status !== 200) return unreadable(`picture: HTTP ${outcome.status}`);
  const qr = readQrImage(outcome.body);
  return qr === undefined || qr.length > LONGEST_QR
    ? unreadable("picture without a readable code")
    : { is: "read", qr };
}

/**
 * The base address's own host, or over TLS any host of Midtrans: the host names in their answers vary and may change. Nothing
 * on this machine or its network can be reached through an answer, unless the provider itself runs here.
 */
export function isOwnAddress(address: string, base: URL): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.protocol !== "https:" && url.protocol !== "http:") return false;
  if (url.username !== "" || url.password !== "") return false;
  if (url.origin === base.origin || (isLoopback(base) && isLoopback(url))) return true;
  return url.protocol === "https:" && url.port === "" && OWN_HOST.test(url.hostname);
}

const unreadable = (detail: string): PictureRead => ({ is: "unreadable", detail });
