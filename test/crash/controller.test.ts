import { beforeAll, describe, expect, test } from "vitest";
import { pairs, tryAll, upTo } from "./cuts.ts";
import { oneSale } from "./one-sale.ts";

/** The stand's power is cut wherever it can be while a controller orders at it, and lets the goods out itself. */

const isControllers = true;

describe("a stand whose power is cut in a controller's sale", () => {
  let moments = 0;
  beforeAll(async () => {
    const whole = await oneSale({ isControllers });
    expect(whole).toMatchObject({ pulses: 1, wrongs: [], order: { at: "delivered" } });
    moments = whole.moments.stand;
  });

  test("passes enough moments for the cuts to mean something", () => {
    expect(moments).toBeGreaterThanOrEqual(10);
  });

  test("at any moment, has one order for one reference, and the backend knows what became of it", async () => {
    expect(await tryAll(upTo(moments).map((first) => ({ stand: [first], isControllers })))).toEqual([]);
  });

  test("at any moment, and again at any moment of its recovery, too", async () => {
    expect(await tryAll(pairs(moments, moments).map((stand) => ({ stand, isControllers })))).toEqual([]);
  }, 120_000);

  test("or only its daemon, within one boot, delivers what was paid all the same", async () => {
    const all = upTo(moments).map((first) => ({ stand: [first], sameBoot: true, isControllers }) as const);
    expect(await tryAll(all, "delivered")).toEqual([]);
  });
});

test("a stand that forgets its references is found by the same cuts", async () => {
  const mistake = "forgets-references";
  const found = await tryAll(upTo(20).map((first) => ({ stand: [first], isControllers, mistake }) as const));
  expect(found.flatMap(({ wrongs }) => wrongs)).toContain("one reference is 2 orders");
});
