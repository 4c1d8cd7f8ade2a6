import fc from "fast-check";
import { expect, test } from "vitest";
import { tongueOf } from "../../../backend/pay/tongue.ts";

test.each([
  ["id-ID,id;q=0.9,en-US;q=0.8,en;q=0.7", "id"],
  ["en-GB,en;q=0.9", "en"],
  ["en;q=0.5, id;q=0.8", "id"],
  ["in", "id"],
  ["ms-MY, en;q=0.6", "en"],
  ["EN", "en"],
  ["id;q=0, de", "both"],
  ["zh-CN,zh;q=0.9", "both"],
  ["*", "both"],
  ["", "both"],
  [undefined, "both"],
  ["england", "both"],
])("a browser that likes %j best gets %s", (header, tongue) => {
  expect(tongueOf(null, header)).toBe(tongue);
});

test("what was chosen on the page counts more than what the browser likes; a language that is not there was not chosen", () => {
  expect(tongueOf("en", "id")).toBe("en");
  expect(tongueOf("id", "en")).toBe("id");
  expect(tongueOf("de", "en")).toBe("en");
});

test("any header gives some language, at once", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 3_000 }), (header) =>
      ["id", "en", "both"].includes(tongueOf(null, header)),
    ),
  );
});
