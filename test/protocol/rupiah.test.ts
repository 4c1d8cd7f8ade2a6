import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isRupiah, readRupiah, rupiah, showRupiah } from "../../protocol/rupiah.ts";

describe("an amount", () => {
  test.each([0, 1, 10_000_000, Number.MAX_SAFE_INTEGER])("may be %s", (value) => {
    expect(rupiah(value)).toBe(value);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("may not be %s", (value) => {
    expect(isRupiah(value)).toBe(false);
    expect(() => rupiah(value)).toThrow(RangeError);
  });
});

describe("reading an amount", () => {
  test.each([
    ["789000.00", 789_000],
    ["789000.0", 789_000],
    ["789000.", 789_000],
    ["789000", 789_000],
    ["0", 0],
    ["007", 7],
  ])("takes %s for %i", (text, amount) => {
    expect(readRupiah(text)).toBe(amount);
  });

  test.each([
    "",
    ".",
    ".00",
    "1.50",
    "1.000",
    "1,000",
    "-1",
    "+1",
    "1e3",
    "0x1",
    " 1",
    "1 ",
    "1\n",
    "١",
    "1".repeat(16),
  ])("does not take %j", (text) => {
    expect(readRupiah(text)).toBeUndefined();
  });

  test("understands every amount as the provider writes it", () => {
    fc.assert(fc.property(fc.nat(), (amount) => readRupiah(`${amount}.00`) === amount));
  });
});

test.each([
  [0, "Rp 0"],
  [999, "Rp 999"],
  [15_000, "Rp 15.000"],
  [10_000_000, "Rp 10.000.000"],
])("%i is printed as %s", (amount, text) => {
  expect(showRupiah(rupiah(amount))).toBe(text);
});
