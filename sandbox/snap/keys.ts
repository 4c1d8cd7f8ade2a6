import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import type { Random } from "../../protocol/ids.ts";
import { newUuid } from "../midtrans/uuid.ts";

/** What merchant and Midtrans know of each other. Keys are PEM; the two private halves belong to one side each. */
export type SnapKeys = {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly partnerId: string;
  readonly merchant: KeyPair;
  readonly provider: KeyPair;
};

export type KeyPair = { readonly publicKey: string; readonly privateKey: string };

const generate = promisify(generateKeyPair);

/** Fresh keys: RSA of 2048 bits, as Midtrans asks for at least. */
export async function newSnapKeys(random: Random): Promise<SnapKeys> {
  const [merchant, provider] = await Promise.all([newPair(), newPair()]);
  const clientSecret = newUuid(random).replaceAll("-", "");
  return { clientId: newUuid(random), clientSecret, partnerId: newUuid(random), merchant, provider };
}

const newPair = (): Promise<KeyPair> =>
  generate("rsa", {
    modulusLength: 2_048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
