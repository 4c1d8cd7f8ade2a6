import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { z } from "zod";
import { KEY_POINT } from "./ids.ts";
import type { Party } from "./statements.ts";

const point = z.string().regex(KEY_POINT);
const ed25519 = { kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: point };

/** An Ed25519 public key (RFC 8037). Other members are dropped, but a private `d` is refused: it has no business here. */
export const publicJwkSchema = z
  .object({ ...ed25519, d: z.undefined().optional() })
  .transform(({ kty, crv, x }) => ({ kty, crv, x }));
export type PublicJwk = z.output<typeof publicJwkSchema>;

const privateJwkSchema = z.object({ ...ed25519, d: point });
/** An Ed25519 private key (RFC 8037). Never leaves the machine that made it. */
export type PrivateJwk = z.output<typeof privateJwkSchema>;

/** What seals: shows nothing of the private key when printed. */
export type SigningKey = { readonly kid: string; readonly publicJwk: PublicJwk; readonly key: KeyObject };
/** What checks a seal. */
export type VerifyingKey = { readonly kid: string; readonly key: KeyObject };
export type KnownKey = { readonly owner: Party; readonly key: KeyObject };
/** Whose key a `kid` is; a `Map` will do. A key that is revoked is simply not in it. */
export type KeySet = Pick<ReadonlyMap<string, KnownKey>, "get">;

/** This is no Ed25519 key. The message names what was wrong and holds nothing of the key. */
export class BadKey extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BadKey";
  }
}

/** RFC 7638: SHA-256 of the required members in alphabetical order, in base64url. */
export const thumbprintOf = ({ crv, kty, x }: PublicJwk): string =>
  createHash("sha256").update(JSON.stringify({ crv, kty, x })).digest("base64url");

/** A fresh pair from the machine's own randomness. `pem` (PKCS #8) is the secret, for a file that only its owner reads. */
export function newKeyPair(): { readonly pem: string; readonly signing: SigningKey; readonly publicJwk: PublicJwk } {
  const { privateKey } = generateKeyPairSync("ed25519");
  const signing = signingKeyOf(privateKey);
  return { pem: String(privateKey.export({ format: "pem", type: "pkcs8" })), signing, publicJwk: signing.publicJwk };
}

/** Reads a private key: a JWK, or the text of a PEM file (PKCS #8). Throws `BadKey`. */
export function privateKeyFrom(source: PrivateJwk | string): SigningKey {
  const key = importPrivate(source);
  if (key === undefined) throw new BadKey("not a private key: expected PKCS #8 PEM text or a JWK with kty, crv, x, d");
  if (key.asymmetricKeyType !== "ed25519") {
    throw new BadKey(`a private key of type ${key.asymmetricKeyType}: expected Ed25519`);
  }
  return signingKeyOf(key);
}

/** Reads a public key. Throws `BadKey`; parse what comes from outside with `publicJwkSchema` before. */
export function publicKeyFrom(jwk: PublicJwk): VerifyingKey {
  const parsed = publicJwkSchema.safeParse(jwk);
  if (!parsed.success) throw new BadKey("not an Ed25519 public key: expected a JWK with kty OKP, crv Ed25519, x");
  return { kid: thumbprintOf(parsed.data), key: createPublicKey({ key: parsed.data, format: "jwk" }) };
}

/** Imports every key once. Throws `BadKey` when two parties claim one key: nobody could tell them apart. */
export function keySetOf(entries: Iterable<{ readonly owner: Party; readonly jwk: PublicJwk }>): Map<string, KnownKey> {
  const keys = new Map<string, KnownKey>();
  for (const { owner, jwk } of entries) {
    const { kid, key } = publicKeyFrom(jwk);
    const claimed = keys.get(kid)?.owner ?? owner;
    if (claimed !== owner) throw new BadKey(`key ${kid} belongs to both ${claimed} and ${owner}: give each its own`);
    keys.set(kid, { owner, key });
  }
  return keys;
}

function importPrivate(source: PrivateJwk | string): KeyObject | undefined {
  try {
    if (typeof source === "string") return createPrivateKey(source);
    return createPrivateKey({ key: privateJwkSchema.parse(source), format: "jwk" });
  } catch {
    return undefined;
  }
}

function signingKeyOf(key: KeyObject): SigningKey {
  const publicJwk = publicJwkSchema.parse(createPublicKey(key).export({ format: "jwk" }));
  return { kid: thumbprintOf(publicJwk), publicJwk, key };
}
