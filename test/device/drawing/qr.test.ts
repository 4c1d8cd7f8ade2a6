import { describe, expect, test } from "vitest";
import { fitQr, largestQr, PAPER_MODULE, qrCode, SCREEN_MODULE } from "../../../device/drawing/qr.ts";
import { LARGEST_QRIS, SAMPLE_QRIS } from "../fixtures.ts";

describe("the largest code a panel can show", () => {
  // ISO/IEC 18004: version v has 17 + 4 v modules a side; 4 light modules around it.
  test.each([
    [240, 240, SCREEN_MODULE, 69],
    [320, 240, SCREEN_MODULE, 69],
    [219, 500, SCREEN_MODULE, 65],
    [218, 500, SCREEN_MODULE, 61],
    [384, 3200, PAPER_MODULE, 85],
    [576, 3200, PAPER_MODULE, 133],
    [122, 250, SCREEN_MODULE, 29],
    [87, 87, SCREEN_MODULE, 21],
    [86, 87, SCREEN_MODULE, 0],
    [0, 0, SCREEN_MODULE, 0],
    [4000, 4000, SCREEN_MODULE, 177],
  ])("on %i × %i at %i pixels a module has %i modules", (width, height, least, modules) => {
    expect(largestQr(width, height, least)).toBe(modules);
  });

  test("is one that fits, and the next larger one does not", () => {
    for (let side = 90; side < 560; side += 7) {
      const modules = largestQr(side, side, SCREEN_MODULE);
      expect((modules + 8) * SCREEN_MODULE).toBeLessThanOrEqual(side);
      expect((modules + 12) * SCREEN_MODULE).toBeGreaterThan(side);
    }
  });
});

describe("a code", () => {
  test("is of the smallest version that holds the text at level M", () => {
    // ISO/IEC 18004, table 7: 14 bytes in version 1, 213 in 10, 251 in 11, 287 in 12.
    expect([14, 15, 213, 214, 251, 252].map((length) => qrCode("a".repeat(length))?.modules)).toEqual([
      21, 25, 57, 61, 61, 65,
    ]);
    expect(qrCode(LARGEST_QRIS)?.modules).toBe(65);
    expect(qrCode(`${LARGEST_QRIS}x`)?.modules).toBe(69);
  });

  test("says in its format bits that it is of level M", () => {
    // Format bits 14 and 13, beside the top left finder, are 00 for M; the mask 101010000010010 makes them 10.
    const code = qrCode(SAMPLE_QRIS);
    const at = (column: number, row: number) => code?.dark[row * code.modules + column];
    expect([at(0, 8), at(1, 8)]).toEqual([1, 0]);
  });

  test("has its three finders and nothing but zeros and ones", () => {
    const code = qrCode("Rp");
    if (code === undefined) throw new Error("no code");
    expect(code.dark.length).toBe(code.modules ** 2);
    const finder = [1, 1, 1, 1, 1, 1, 1];
    const last = code.modules - 7;
    for (const from of [0, last, last * code.modules]) expect([...code.dark.slice(from, from + 7)]).toEqual(finder);
    expect(code.dark.every((bit) => bit === 0 || bit === 1)).toBe(true);
  });

  test.each(["", "a".repeat(2332)])("cannot hold a text of no or too many characters (%#)", (text) => {
    expect(qrCode(text)).toBeUndefined();
    expect(fitQr(text, 10_000, 1)).toEqual({ fits: false, needed: 0, available: 10_000, modules: 0 });
  });
});

describe("fitting", () => {
  test("takes as many whole pixels a module as there is room for", () => {
    expect(fitQr(LARGEST_QRIS, 291, 3)).toMatchObject({ fits: true, module: 3, side: 219 });
    expect(fitQr(LARGEST_QRIS, 292, 3)).toMatchObject({ fits: true, module: 4, side: 292 });
  });

  test("refuses one pixel below the least, with the numbers", () => {
    expect(fitQr(LARGEST_QRIS, 219, 3)).toMatchObject({ fits: true, module: 3 });
    expect(fitQr(LARGEST_QRIS, 218, 3)).toEqual({ fits: false, needed: 219, available: 218, modules: 65 });
  });
});
