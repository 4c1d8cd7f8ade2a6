import { expect, test } from "vitest";
import { signatureOf } from "../../../sandbox/midtrans/signature.ts";

test("the signature of Midtrans' own sample comes out", () => {
  const signed = { orderId: "1111", statusCode: "200", grossAmount: "100000.00" };
  expect(signatureOf(signed, "askvnoibnosifnboseofinbofinfgbiufglnbfg")).toBe(
    "edc076b21793ebe3e17926350f5b8ae67d902fe657b3d0aa31b932d5c127e2375d308a2bc94f3265ac2d80a1f181a79b997ac178a236fcff35af263fc4d4c231",
  );
});

test.each([
  ["order", { orderId: "1112", statusCode: "200", grossAmount: "100000.00" }],
  ["status code", { orderId: "1111", statusCode: "201", grossAmount: "100000.00" }],
  ["way to write the amount", { orderId: "1111", statusCode: "200", grossAmount: "100000" }],
])("another %s is signed otherwise", (_what, signed) => {
  const first = signatureOf({ orderId: "1111", statusCode: "200", grossAmount: "100000.00" }, "key");
  expect(signatureOf(signed, "key")).not.toBe(first);
});
