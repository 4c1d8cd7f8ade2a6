import { describe, test } from "vitest";
import { expectNothingWrong } from "../checks.ts";
import { openOutside } from "./outside.ts";

/** A daemon starts five times. */
const SALES_SECONDS = 600;

describe("a whole stand, with broker, payment provider and backend outside of it", () => {
  test("the checks of sale and killed-in-mid-pulse", { timeout: SALES_SECONDS * 1_000 + 30_000 }, async () => {
    const outside = await openOutside();
    try {
      await expectNothingWrong({
        options: ["--no-sysfs-gpio", "--net"],
        parts: ["sale", "killed-in-mid-pulse"],
        seconds: SALES_SECONDS,
        outside: outside.folder,
      });
    } finally {
      await outside.close();
    }
  });
});
