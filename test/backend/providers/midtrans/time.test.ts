import fc from "fast-check";
import { expect, test } from "vitest";
import { isoOf, readWib, writeWib } from "../../../../backend/providers/midtrans/time.ts";

test("a time of Midtrans is read as western Indonesian time, seven hours ahead of UTC", () => {
  expect(readWib("2021-06-23 15:46:00")).toBe(Date.UTC(2021, 5, 23, 8, 46, 0));
  expect(readWib("2024-01-01 06:59:59")).toBe(Date.UTC(2023, 11, 31, 23, 59, 59));
});

test("an instant is written as Midtrans writes it, and as ISO 8601 with the offset", () => {
  expect(writeWib(Date.UTC(2023, 11, 31, 23, 59, 59))).toBe("2024-01-01 06:59:59");
  expect(isoOf(Date.UTC(2021, 5, 23, 8, 46, 0))).toBe("2021-06-23T15:46:00+07:00");
});

test.each([
  "",
  "2021-06-23T15:46:00",
  "2021-06-23 15:46",
  "2021-02-29 10:00:00",
  "2021-13-01 10:00:00",
  "2021-06-23 24:00:00",
  " 2021-06-23 15:46:00",
  "0021-06-23 15:46:60",
])("%j is no time", (text) => {
  expect(readWib(text)).toBeUndefined();
});

test("what is written is read back to the second", () => {
  const seconds = fc.integer({ min: 0, max: 4_102_444_800 });
  fc.assert(fc.property(seconds, (second) => readWib(writeWib(second * 1_000)) === second * 1_000));
});
