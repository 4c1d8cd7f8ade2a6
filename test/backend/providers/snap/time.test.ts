import { expect, test } from "vitest";
import { readIso } from "../../../../backend/providers/snap/time.ts";

test.each([
  ["2020-10-20T17:56:57", Date.UTC(2020, 9, 20, 10, 56, 57)],
  ["2020-10-20 17:56:57", Date.UTC(2020, 9, 20, 10, 56, 57)],
  ["2020-10-20T17:56:57+07:00", Date.UTC(2020, 9, 20, 10, 56, 57)],
  ["2020-10-20T17:56:57+0700", Date.UTC(2020, 9, 20, 10, 56, 57)],
  ["2024-09-03T03:52:14Z", Date.UTC(2024, 8, 3, 3, 52, 14)],
  ["2023-07-10T02:50:45.623789-07:00", Date.UTC(2023, 6, 10, 9, 50, 45)],
])("%s is read", (text, wall) => {
  expect(readIso(text)).toBe(wall);
});

test.each([
  "",
  "2020-10-20",
  "20201020175657",
  "2020-13-20T17:56:57",
  "2020-10-20T25:00:00",
  "now",
  "2020-10-20T17:56:57 ",
])("%j is no time", (text) => {
  expect(readIso(text)).toBeUndefined();
});
