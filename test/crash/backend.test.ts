import { beforeAll, describe, expect, test } from "vitest";
import { type Cuts, oneSale, wrongsOf } from "./one-sale.ts";

/** The backend is killed before and after every commit and every call to the provider, and again while it recovers. */

async function wrongsIn(cuts: readonly Cuts[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const each of cuts) {
    const wrongs = wrongsOf(await oneSale(each));
    if (wrongs.length > 0) found.push(`${JSON.stringify(each)}: ${wrongs.join("; ")}`);
  }
  return found;
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

describe("a backend that is killed", () => {
  let moments = { stand: 0, backend: 0 };
  beforeAll(async () => {
    ({ moments } = await oneSale({}));
  });

  test("passes enough moments in a sale for the cuts to mean something", () => {
    expect(moments.backend).toBeGreaterThanOrEqual(15);
  });

  test("at any moment charges no attempt twice and loses no settlement", async () => {
    expect(await wrongsIn(upTo(moments.backend).map((first) => ({ backend: [first] })))).toEqual([]);
  });

  test("at any moment, and again at any moment of its recovery, does so neither", async () => {
    const pairs = upTo(moments.backend).flatMap((first) =>
      upTo(moments.backend).map((second) => ({ backend: [first, second] })),
    );
    expect(await wrongsIn(pairs)).toEqual([]);
  }, 180_000);

  test("at any moment, while the customer cancels, leaves no charge payable", async () => {
    const cancels = [300, 1_000, 1_990, 2_010].flatMap((cancelsAfterMs) =>
      upTo(moments.backend).map((first) => ({ backend: [first], cancelsAfterMs })),
    );
    expect(await wrongsIn(cancels)).toEqual([]);
  }, 60_000);

  test("at any moment, and the stand's power cut at any moment, together break no rule", async () => {
    const both = upTo(moments.backend).flatMap((backend) =>
      upTo(moments.stand).map((stand) => ({ backend: [backend], stand: [stand] })),
    );
    expect(await wrongsIn(both)).toEqual([]);
  }, 180_000);
});
