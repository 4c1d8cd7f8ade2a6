import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

/** docs.midtrans.com/reference/security-specification. */
const SHORTEST_BITS = 2_048;

/** The merchant's own key, PEM. Throws `RangeError` on what is no RSA private key of 2048 bits or more; never tells its content. */
export const readPrivateKey = (pem: string): KeyObject =>
  checked(() => createPrivateKey(pem), "the merchant's private key is no RSA key in PEM: BEGIN PRIVATE KEY");

/** Midtrans' key for notifications, PEM, or the bare base64 in it as the dashboard shows it. Throws `RangeError`. */
export function readPublicKey(text: string): KeyObject {
  const isPem = text.includes("-----BEGIN");
  if (text.includes("PRIVATE KEY"))
    throw new RangeError("Midtrans' public key is a private key: is it the right file?");
  const read = (): KeyObject =>
    createPublicKey(isPem ? text : { key: Buffer.from(text, "base64"), format: "der", type: "spki" });
  return checked(read, "Midtrans' public key is no RSA key in PEM: BEGIN PUBLIC KEY");
}

function checked(read: () => KeyObject, complaint: string): KeyObject {
  const key = readOr(read, complaint);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== "rsa" || bits < SHORTEST_BITS) throw new RangeError(`${complaint}, 2048 bits or more`);
  return key;
}

function readOr(read: () => KeyObject, complaint: string): KeyObject {
  try {
    return read();
  } catch {
    throw new RangeError(complaint);
  }
}
