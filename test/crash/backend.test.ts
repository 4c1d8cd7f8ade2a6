import { beforeAll, describe, expect, test } from "vitest";
import { pairs, tryAll, upTo } from "./cuts.ts";
import { oneSale } from "./one-sale.ts";

/** The backend is killed before and after every commit and every call to the provider, and again while it recovers. */

describe("a backend that is killed", () => {
  let moments = { stand: 0, backend: 0 };
  beforeAll(async () => {
    ({ moments } = await oneSale({}));
  });

  test("passes enough moments in a sale for the cuts to mean something", () => {
    expect(moments.backend).toBeGreaterThanOrEqual(15);
  });

  test("at any moment charges no attempt twice and loses no settlement", async () => {
    expect(await tryAll(upTo(moments.backend).map((first) => ({ backend: [first] })))).toEqual([]);
  });

  test("at any moment, and again at any moment of its recovery, does so neither", async () => {
    const twice = pairs(moments.backend, moments.backend).map((backend) => ({ backend }));
    expect(await tryAll(twice)).toEqual([]);
  }, 180_000);

  test("at any moment, while the customer cancels, leaves no charge payable", async () => {
    const cancels = [300, 1_000, 1_990, 2_010].flatMap((cancelsAfterMs) =>
      upTo(moments.backend).map((first) => ({ backend: [first], cancelsAfterMs })),
    );
    expect(await tryAll(cancels)).toEqual([]);
  }, 60_000);

  test("at any moment, and the stand's power cut at any moment, together break no rule", async () => {
    const both = pairs(moments.backend, moments.stand).map(([backend, stand]) => ({
      backend: [backend],
      stand: [stand],
    }));
    expect(await tryAll(both)).toEqual([]);
  }, 180_000);
});
