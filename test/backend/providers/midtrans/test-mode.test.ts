import { expect, test } from "vitest";
import { isTestHost } from "../../../../backend/providers/midtrans/test-mode.ts";

test.each([
  "https://api.sandbox.midtrans.com",
  "https://api.sandbox.veritrans.co.id/v2/charge",
  "https://merchants.sbx.midtrans.com",
  "https://merchants.stg.midtrans.com",
  "http://127.0.0.1:8080",
  "http://localhost:1",
  "http://[::1]:9",
])("%s is for tests", (address) => {
  expect(isTestHost(new URL(address))).toBe(true);
});

test.each([
  "https://api.midtrans.com",
  "https://merchants.midtrans.com",
  "https://api.sandbox.midtrans.com.example",
  "https://127.0.0.1.example",
  "https://localhost.example",
  "https://10.0.0.1",
])("%s is not", (address) => {
  expect(isTestHost(new URL(address))).toBe(false);
});
