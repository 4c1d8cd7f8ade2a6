import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { MidtransSnapOptions } from "../../../../backend/providers/snap/desk.ts";
import { type Facts, type Log, silentLog } from "../../../../host/log.ts";
import { Secret } from "../../../../host/secret.ts";
import { SNAP_KEYS } from "../../../support/snap-keys.ts";
import { attempt, type Json, REFERENCE } from "../midtrans/samples.ts";
import { fixture } from "./samples.ts";
import { NEVER, TapeRig } from "./tape-rig.ts";

const SECRET = new Secret(SNAP_KEYS.clientSecret);
const QR = "00020101021226620014COM.GO-JEK.WWW6304A623";
const charged: Json = { ...fixture("generate-2024"), partnerReferenceNo: REFERENCE, qrContent: QR };

const SHORT = generateKeyPairSync("rsa", { modulusLength: 1_024 }).privateKey;
/** It would sign, in a way that Midtrans does not know. */
const PADDED = generateKeyPairSync("rsa-pss", { modulusLength: 2_048 }).privateKey;
const pemOf = (key: KeyObject): Secret => new Secret(String(key.export({ type: "pkcs8", format: "pem" })));

let rig: TapeRig;
beforeEach(() => {
  rig = new TapeRig();
});
afterEach(() => rig.close());

describe("options that cannot work are refused at once", () => {
  test.each<[string, Partial<MidtransSnapOptions>]>([
    ["an address at which keys would travel unencrypted", { baseUrl: "http://merchants.midtrans.com" }],
    ["a private key that is none", { credentials: () => ({ clientSecret: SECRET, privateKey: new Secret("hello") }) }],
    ["a private key of too few bits", { credentials: () => ({ clientSecret: SECRET, privateKey: pemOf(SHORT) }) }],
    ["a private key of another kind", { credentials: () => ({ clientSecret: SECRET, privateKey: pemOf(PADDED) }) }],
    ["a private key for a public one", { providerPublicKeys: () => [SNAP_KEYS.merchant.privateKey] }],
    ["a public key that is none", { providerPublicKeys: () => ["hello"] }],
    ["a second public key that is none", { providerPublicKeys: () => [SNAP_KEYS.provider.publicKey, "hello"] }],
    ["a site that is longer than Midtrans takes", { site: "x".repeat(65) }],
    ["a channel that is no five digits", { channelId: "1234" }],
    ["a client id that no header can carry", { clientId: "a\r\nb" }],
    ["no partner id", { partnerId: "" }],
    ["a device id that no header can carry", { deviceId: "a\nb" }],
  ])("%s", (_, options) => {
    expect(() => rig.open("http://127.0.0.1:1", options)).toThrow(RangeError);
  });

  test.each([
    ["https://merchants.midtrans.com", false],
    ["https://merchants.sbx.midtrans.com", true],
    ["http://127.0.0.1:1", true],
  ])("%s is for tests: %s", (baseUrl, isTest) => {
    expect(rig.open(baseUrl).isTest).toBe(isTest);
  });
});

test("nothing that is secret, and no body, is in the log", async () => {
  const told: string[] = [];
  const note = (what: string, facts?: Facts): void => void told.push(`${what} ${JSON.stringify(facts)}`);
  const log: Log = { ...silentLog, debug: note, info: note, warn: note, error: note, child: () => log };
  const provider = await rig.against([{ body: charged }, "hang-up"], { log });
  await provider.charge(attempt, NEVER);
  await provider.standing(attempt, NEVER);
  const text = told.join("\n");
  expect(text).toContain("2004700");
  expect(text).toContain(REFERENCE);
  for (const secret of [SNAP_KEYS.clientSecret, String(fixture("token-2026")["accessToken"]), QR, "PRIVATE KEY"]) {
    expect(text).not.toContain(secret);
  }
});
