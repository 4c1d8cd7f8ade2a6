import { createHash, createHmac, createSign, createVerify, timingSafeEqual } from "node:crypto";

/**
 * Midtrans' side of BI-SNAP's signatures, written from its documentation on its own and not from the client that it checks
 * (docs.midtrans.com/reference/signature-generation).
 */

/** A string, or white space. */
const TOKENS = /("(?:[^"\\]|\\[\s\S])*")|[ \t\r\n]+/g;

/** White space between tokens taken out, all else kept to the letter. `latin1` maps bytes to letters one to one. */
export const minified = (body: Uint8Array): Buffer =>
  Buffer.from(
    Buffer.from(body)
      .toString("latin1")
      .replace(TOKENS, (_, text?: string) => text ?? ""),
    "latin1",
  );

const digestOf = (body: Uint8Array): string => createHash("sha256").update(minified(body)).digest("hex").toLowerCase();

export const isTokenRequestBy = (clientId: string, timestamp: string, signature: string, publicKey: string): boolean =>
  createVerify("RSA-SHA256").update(`${clientId}|${timestamp}`).verify(publicKey, signature, "base64");

export type SignedCall = {
  readonly path: string;
  readonly token: string;
  readonly body: Uint8Array;
  readonly timestamp: string;
};

export function isCallBy({ path, token, body, timestamp }: SignedCall, signature: string, secret: string): boolean {
  const text = `POST:${path}:${token}:${digestOf(body)}:${timestamp}`;
  const expected = createHmac("sha512", secret).update(text).digest();
  const received = Buffer.from(signature, "base64");
  return received.length === expected.length && timingSafeEqual(received, expected);
}

export const signNotification = (path: string, body: string, timestamp: string, privateKey: string): string =>
  createSign("RSA-SHA256")
    .update(`POST:${path}:${digestOf(Buffer.from(body))}:${timestamp}`)
    .sign(privateKey, "base64");
