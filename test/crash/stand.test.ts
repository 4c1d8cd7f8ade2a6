import { beforeAll, describe, expect, test } from "vitest";
import { pairs, tryAll, upTo } from "./cuts.ts";
import { oneSale } from "./one-sale.ts";

/**
 * The stand's power is cut before and after every commit and every movement of the relay, and cut again while it recovers, on
 * real SQLite files copied as they lay.
 */

describe("a stand whose power is cut", () => {
  let moments = 0;
  beforeAll(async () => {
    moments = (await oneSale({})).moments.stand;
  });

  test("passes enough moments in a sale for the cuts to mean something", () => {
    expect(moments).toBeGreaterThanOrEqual(15);
  });

  test("at any moment, and restarted, releases once or not at all, and the backend knows", async () => {
    expect(await tryAll(upTo(moments).map((first) => ({ stand: [first] })))).toEqual([]);
  });

  test("at any moment, and again at any moment of its recovery, does so too", async () => {
    expect(await tryAll(pairs(moments, moments).map((stand) => ({ stand })))).toEqual([]);
  }, 180_000);

  test("or only its daemon, within one boot, does so too", async () => {
    expect(await tryAll(upTo(moments).map((first) => ({ stand: [first], sameBoot: true })))).toEqual([]);
  });

  test("while a customer cancels, voids what was not paid and keeps what was", async () => {
    const cancels = [300, 1_000, 1_990, 2_010].flatMap((cancelsAfterMs) =>
      upTo(moments).map((first) => ({ stand: [first], cancelsAfterMs })),
    );
    expect(await tryAll(cancels)).toEqual([]);
  }, 60_000);
});

describe("a deliberate mistake is found by the same cuts:", () => {
  test.each(["forgets-started", "does-not-start"] as const)("a release that %s", async (mistake) => {
    const found = await tryAll(upTo(20).map((first) => ({ stand: [first], mistake })));
    expect(found.flatMap(({ wrongs }) => wrongs)).toContain("2 pulses for one order, 1 allowed");
  });
});
