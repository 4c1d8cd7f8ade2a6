import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PaymentProvider } from "../../../../backend/providers/provider.ts";
import type { SnapCredentials } from "../../../../backend/providers/snap/keyring.ts";
import { type Facts, type Log, silentLog } from "../../../../host/log.ts";
import { Secret } from "../../../../host/secret.ts";
import { isCallBy, isTokenRequestBy, signNotification } from "../../../../sandbox/snap/signature.ts";
import { SNAP_KEYS } from "../../../support/snap-keys.ts";
import { attempt, REFERENCE } from "../midtrans/samples.ts";
import { fixture } from "./samples.ts";
import { NEVER, PENDING, QUERY, saying, TapeRig, TOKEN, TOKEN_LINE } from "./tape-rig.ts";

const { merchant, provider: midtrans, clientId } = SNAP_KEYS;
const NOW = "2026-01-01T07:00:00+07:00";
const OTHER_SECRET = "another-client-secret";

let rig: TapeRig;
let secret: string;
let privateKey: string;
let publicKeys: readonly [string, ...string[]];

beforeEach(() => {
  rig = new TapeRig();
  secret = SNAP_KEYS.clientSecret;
  privateKey = merchant.privateKey;
  publicKeys = [midtrans.publicKey];
});
afterEach(() => rig.close());

/** As a program reads them: new objects every time. */
const credentials = (): SnapCredentials => ({ clientSecret: new Secret(secret), privateKey: new Secret(privateKey) });

const signsCall = (nth: number, clientSecret: string): boolean => {
  const { headers, bytes: body } = rig.heard(QUERY, nth);
  const token = String(fixture("token-2026")["accessToken"]);
  return isCallBy(
    { path: "/v1.0/qr/qr-mpm-query", token, body, timestamp: NOW },
    String(headers["x-signature"]),
    clientSecret,
  );
};
const signsToken = (nth: number, publicKey: string): boolean =>
  isTokenRequestBy(clientId, NOW, rig.header(TOKEN_LINE, "x-signature", nth), publicKey);

describe("the merchant's keys are those of the moment:", () => {
  test("as long as they stay, one token serves", async () => {
    const provider = await rig.against([PENDING, PENDING], { credentials });
    await provider.standing(attempt, NEVER);
    await provider.standing(attempt, NEVER);
    expect(rig.lines()).toEqual([TOKEN_LINE, QUERY, QUERY]);
  });

  test("a new client secret signs the next call, under a new token", async () => {
    const provider = await rig.against([PENDING, PENDING], { credentials });
    await provider.standing(attempt, NEVER);
    secret = OTHER_SECRET;
    await provider.standing(attempt, NEVER);
    expect(rig.lines()).toEqual([TOKEN_LINE, QUERY, TOKEN_LINE, QUERY]);
    expect([signsCall(0, SNAP_KEYS.clientSecret), signsCall(1, OTHER_SECRET)]).toEqual([true, true]);
  });

  test("a new private key asks for the next token", async () => {
    const provider = await rig.against([PENDING, PENDING], { credentials });
    await provider.standing(attempt, NEVER);
    privateKey = midtrans.privateKey;
    await provider.standing(attempt, NEVER);
    expect([signsToken(0, merchant.publicKey), signsToken(1, midtrans.publicKey)]).toEqual([true, true]);
  });

  test("a change in the middle of a call counts for its repetition", async () => {
    const provider = await rig.against(
      ({ line }) => {
        if (line === TOKEN_LINE) return TOKEN;
        if (secret === OTHER_SECRET) return PENDING;
        secret = OTHER_SECRET;
        return saying("4015101");
      },
      { credentials },
    );
    expect((await provider.standing(attempt, NEVER)).is).toBe("pending");
    expect(signsCall(1, OTHER_SECRET)).toBe(true);
    expect(rig.header(QUERY, "x-external-id", 1)).toBe(rig.header(QUERY, "x-external-id", 0));
  });

  test("a private key that cannot be used sends nothing, throws nothing, and the next good one works", async () => {
    const provider = await rig.against([PENDING], { credentials });
    privateKey = "-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----";
    expect(await provider.charge(attempt, NEVER)).toEqual({
      is: "refused",
      retriable: false,
      because: "misconfigured",
      detail: "the merchant's private key is no RSA key in PEM: BEGIN PRIVATE KEY",
    });
    expect((await provider.standing(attempt, NEVER)).is).toBe("unclear");
    expect((await provider.void(attempt, NEVER)).is).toBe("unclear");
    expect(rig.lines()).toEqual([]);
    privateKey = merchant.privateKey;
    expect((await provider.standing(attempt, NEVER)).is).toBe("pending");
  });
});

describe("Midtrans' keys for notifications are those of the moment:", () => {
  const next = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const nextPublic = next.publicKey.export({ type: "spki", format: "pem" }).toString();
  const nextPrivate = next.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const text = JSON.stringify({ ...fixture("notification-2026"), originalPartnerReferenceNo: REFERENCE });

  function hear(provider: PaymentProvider, key: string): string {
    const path = "/v1.0/qr/qr-mpm-notify";
    const headers = { "x-timestamp": NOW, "x-signature": signNotification(path, text, NOW, key) };
    return provider.readNotification({ path, headers, body: Buffer.from(text) }).is;
  }
  const heard = (provider: PaymentProvider): readonly string[] =>
    [midtrans.privateKey, nextPrivate].map((key) => hear(provider, key));

  test("each of them will do, and none that is not, or not any more, among them", () => {
    const provider = rig.open("http://127.0.0.1:1", { providerPublicKeys: () => publicKeys });
    expect(heard(provider)).toEqual(["news", "forged"]);
    publicKeys = [midtrans.publicKey, nextPublic];
    expect(heard(provider)).toEqual(["news", "news"]);
    publicKeys = [nextPublic];
    expect(heard(provider)).toEqual(["forged", "news"]);
  });

  test("one that cannot be read is told of once and left out; the others serve", () => {
    const told: Facts[] = [];
    const log: Log = { ...silentLog, error: (_, facts = {}) => void told.push(facts) };
    const provider = rig.open("http://127.0.0.1:1", { providerPublicKeys: () => publicKeys, log });
    publicKeys = ["nonsense", nextPublic];
    expect(heard(provider)).toEqual(["forged", "news"]);
    publicKeys = ["nonsense"];
    expect(heard(provider)).toEqual(["forged", "forged"]);
    expect(told).toEqual([{ detail: "Midtrans' public key is no RSA key in PEM: BEGIN PUBLIC KEY" }]);
  });
});
