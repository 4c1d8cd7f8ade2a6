import { expect, test } from "vitest";
import { systemChance } from "../../host/chance.ts";

test("chance lies from 0 up to, but not including, 1, and does not repeat itself", () => {
  const drawn = Array.from({ length: 1_000 }, systemChance);
  expect(drawn.every((each) => each >= 0 && each < 1)).toBe(true);
  expect(new Set(drawn).size).toBe(1_000);
});
