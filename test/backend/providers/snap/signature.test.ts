import { createHash, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readPrivateKey, readPublicKey } from "../../../../backend/providers/snap/keys.ts";
import {
  isSignedByProvider,
  signCall,
  signTokenRequest,
  symmetric,
} from "../../../../backend/providers/snap/signature.ts";
import { Secret } from "../../../../host/secret.ts";
import { signNotification } from "../../../../sandbox/snap/signature.ts";
import { SNAP_KEYS } from "../../../support/snap-keys.ts";

const { merchant, provider } = SNAP_KEYS;
const SECRET = new Secret("fdppqbF5wq7vVegyvsV1CROMv646nJ7A");

describe("the examples of docs.midtrans.com/reference/signature-generation", () => {
  test("of a call", () => {
    const text =
      "POST:/v1.0/debit/payment-host-to-host:gp9HjjEj813Y9JGoqwOeOPWbnt4CupvIJbU1Mmu4a11MNDZ7Sg5u9a:56fa5f4999ad8014de49d7898c1d1d53472569db8999de3c1b752a0dd181e98c:2020-01-01T00:00:00+07:00";
    expect(symmetric(text, SECRET)).toBe(
      "FSlidRHe4ow9qppNifGVQNcdv67lBjgCiP0BHylh+IKXo4fs2rHaGsFNUY0N8t0rPlZs4iAHAOCDklnCccwuJw==",
    );
  });

  test("of a token, signed with the private key that is printed there", () => {
    const pem = readFileSync(new URL("../fixtures/snap/documented.key.pem", import.meta.url), "utf8");
    expect(signTokenRequest("G1234325-SNAP", "2023-07-31T07:10:00+07:00", readPrivateKey(pem))).toBe(
      "iv5YorKVVFOFS59l0HChDvPe+HeoE/jY5CfVgCg5i16nj5/DVnKg49ilkv8PyeU7y38apHhgO+cUrvkfUs5BhDD69yLn7xp8hzN9RcR0UDy5+nCrQ3GGCVSzZJvlEXN+TB0j4Q6pMsjrq4+YRoyDa4mTlsjJTU9aGjLRFBYgY4MyMQ5x11JyLnoFwbS8TJ5e/q4mUozrp49VyHe7OQSFnJNwvMSFrDyAIxoOK0IZQIlY29PaDIFcWoR+RJAY42H2FryjJcPpNfeercbkj9jsBLV3wmEKiNoN6lgFFLk5QicDnAAQzL45s92EYeCqDNuTTJOydaJbUqEo1d/ZPVNBtQ==",
    );
  });
});

test("a call is signed over method, path, token, digest of the body without white space, and time", () => {
  const digest = createHash("sha256").update('{"a b":[1.0,"\\/"]}').digest("hex");
  const body = Buffer.from('{ "a b": [1.0,\n"\\/"] }');
  const call = {
    method: "POST",
    path: "/v1.0/x",
    accessToken: "t",
    body,
    timestamp: "2026-01-01T07:00:00+07:00",
  } as const;
  expect(signCall(call, SECRET)).toBe(symmetric(`POST:/v1.0/x:t:${digest}:2026-01-01T07:00:00+07:00`, SECRET));
});

describe("a notification's signature", () => {
  const key = readPublicKey(provider.publicKey);
  const signed = {
    path: "/v1.0/qr/qr-mpm-notify",
    body: Buffer.from('{ "a": 1.0 }'),
    timestamp: "2026-01-01T07:00:00+07:00",
  };
  const signature = signNotification(signed.path, '{"a":1.0}', signed.timestamp, provider.privateKey);

  test("fits what was signed, however it is spaced", () => {
    expect(isSignedByProvider(signed, signature, [key])).toBe(true);
  });

  test.each([
    ["another path", { ...signed, path: "/v1.0/qr/qr-mpm-notify/" }],
    ["another number, even of the same value", { ...signed, body: Buffer.from('{"a":1}') }],
    ["another time", { ...signed, timestamp: "2026-01-01T07:00:01+07:00" }],
  ])("does not fit %s", (_, other) => {
    expect(isSignedByProvider(other, signature, [key])).toBe(false);
  });

  test.each(["", "no base64 at all!", signature.slice(4), Buffer.alloc(256).toString("base64")])(
    "is not %j",
    (other) => {
      expect(isSignedByProvider(signed, other, [key])).toBe(false);
    },
  );

  test("of any of several keys fits, of none never", () => {
    const other = readPublicKey(merchant.publicKey);
    expect(isSignedByProvider(signed, signature, [other, key])).toBe(true);
    expect(isSignedByProvider(signed, signature, [key, other])).toBe(true);
    expect(isSignedByProvider(signed, signature, [other])).toBe(false);
    expect(isSignedByProvider(signed, signature, [])).toBe(false);
  });

  test("of another key does not fit", () => {
    const forged = signNotification(signed.path, '{"a":1.0}', signed.timestamp, merchant.privateKey);
    expect(isSignedByProvider(signed, forged, [key])).toBe(false);
  });
});

describe("keys", () => {
  const short = generateKeyPairSync("rsa", { modulusLength: 1_024 });
  const curve = generateKeyPairSync("ed25519");
  const pemOf = (key: typeof short.publicKey): string => key.export({ type: "spki", format: "pem" }).toString();
  const pkcs8Of = (key: typeof short.privateKey): string => key.export({ type: "pkcs8", format: "pem" }).toString();

  test("Midtrans' public key may be bare base64, as its dashboard shows it", () => {
    const bare = provider.publicKey.replace(/-----[A-Z ]+-----|\n/g, "");
    expect(readPublicKey(bare).equals(readPublicKey(provider.publicKey))).toBe(true);
  });

  test.each([
    ["nothing", ""],
    ["no key", "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"],
    ["a public key", merchant.publicKey],
    ["a key that is too short", pkcs8Of(short.privateKey)],
    ["a key of another kind", pkcs8Of(curve.privateKey)],
  ])("%s is no private key, and the complaint keeps it to itself", (_, pem) => {
    expect(() => readPrivateKey(pem)).toThrow(RangeError);
    expect(() => readPrivateKey(pem)).toThrow(/^the merchant's private key is no RSA key/);
  });

  test.each([
    ["nothing", ""],
    ["no key", "hello"],
    ["a private key", merchant.privateKey],
    ["a key that is too short", pemOf(short.publicKey)],
    ["a key of another kind", pemOf(curve.publicKey)],
  ])("%s is not Midtrans' public key", (_, pem) => {
    expect(() => readPublicKey(pem)).toThrow(RangeError);
  });
});
