import { describe, expect, test } from "vitest";
import { isSignedBy, signNotification } from "../../../../backend/providers/midtrans/signature.ts";
import { Secret } from "../../../../host/secret.ts";
import { SERVER_KEY } from "./samples.ts";

/** The values of the sample in Midtrans' documentation of `signature_key`; the digest was computed with sha512sum. */
const DOCUMENTED = { order_id: "1111", status_code: "200", gross_amount: "100000.00" };
const DOCUMENTED_KEY = new Secret("askvnoibnosifnboseofinbofinfgbiufglnbfg");
const DOCUMENTED_SIGNATURE =
  "edc076b21793ebe3e17926350f5b8ae67d902fe657b3d0aa31b932d5c127e2375d308a2bc94f3265ac2d80a1f181a79b997ac178a236fcff35af263fc4d4c231";

test("the documented sample gets its signature", () => {
  expect(signNotification(DOCUMENTED, DOCUMENTED_KEY)).toBe(DOCUMENTED_SIGNATURE);
  expect(isSignedBy(DOCUMENTED, DOCUMENTED_SIGNATURE, [DOCUMENTED_KEY])).toBe(true);
});

test("a signature by any of several keys fits", () => {
  const others = [SERVER_KEY, new Secret("a key of next year")];
  expect(isSignedBy(DOCUMENTED, DOCUMENTED_SIGNATURE, [DOCUMENTED_KEY, ...others])).toBe(true);
  expect(isSignedBy(DOCUMENTED, DOCUMENTED_SIGNATURE, [...others, DOCUMENTED_KEY])).toBe(true);
  expect(isSignedBy(DOCUMENTED, DOCUMENTED_SIGNATURE, others)).toBe(false);
});

describe("a signature does not fit when", () => {
  test.each([
    ["the order is another", { ...DOCUMENTED, order_id: "1112" }],
    ["the code is another", { ...DOCUMENTED, status_code: "201" }],
    ["the amount is written otherwise", { ...DOCUMENTED, gross_amount: "100000" }],
  ])("%s", (_, signed) => {
    expect(isSignedBy(signed, DOCUMENTED_SIGNATURE, [DOCUMENTED_KEY])).toBe(false);
  });

  test("the key is another", () => {
    expect(isSignedBy(DOCUMENTED, DOCUMENTED_SIGNATURE, [SERVER_KEY])).toBe(false);
  });

  test.each(["", "edc076", DOCUMENTED_SIGNATURE.toUpperCase(), `${DOCUMENTED_SIGNATURE}0`, "é".repeat(64)])(
    "it reads %j",
    (signature) => {
      expect(isSignedBy(DOCUMENTED, signature, [DOCUMENTED_KEY])).toBe(false);
    },
  );
});
