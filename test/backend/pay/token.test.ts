import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { payAddresses, wrongWithBase } from "../../../backend/pay/addresses.ts";
import { payTokenOf, readPayToken } from "../../../backend/pay/token.ts";
import { qrCode } from "../../../device/drawing/qr.ts";
import { Secret } from "../../../host/secret.ts";
import { newOrderId, type OrderId } from "../../../protocol/ids.ts";
import { downSchema, PAGE_MAX } from "../../../protocol/statements.ts";
import { ORDER_ID } from "../../support/sale.ts";
import { seeded } from "../../world/seeded.ts";
import { KEY } from "./kit.ts";

const token = payTokenOf(ORDER_ID, KEY);
const anyOrder: fc.Arbitrary<OrderId> = fc
  .record({ wall: fc.integer({ min: 0, max: 2 ** 48 - 1 }), seed: fc.integer() })
  .map(({ wall, seed }) => newOrderId(wall, seeded(seed)));

describe("an order's token", () => {
  test("leads to its order, and is of 42 letters and digits that survive an address, a QR code and a keyboard", () => {
    fc.assert(
      fc.property(anyOrder, (order) => {
        const written = payTokenOf(order, KEY);
        expect(written).toMatch(/^[0-9A-HJKMNP-TV-Z]{42}$/);
        expect(readPayToken(written, KEY)).toBe(order);
      }),
    );
  });

  test("is the first 80 bits of an HMAC-SHA256 in Crockford's base 32", () => {
    // printf 'qris-gateway pay page 1\n01JD5S3V8Q4R6T2W9Y0ZABCDEF' | openssl dgst -sha256 -hmac "$KEY", then five bits a digit.
    expect(token).toBe(`${ORDER_ID}DT6E59VSPBZNDAGW`);
  });

  test("is of no use when any of its characters is another one", () => {
    const digits = [..."0123456789ABCDEFGHJKMNPQRSTVWXYZ"];
    for (const [at, right] of [...token].entries()) {
      for (const digit of digits.filter((each) => each !== right)) {
        expect(readPayToken(token.slice(0, at) + digit + token.slice(at + 1), KEY)).toBeUndefined();
      }
    }
  });

  test("of one backend is none of another's, and one order's none of another's", () => {
    expect(readPayToken(token, new Secret("forty letters that somebody else knows.."))).toBeUndefined();
    const other = newOrderId(0, seeded(1));
    expect(readPayToken(other + token.slice(26), KEY)).toBeUndefined();
  });

  test("is read as people type it: small, in groups, with O for 0 and I or L for 1", () => {
    const typed = [
      token.toLowerCase(),
      (token.match(/.{1,6}/g) ?? []).join("-"),
      token.replaceAll("0", "O").replaceAll("1", "I"),
      token.replaceAll("0", "o").replaceAll("1", "l"),
    ];
    expect(typed.map((text) => readPayToken(text, KEY))).toEqual(typed.map(() => ORDER_ID));
  });

  test.each([
    "",
    ORDER_ID,
    `${token}0`,
    ` ${token}`,
    "0".repeat(42),
    "%00",
    "constructor",
    "é".repeat(42),
    "-".repeat(200),
  ])("is not %j", (text) => {
    expect(readPayToken(text, KEY)).toBeUndefined();
  });

  test("is not any text that anybody makes up", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 100 }), (text) => readPayToken(text, KEY) === undefined),
    );
  });
});

describe("the address of a page", () => {
  test("is the public address and the token, and the wallet leads back to the same page", () => {
    const { pageOf, finishOf } = payAddresses("https://pay.example.id", KEY);
    expect(pageOf(ORDER_ID)).toBe(`https://pay.example.id/pay/${token}`);
    expect(finishOf(ORDER_ID)).toBe(`https://pay.example.id/pay/${token}/finish`);
    expect(payAddresses("https://example.id/kopi/", KEY).pageOf(ORDER_ID)).toBe(`https://example.id/kopi/pay/${token}`);
  });

  test("makes a QR code of 33 modules, which a small panel has room for", () => {
    expect(qrCode(payAddresses("https://pay.example.id", KEY).pageOf(ORDER_ID))?.modules).toBe(33);
  });

  test("is refused beforehand when offers could not carry it", () => {
    const longest = "https://pay.example.id/".padEnd(PAGE_MAX - 47, "a");
    const page = payAddresses(longest, KEY).pageOf(ORDER_ID);
    const offer = { type: "offer", order: ORDER_ID, qr: "1", amount: 1, validForMs: 1 };
    expect(downSchema.safeParse({ ...offer, page }).success).toBe(true);
    expect(wrongWithBase(longest)).toBeUndefined();
    expect(wrongWithBase(`${longest}a`)).toMatch(/74 characters: 73 fit/);
    for (const base of ["https://a.id/?x=1", "https://a.id/#x", "https://ani@a.id", "https://bücher.id"]) {
      expect(wrongWithBase(base), base).toBeDefined();
    }
  });
});
