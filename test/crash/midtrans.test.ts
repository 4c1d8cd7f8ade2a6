import { describe, expect, test } from "vitest";
import { tryAll, upTo } from "./cuts.ts";
import { oneSale } from "./one-sale.ts";

/** The same with our own providers before Midtrans' stand-in: a call that was cut off may have been carried out. */
describe.each(["core", "snap"] as const)("a backend that is killed, over Midtrans' %s API", (api) => {
  const banks = [api, api] as const;

  test("at any moment charges no attempt twice and loses no settlement", async () => {
    const { moments } = await oneSale({ banks });
    expect(moments.backend).toBeGreaterThanOrEqual(15);
    expect(await tryAll(upTo(moments.backend).map((first) => ({ backend: [first], banks })))).toEqual([]);
  }, 120_000);

  test("at any moment of a refund gives no money back twice", async () => {
    const refund = { banks, isStuck: true, policies: { failed: "refund" } } as const;
    const { moments, back } = await oneSale(refund);
    expect(back).toBeGreaterThan(0);
    expect(await tryAll(upTo(moments.backend).map((first) => ({ ...refund, backend: [first] })))).toEqual([]);
  }, 120_000);
});
