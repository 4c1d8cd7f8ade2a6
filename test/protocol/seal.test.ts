import fc from "fast-check";
import { CompactSign, compactVerify, importJWK, importPKCS8 } from "jose";
import { describe, expect, test } from "vitest";
import type { StandId } from "../../protocol/ids.ts";
import { type KeySet, keySetOf, newKeyPair } from "../../protocol/keys.ts";
import { seal, unsealDown, unsealUp } from "../../protocol/seal.ts";
import { STATEMENT_MAX_BYTES, type Statement } from "../../protocol/statements.ts";
import { chargeStatement, STAND, settledStatement } from "./samples.ts";

const stand = newKeyPair();
const backend = newKeyPair();
const stranger = newKeyPair();
const keys = keySetOf([
  { owner: STAND, jwk: stand.publicJwk },
  { owner: "backend", jwk: backend.publicJwk },
]);
const sealed = seal(chargeStatement, stand.signing);

/** A JWS made by somebody who holds the stand's key and chooses the header and the content freely. */
async function forge(header: Readonly<Record<string, unknown>>, payload: string, pem = stand.pem): Promise<string> {
  const key = await importPKCS8(pem, "EdDSA");
  return await new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg: "EdDSA", ...header })
    .sign(key, { crit: { weird: true } });
}
const usual = { kid: stand.signing.kid, typ: "qris+jws" };
const read = (text: string | Uint8Array) => unsealUp(text, keys, "backend");
const refused = (because: string) => ({ is: "refused", because: expect.stringContaining(because) });

describe("a sealed statement", () => {
  test("arrives as it was said, upwards and downwards", () => {
    expect(read(sealed)).toEqual({ is: "good", statement: chargeStatement });
    expect(unsealDown(seal(settledStatement, backend.signing), keys, STAND)).toEqual({
      is: "good",
      statement: settledStatement,
    });
  });

  test("reads the same from bytes, also from the middle of a larger buffer", () => {
    const around = Buffer.from(`xx${sealed}yy`);
    expect(read(new Uint8Array(around.buffer, around.byteOffset + 2, sealed.length))).toEqual(read(sealed));
  });

  test("is what another JOSE library calls good", async () => {
    const { payload, protectedHeader } = await compactVerify(sealed, await importJWK(stand.publicJwk, "EdDSA"));
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(chargeStatement);
    expect(protectedHeader).toEqual({ alg: "EdDSA", kid: stand.signing.kid, typ: "qris+jws" });
  });

  test("may be made by another JOSE library", async () => {
    expect(read(await forge(usual, JSON.stringify(chargeStatement)))).toEqual({
      is: "good",
      statement: chargeStatement,
    });
  });
});

describe("refused is", () => {
  test("any text in which one character is another", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ é\u0141\u{1F4B0}";
    const place = fc.nat(sealed.length - 1);
    fc.assert(
      fc.property(place, fc.constantFrom(...alphabet), (at, other) => {
        fc.pre(sealed[at] !== other);
        expect(read(sealed.slice(0, at) + other + sealed.slice(at + 1)).is).toBe("refused");
      }),
      { numRuns: 2000 },
    );
  });

  test("any bytes in which one bit is flipped, at every place", () => {
    const bytes = Buffer.from(sealed);
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      expect(read(flipped).is).toBe("refused");
    }
  });

  test("a character whose lower byte is the right one, at every place", () => {
    for (let at = 0; at < sealed.length; at++) {
      const folded = String.fromCharCode(sealed.charCodeAt(at) + 0x100);
      expect(read(sealed.slice(0, at) + folded + sealed.slice(at + 1))).toEqual(refused("compact JWS"));
    }
  });

  test("a second spelling of the same signature", () => {
    const last = sealed.at(-1) ?? "";
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const sameBytes = alphabet[alphabet.indexOf(last) ^ 1] ?? "";
    expect(read(sealed.slice(0, -1) + sameBytes)).toEqual(refused("signature"));
  });

  test("what is longer than a statement may be, before anything else is looked at", () => {
    expect(read("x".repeat(STATEMENT_MAX_BYTES + 1))).toEqual(refused("longer than"));
    expect(read(new Uint8Array(10_000_000))).toEqual(refused("longer than"));
  });

  test.each([
    ["the algorithm `none`", { alg: "none" }, "algorithm"],
    ["the algorithm HS256", { alg: "HS256" }, "algorithm"],
    ["Ed25519 under its newer name", { alg: "Ed25519" }, "algorithm"],
    ["another type", { typ: "JWT" }, "type"],
    ["no type", { typ: undefined }, "type"],
    ["critical extensions", { crit: ["weird"] }, "critical"],
    ["no key id", { kid: undefined }, "unknown"],
    ["a key id that is a number", { kid: 7 }, "unknown"],
    ["the key id `__proto__`", { kid: "__proto__" }, "unknown"],
    ["a stranger's key id", { kid: stranger.signing.kid }, "unknown"],
  ])("a header with %s", (_, change, because) => {
    const header = Buffer.from(JSON.stringify({ alg: "EdDSA", ...usual, ...change })).toString("base64url");
    expect(read(`${header}.${sealed.split(".").slice(1).join(".")}`)).toEqual(refused(because));
  });

  test("critical extensions, even well signed", async () => {
    const header = { ...usual, crit: ["weird"], weird: 1 };
    expect(read(await forge(header, JSON.stringify(chargeStatement)))).toEqual(refused("critical"));
  });

  test("a key that lies under its owner's id but is another's", async () => {
    expect(read(await forge(usual, JSON.stringify(chargeStatement), stranger.pem))).toEqual(refused("signature"));
  });

  test.each([
    ["no JSON", "hello"],
    ["a body of no known type", JSON.stringify({ ...chargeStatement, body: { type: "give" } })],
    ["a field too many", JSON.stringify({ ...chargeStatement, more: 1 })],
    ["a statement of the other direction", JSON.stringify({ ...chargeStatement, body: settledStatement.body })],
  ])("well signed content that is %s", async (_, content) => {
    expect(read(await forge(usual, content))).toEqual(refused("not a statement"));
  });

  test("a stand that speaks as another stand", () => {
    const asAnother: Statement = { ...chargeStatement, from: "lobby-2" as StandId };
    expect(read(seal(asAnother, stand.signing))).toEqual(refused("from lobby-2, but is sealed by lobby-1"));
  });

  test("a statement for somebody else", () => {
    const elsewhere = seal(settledStatement, backend.signing);
    expect(unsealDown(elsewhere, keys, "lobby-2" as StandId)).toEqual(refused("meant for lobby-1"));
  });

  test("a stand that speaks as the backend does, and the backend that speaks as stands do", () => {
    const settledByStand: Statement = { ...settledStatement, from: STAND };
    expect(unsealDown(seal(settledByStand, stand.signing), keys, STAND)).toEqual(refused("direction"));
    const chargeByBackend: Statement = { ...chargeStatement, from: "backend" };
    expect(read(seal(chargeByBackend, backend.signing))).toEqual(refused("direction"));
  });

  test("a revoked key", () => {
    const none: KeySet = new Map();
    expect(unsealUp(sealed, none, "backend")).toEqual(refused("unknown"));
  });
});

test("nothing that can arrive makes it throw", () => {
  const part = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.json().map((json) => Buffer.from(json).toString("base64url")),
    fc.constantFrom(...sealed.split(".")),
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.uint8Array({ maxLength: 400 }),
    fc.tuple(part, part, part).map((parts) => parts.join(".")),
  );
  fc.assert(
    fc.property(text, (arrived) => {
      fc.pre(arrived !== sealed);
      expect(read(arrived).is).toBe("refused");
      expect(unsealDown(arrived, keys, STAND).is).toBe("refused");
    }),
    { numRuns: 1000 },
  );
});

test("a header nested ten thousand deep is refused like any other", () => {
  const deep = Buffer.from("[".repeat(10_000)).toString("base64url");
  expect(read(`${deep}.e30.AAAA`)).toEqual(refused("header"));
});

test("what no receiver would accept is not sealed", () => {
  const body = { ...settledStatement.body, issuer: "x".repeat(STATEMENT_MAX_BYTES) };
  expect(() => seal({ ...settledStatement, body } as Statement, backend.signing)).toThrow(RangeError);
});
