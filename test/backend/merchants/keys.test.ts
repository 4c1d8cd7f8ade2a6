import { describe, expect, test } from "vitest";
import { FORMER_MS } from "../../../backend/merchants/keyring.ts";
import { MerchantKeys } from "../../../backend/merchants/keys.ts";
import { Secret } from "../../../host/secret.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const credentials = (clientSecret: string, privateKey: string) => ({
  clientSecret: new Secret(clientSecret),
  privateKey: new Secret(privateKey),
});
const overSnap = (key: string, clientSecret: string, privateKey: string) => ({
  trusted: [new Secret(key)] as const,
  credentials: credentials(clientSecret, privateKey),
});
const trustedBy = (keys: MerchantKeys): readonly string[] => keys.trusted().map((key) => key.reveal());
const usedBy = (keys: MerchantKeys): readonly string[] => {
  const { clientSecret, privateKey } = keys.credentials();
  return [clientSecret.reveal(), privateKey.reveal()];
};

describe("a merchant's keys over BI-SNAP", () => {
  test("are all exchanged at once; Midtrans' key before is believed for a day, ours before are used no more", () => {
    const clock = new VirtualClock();
    const keys = new MerchantKeys(overSnap("midtrans-1", "secret-1", "private-1"), clock);
    expect(keys.renew(overSnap("midtrans-2", "secret-2", "private-2"))).toBe(true);
    expect(trustedBy(keys)).toEqual(["midtrans-2", "midtrans-1"]);
    expect(usedBy(keys)).toEqual(["secret-2", "private-2"]);
    clock.pass(FORMER_MS);
    expect(trustedBy(keys)).toEqual(["midtrans-2"]);
  });

  test.each([
    ["nothing", "midtrans-1", "secret-1", "private-1", false],
    ["Midtrans' key", "midtrans-2", "secret-1", "private-1", true],
    ["the secret", "midtrans-1", "secret-2", "private-1", true],
    ["the private key", "midtrans-1", "secret-1", "private-2", true],
  ])("tell whether anything is new: %s", (_, key, clientSecret, privateKey, isNew) => {
    const keys = new MerchantKeys(overSnap("midtrans-1", "secret-1", "private-1"), new VirtualClock());
    expect(keys.renew(overSnap(key, clientSecret, privateKey))).toBe(isNew);
    expect(usedBy(keys)).toEqual([clientSecret, privateKey]);
  });
});

test("a merchant over the Core API has no credentials of BI-SNAP to give", () => {
  const keys = new MerchantKeys({ trusted: [new Secret("server-key")] }, new VirtualClock());
  expect(() => keys.credentials()).toThrow(TypeError);
});
