import { expect, test } from "vitest";
import { readThrottling } from "../../gateway/health/throttling.ts";

const never = { isLow: false, wasLow: false, isHot: false, wasHot: false };

test.each<[string | undefined, object | undefined]>([
  ["0\n", { word: "0", ...never }],
  ["throttled=0x50005\n", { word: "50005", isLow: true, wasLow: true, isHot: true, wasHot: true }],
  ["throttled=0x50000\n", { word: "50000", ...never, wasLow: true, wasHot: true }],
  ["throttled=0x8\n", { word: "8", ...never, isHot: true }],
  ['error=1 error_msg="Command not registered"\n', undefined],
  ["", undefined],
  [undefined, undefined],
])("the firmware's word %j is read", (text, throttling) => {
  expect(readThrottling(text)).toEqual(throttling);
});
