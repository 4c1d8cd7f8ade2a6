import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkOffer, crcOf, type QrisFields, readQris, writeQris } from "../../protocol/qris.ts";
import { rupiah } from "../../protocol/rupiah.ts";

/** Midtrans, "GoPay QRIS POS Integration": the sample answer to a charge. */
const GOPAY =
  "00020101021226620014COM.GO-JEK.WWW011993600914349052630340210G4905263030303UKE51440014ID.CO.QRIS.WWW0215AID0607336128660303UKE5204341453033605802ID5904Test6007BANDUNG6105402845409789000.0062475036c032f87c-f773-4619-aefa-675e1f06f9210703A016304A623";
/** Midtrans, API reference of the QRIS charge: the sample answer. */
const GOPAY_TOO =
  "00020101021226620014COM.GO-JEK.WWW011993600914337918182570210G3791818250303UKE51440014ID.CO.QRIS.WWW0215AID7720513752290303UKE5204359353033605802ID5910PAPI LIVE26005KUKAR6105755535409100000.0062475036b1855b6c-70ab-4449-9778-61b8ffe43fd20703A016304C385";
/** A sticker, published as the example of the reader `terryds/qris-decoder`. */
const STICKER =
  "00020101021126680016ID.CO.TELKOM.WWW011893600898026635207502150001952663520750303UMI51440014ID.CO.QRIS.WWW0215ID10211254059720303UMI5204549953033605502015802ID5906BIOLBE6011KAB. MALANG610565168622005091147938120703A03630404CB";

const withCrc = (row: string): string => `${row}6304${crcOf(`${row}6304`)}`;
/** The payload with its fields changed and its CRC made good again. */
const changed = (text: string, from: string, to: string): string => {
  expect(text).toContain(from);
  return withCrc(text.slice(0, -8).replace(from, to));
};
const reading = (text: string) => {
  const read = readQris(text);
  if (read.is === "bad") throw new Error(read.because);
  return read.payload;
};

test("the CRC of `123456789` is the catalogue's check value", () => {
  expect(crcOf("123456789")).toBe("29B1");
});

describe("a published payload", () => {
  test("of GoPay reads whole, though its amount comes after the postal code and its 62-50 is a bare UUID", () => {
    const { fields, ...payload } = reading(GOPAY);
    expect(payload).toEqual({
      isDynamic: true,
      currency: "360",
      amount: 789_000,
      country: "ID",
      merchantName: "Test",
      city: "BANDUNG",
      acquirer: "COM.GO-JEK.WWW",
      nmid: "AID060733612866",
    });
    expect(fields.map(({ id }) => id).join(" ")).toBe("00 01 26 51 52 53 58 59 60 61 54 62 63");
  });

  test("of GoPay from another merchant reads whole", () => {
    expect(reading(GOPAY_TOO)).toMatchObject({ merchantName: "PAPI LIVE2", city: "KUKAR", amount: 100_000 });
  });

  test("of a sticker reads, has no amount and is not dynamic", () => {
    const payload = reading(STICKER);
    expect(payload).toMatchObject({ isDynamic: false, acquirer: "ID.CO.TELKOM.WWW", nmid: "ID1021125405972" });
    expect(payload.amount).toBeUndefined();
  });
});

describe("an offer", () => {
  const price = rupiah(789_000);

  test("is good when it asks for exactly the order's amount", () => {
    expect(checkOffer(GOPAY, price)).toBe("good");
  });

  test.each([
    ["has an amount of one rupiah more", changed(GOPAY, "789000.00", "789001.00"), "the amount is 789001, not 789000"],
    ["has no amount", changed(GOPAY, "5409789000.00", ""), "the amount is missing"],
    ["has an amount with cents", changed(GOPAY, "789000.00", "789000.50"), "whole rupiah"],
    ["is in Singapore dollars", changed(GOPAY, "5303360", "5303702"), "the currency is 702"],
    ["names no currency", changed(GOPAY, "5303360", ""), "the currency is missing"],
    ["is a sticker", changed(GOPAY, "010212", "010211"), "one payment"],
    ["says nothing of being made for one payment", changed(GOPAY, "010212", ""), "one payment"],
    ["is of another country", changed(GOPAY, "5802ID", "5802MY"), "the country is MY"],
    ["names two amounts", changed(GOPAY, "5802ID", "54091000000005802ID"), "id 54 is there twice"],
    ["has a wrong CRC", `${GOPAY.slice(0, -1)}4`, "the CRC does not fit"],
    ["goes on after the CRC", `${GOPAY}6400`, "does not end with a CRC"],
    ["is cut short", GOPAY.slice(0, -9), "not a row"],
    ["lacks its CRC", GOPAY.slice(0, -8), "does not end with a CRC"],
    ["is of a format nobody knows", changed(GOPAY, "000201", "000202"), "id 00"],
    ["is empty", "", "id 00"],
    ["is a web address", "https://example.com/pay", "not a row"],
  ])("is bad when it %s", (_, text, because) => {
    expect(checkOffer(text, price)).toEqual({ bad: expect.stringContaining(because) });
  });

  test("may write its amount without decimals, and its CRC in small letters", () => {
    expect(checkOffer(changed(GOPAY, "5409789000.00", "5406789000"), price)).toBe("good");
    expect(checkOffer(GOPAY.slice(0, -4) + GOPAY.slice(-4).toLowerCase(), price)).toBe("good");
  });
});

const gopayFields: QrisFields = {
  acquirer: { guid: "COM.GO-JEK.WWW", mpan: "9360091434905263034", merchant: "G490526303" },
  nmid: "AID060733612866",
  criteria: "UKE",
  category: "3414",
  merchantName: "Test",
  city: "BANDUNG",
  postalCode: "40284",
  amount: rupiah(789_000),
  reference: "c032f87c-f773-4619-aefa-675e1f06f921",
  terminal: "A01",
};

describe("a written payload", () => {
  test("is GoPay's own, letter for letter, when it is given GoPay's fields", () => {
    expect(writeQris(gopayFields)).toBe(GOPAY);
  });

  test("reads back as it was meant, whatever the merchant is called", () => {
    const name = fc.oneof(
      fc.string({ minLength: 1, maxLength: 25 }),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 9 }),
    );
    const price = fc.integer({ min: 1, max: 10_000_000 }).map(rupiah);
    fc.assert(
      fc.property(name, fc.string({ minLength: 1, maxLength: 15 }), price, (merchantName, city, amount) => {
        const text = writeQris({ ...gopayFields, merchantName, city, amount });
        expect(reading(text)).toMatchObject({ merchantName, city, amount, isDynamic: true });
        expect(checkOffer(text, amount)).toBe("good");
      }),
    );
  });

  test("without an amount is a sticker", () => {
    const { amount: _, ...sticker } = gopayFields;
    expect(reading(writeQris(sticker))).toMatchObject({ isDynamic: false });
  });

  test.each(["", "x".repeat(100)])("is not made from a name that does not fit", (merchantName) => {
    expect(() => writeQris({ ...gopayFields, merchantName })).toThrow("QRIS id 59");
  });
});

describe("whatever a camera or a provider hands over", () => {
  test("any other character at any place is noticed, or changes nothing", () => {
    const ascii = fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(fc.nat(GOPAY.length - 1), ascii, (at, other) => {
        const read = readQris(GOPAY.slice(0, at) + other + GOPAY.slice(at + 1));
        if (read.is === "good") expect({ ...read.payload, fields: [] }).toEqual({ ...reading(GOPAY), fields: [] });
      }),
      { numRuns: 3000 },
    );
  });

  test("no text makes the reader throw", () => {
    const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 60 });
    const row = fc.oneof(
      digits,
      fc.string({ unit: "binary", maxLength: 600 }),
      digits.map(withCrc),
      digits.map((d) => withCrc(`000201${d}`)),
    );
    fc.assert(
      fc.property(row, (text) => {
        expect(["good", "bad"]).toContain(readQris(text).is);
        expect(checkOffer(text, rupiah(1))).not.toBe("good");
      }),
      { numRuns: 2000 },
    );
  });
});
