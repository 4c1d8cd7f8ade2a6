import { generateKeyPairSync } from "node:crypto";
import { inspect } from "node:util";
import { calculateJwkThumbprint, exportJWK, importPKCS8 } from "jose";
import { describe, expect, test } from "vitest";
import type { StandId } from "../../protocol/ids.ts";
import {
  BadKey,
  keySetOf,
  newKeyPair,
  type PrivateJwk,
  privateKeyFrom,
  publicJwkSchema,
  publicKeyFrom,
  thumbprintOf,
} from "../../protocol/keys.ts";
import { STAND } from "./samples.ts";

/** The example key of RFC 8037, appendix A.1 and A.3. */
const rfc8037 = {
  kty: "OKP",
  crv: "Ed25519",
  d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
} satisfies PrivateJwk;

describe("the id of a key", () => {
  test("is the thumbprint that RFC 8037 gives for its example", () => {
    expect(privateKeyFrom(rfc8037).kid).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  });

  test("is the thumbprint that another library computes, for any key", async () => {
    const { publicJwk } = newKeyPair();
    expect(thumbprintOf(publicJwk)).toBe(await calculateJwkThumbprint(publicJwk));
  });
});

describe("a private key", () => {
  test("comes back from its PEM text as the same key", () => {
    const pair = newKeyPair();
    expect(privateKeyFrom(pair.pem).publicJwk).toEqual(pair.publicJwk);
  });

  test("comes back from a JWK that another library wrote", async () => {
    const pair = newKeyPair();
    const jwk = await exportJWK(await importPKCS8(pair.pem, "EdDSA", { extractable: true }));
    expect(privateKeyFrom(jwk as PrivateJwk).kid).toBe(pair.signing.kid);
  });

  test("is another one each time", () => {
    expect(newKeyPair().publicJwk.x).not.toBe(newKeyPair().publicJwk.x);
  });

  test("does not show when it is printed", () => {
    expect(inspect(privateKeyFrom(rfc8037), { depth: 9, showHidden: true })).not.toContain(rfc8037.d);
    expect(JSON.stringify(privateKeyFrom(rfc8037))).not.toContain(rfc8037.d);
  });

  test.each([
    ["an empty file", ""],
    ["a file of something else", "hello"],
    ["a public key", String(generateKeyPairSync("ed25519").publicKey.export({ format: "pem", type: "spki" }))],
    ["a JWK without d", { ...rfc8037, d: undefined } as unknown as PrivateJwk],
    ["a JWK whose d is too short", { ...rfc8037, d: "AAAA" }],
  ])("cannot be %s", (_, source) => {
    expect(() => privateKeyFrom(source)).toThrow(BadKey);
  });

  test("of another kind is refused by name", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pem = String(privateKey.export({ format: "pem", type: "pkcs8" }));
    expect(() => privateKeyFrom(pem)).toThrow("of type ec: expected Ed25519");
  });

  test("that is unreadable is not quoted in the error", () => {
    expect(() => privateKeyFrom("-----BEGIN PRIVATE KEY-----\nsecret")).toThrow(expect.not.stringContaining("secret"));
  });
});

describe("a public key", () => {
  const { publicJwk } = newKeyPair();

  test("may carry other members, which are dropped", () => {
    expect(publicJwkSchema.parse({ ...publicJwk, use: "sig", alg: "EdDSA" })).toEqual(publicJwk);
  });

  test.each([
    ["a private key", rfc8037],
    ["a key of another curve", { ...publicJwk, crv: "X25519" }],
    ["a point of 31 bytes", { ...publicJwk, x: publicJwk.x.slice(0, 42) }],
    ["a point with spare bits set", { ...publicJwk, x: `${publicJwk.x.slice(0, 42)}B` }],
    ["nothing", undefined],
  ])("is not %s", (_, source) => {
    expect(publicJwkSchema.safeParse(source).success).toBe(false);
    expect(() => publicKeyFrom(source as typeof publicJwk)).toThrow(BadKey);
  });
});

describe("a set of keys", () => {
  test("knows every key by its id, several of one owner too", () => {
    const [old, fresh] = [newKeyPair(), newKeyPair()];
    const keys = keySetOf([old, fresh].map(({ publicJwk }) => ({ owner: STAND, jwk: publicJwk })));
    expect([keys.get(old.signing.kid)?.owner, keys.get(fresh.signing.kid)?.owner]).toEqual([STAND, STAND]);
  });

  test("does not give one key to two owners", () => {
    const { publicJwk } = newKeyPair();
    const both = [STAND, "lobby-2" as StandId].map((owner) => ({ owner, jwk: publicJwk }));
    expect(() => keySetOf(both)).toThrow("belongs to both lobby-1 and lobby-2");
  });
});
