import { describe, expect, test } from "vitest";
import { isDeeplink } from "../../../../backend/providers/midtrans/deeplink.ts";

const PRODUCTION = new URL("https://api.midtrans.com");

describe("a customer may be sent to", () => {
  test.each([
    "gojek://gopay/merchanttransfer?tref=1509110800474199656LMVO&amount=10000&activity=GP:RR",
    "gopay://merchanttransfer?tref=x",
    "https://gopay.co.id/app/merchanttransfer?tref=xyz",
    "https://app.gopay.co.id/merchanttransfer?tref=xyz",
    "https://gojek.link/gopay/merchanttransfer?tref=xyz",
    "https://gopayapp.page.link/xyz",
    "https://simulator.sandbox.midtrans.com/gopay/ui/checkout?referenceid=Y0xwjoQ9uy",
    "https://api.midtrans.com/v2/gopay/x/redirect",
  ])("%s", (address) => {
    expect(isDeeplink(address, PRODUCTION)).toBe(true);
  });

  test("a base address's own host, whatever it is called", () => {
    expect(isDeeplink("https://pay.example/checkout", new URL("https://pay.example"))).toBe(true);
  });

  test("this machine, when the stand-in runs here", () => {
    expect(isDeeplink("http://127.0.0.1:9000/pay/1", new URL("http://127.0.0.1:8080"))).toBe(true);
  });
});

describe("a customer is never sent to", () => {
  test.each([
    "",
    "gopay.co.id/app",
    "http://gopay.co.id/app/merchanttransfer?tref=xyz",
    "https://gopay.co.id:8443/app",
    "https://gopay.co.id@evil.example/app",
    "https://user:word@gopay.co.id/app",
    "https://gopay.co.id.example/app",
    "https://notgopay.co.id/app",
    "https://evil.page.link/x",
    "https://agojek.link/x",
    "http://127.0.0.1:8080/pay",
    "https://127.0.0.1/pay",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "intent://scan/#Intent;scheme=gojek;package=evil;end",
    "file:///etc/passwd",
    "gojek://gopay/x y",
    "java\nscript:alert(1)",
    "https://gopay.co.id/\u202e",
  ])("%j", (address) => {
    expect(isDeeplink(address, PRODUCTION)).toBe(false);
  });
});
