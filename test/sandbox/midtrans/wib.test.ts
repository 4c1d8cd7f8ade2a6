import { expect, test } from "vitest";
import { readOrderTime, wibOf } from "../../../sandbox/midtrans/wib.ts";

test.each([
  ["2021-06-23T08:25:24.999Z", "2021-06-23 15:25:24"],
  ["2026-12-31T17:00:00Z", "2027-01-01 00:00:00"],
  ["2026-03-01T16:59:59Z", "2026-03-01 23:59:59"],
])("%s is written %s", (utc, wib) => {
  expect(wibOf(Date.parse(utc))).toBe(wib);
});

test.each([
  ["2026-01-31 23:59:59 +0700", "2026-01-31T16:59:59Z"],
  ["2026-01-31 23:59:59 +0000", "2026-01-31T23:59:59Z"],
  ["2026-01-31 23:59:59 -0130", "2026-02-01T01:29:59Z"],
])("an order time of %s is %s", (text, utc) => {
  expect(readOrderTime(text)).toBe(Date.parse(utc));
});

test.each(["", "2026-01-31 23:59:59", "2026-13-31 23:59:59 +0700", "2026-01-31T23:59:59+07:00", "yesterday"])(
  "«%s» is no order time",
  (text) => {
    expect(readOrderTime(text)).toBeUndefined();
  },
);
