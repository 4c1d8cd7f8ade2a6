import { describe, expect, test } from "vitest";
import { bitsOf, childrenOf, integer, node, objectId, readNode, readNodes, sequence, time } from "../../host/der.ts";

const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(" ", ""), "hex");
const hex = (of: Uint8Array): string => Buffer.from(of).toString("hex");

describe("what is not DER is refused", () => {
  test.each<[string, string, RegExp]>([
    ["nothing", "", /not one thing/],
    ["two things", "0500 0500", /not one thing/],
    ["a tag without a length", "30", /too early/],
    ["less than its length says", "04 03 0102", /too early/],
    ["less than a long length says", "04 82 0100 01", /too early/],
    ["a length that ends too early", "04 82 ff", /too early/],
    ["a tag of several bytes", "1f 81 00 00", /several bytes/],
    ["a length without an end", "30 80 0500 0000", /nobody needs/],
    ["a length of four bytes", "04 84 00000001 00", /nobody needs/],
    ["a long length for what is short", "04 81 01 00", /shortest form/],
    ["a length that begins with a zero", `04 82 0080 ${"00".repeat(0x80)}`, /shortest form/],
  ])("%s", (_, said, words) => {
    expect(() => readNode(bytes(said))).toThrow(words);
  });

  test("what is no sequence has no children, and bits that do not fill their bytes are none of ours", () => {
    expect(() => childrenOf(readNode(bytes("31 02 0500")))).toThrow(/not a sequence/);
    expect(() => bitsOf(readNode(bytes("03 02 01 fe")))).toThrow(/whole bytes/);
    expect(() => bitsOf(readNode(bytes("04 02 00 fe")))).toThrow(/bit string/);
    expect(hex(bitsOf(readNode(bytes("03 02 00 fe"))))).toBe("fe");
  });
});

test("what is written is read again, however long it is", () => {
  for (const length of [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000]) {
    const written = node(0x04, Buffer.alloc(length, 7));
    const read = readNode(written);
    expect([read.tag, read.content.length, hex(read.whole) === hex(written)]).toEqual([0x04, length, true]);
    expect(readNodes(Buffer.concat([written, sequence(written)]))).toHaveLength(2);
  }
});

test("numbers are as short as can be, and never negative", () => {
  const written = {
    "0": "020100",
    "7f": "02017f",
    "80": "02020080",
    "00ff": "020200ff",
    "0005": "020105",
    c8: "020200c8",
    "1000": "02021000",
  };
  for (const [number, der] of Object.entries(written)) expect(hex(integer(number)), number).toBe(der);
});

test("names of things have seven bits in a byte, of as many bytes as they need", () => {
  expect(hex(objectId("2.5.29.20"))).toBe("0603551d14");
  expect(hex(objectId("1.2.840.10045.4.3.2"))).toBe("06082a8648ce3d040302");
  expect(hex(objectId("1.2.2097152"))).toBe("06052a81808000");
});

test("years have two digits until 2049 and four from then on; what is less than a second is left out", () => {
  const text = (wall: number): string => Buffer.from(readNode(time(wall)).content).toString();
  expect([time(Date.UTC(2049, 11, 31))[0], text(Date.UTC(2049, 11, 31, 23, 59, 59, 999))]).toEqual([
    0x17,
    "491231235959Z",
  ]);
  expect([time(Date.UTC(2050, 0, 1))[0], text(Date.UTC(2050, 0, 1))]).toEqual([0x18, "20500101000000Z"]);
});
