import { describe, expect, test } from "vitest";
import { isOwnAddress } from "../../../../backend/providers/midtrans/picture.ts";

const PRODUCTION = new URL("https://api.midtrans.com");
const HERE = new URL("http://127.0.0.1:8080");

describe("at Midtrans itself a picture is fetched from", () => {
  test.each([
    "https://api.midtrans.com/v2/qris/1015a919/qr-code",
    "https://api.midtrans.com//v4/qris/A1/qr-code",
    "https://merchants-app.midtrans.com/v4/qris/A1/qr-code",
    "https://api.sandbox.veritrans.co.id/v2/gopay/231c79c5/qr-code",
  ])("%s", (address) => {
    expect(isOwnAddress(address, PRODUCTION)).toBe(true);
  });
});

describe("at Midtrans itself no picture is fetched from", () => {
  test.each([
    "http://api.midtrans.com/v2/qris/1/qr-code",
    "https://api.midtrans.com:8443/qr",
    "https://api.midtrans.com.example/qr",
    "https://notmidtrans.com/qr",
    "https://user:word@api.midtrans.com/qr",
    "https://127.0.0.1/qr",
    "http://localhost/qr",
    "https://169.254.169.254/latest",
    "file:///etc/passwd",
    "gojek://gopay/merchanttransfer",
    "/v2/qris/1/qr-code",
    "",
  ])("%j", (address) => {
    expect(isOwnAddress(address, PRODUCTION)).toBe(false);
  });
});

test("a stand-in on this machine may give addresses of this machine, and of Midtrans, and no others", () => {
  expect(isOwnAddress("http://127.0.0.1:8080/qr", HERE)).toBe(true);
  expect(isOwnAddress("http://localhost:9090/qr", HERE)).toBe(true);
  expect(isOwnAddress("https://api.sandbox.midtrans.com/qr", HERE)).toBe(true);
  expect(isOwnAddress("http://10.0.0.1/qr", HERE)).toBe(false);
  expect(isOwnAddress("ftp://127.0.0.1:8080/qr", HERE)).toBe(false);
});
