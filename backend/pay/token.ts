import { createHmac, timingSafeEqual } from "node:crypto";
import type { Secret } from "../../host/secret.ts";
import type { OrderId } from "../../protocol/ids.ts";

/**
 * What the address of an order's page ends with: the order id and 80 bits of an HMAC-SHA256 over it, in Crockford's base 32
 * like the id itself. 42 capital letters and digits: nothing is kept for it, nobody guesses it, a QR code of it is small, and
 * it can be typed from a screen.
 */

const MAC_BYTES = 10;
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TOKEN = /^([0-7][0-9A-HJKMNP-TV-Z]{25})([0-9A-HJKMNP-TV-Z]{16})$/;
/** What a text that is no token is checked against, so that it takes as long. */
const NOTHING = "0".repeat(42);

/** A shorter key may be guessed, and with it every page. */
const KEY_LEAST = 32;

/** Throws `RangeError`, with nothing of the key, on one that is too short. */
export function checkPayKey(text: string): void {
  if (text.length >= KEY_LEAST) return;
  throw new RangeError(`has ${text.length} characters, ${KEY_LEAST} or more are needed: openssl rand -hex 32`);
}

export const payTokenOf = (order: OrderId, key: Secret): string => order + macOf(order, key);

/**
 * The order that a token is of; `undefined` for every other text, after the same time. Small letters, hyphens between groups,
 * and O, I and L for 0 and 1 are read as they were meant.
 */
export function readPayToken(text: string, key: Secret): OrderId | undefined {
  const token = TOKEN.exec(plainOf(text));
  const [, order = "", mac = ""] = token ?? TOKEN.exec(NOTHING) ?? [];
  const isOurs = timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(order, key)));
  return isOurs && token !== null ? (order as OrderId) : undefined;
}

const plainOf = (text: string): string =>
  text.slice(0, 80).toUpperCase().replaceAll("-", "").replaceAll("O", "0").replace(/[IL]/g, "1");

/** The words in front keep this use of the key apart from any other. */
function macOf(order: string, key: Secret): string {
  const mac = createHmac("sha256", key.reveal()).update(`qris-gateway pay page 1\n${order}`).digest();
  return base32(mac.subarray(0, MAC_BYTES));
}

/** Five bits a digit, the highest first. */
function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits.replace(/.{5}/g, (five) => DIGITS[Number.parseInt(five, 2)] ?? "");
}
