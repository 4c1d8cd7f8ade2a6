import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Admission, type Admitted, type Rate } from "../../../backend/merchants/admission.ts";
import { ONLY_MERCHANT } from "../../../backend/merchants/merchants.ts";
import type { MerchantId } from "../../../backend/providers/provider.ts";
import type { StandId } from "../../../protocol/ids.ts";
import { rupiah } from "../../../protocol/rupiah.ts";

const [ONE, TWO] = ["stand-1" as StandId, "stand-2" as StandId];
const BOUNDS = { least: rupiah(1_000), most: rupiah(50_000) };
const PRICE = rupiah(15_000);
const MINUTE_MS = 60_000;

function open(stand: Rate, merchant: Rate = { aMinute: 6_000, burst: 1_000 }) {
  const admission = new Admission({
    stands: new Map([ONE, TWO].map((id) => [id, stand])),
    merchants: new Map([[ONLY_MERCHANT, { ...merchant, ...BOUNDS }]]),
  });
  const at = (ms: number, id = ONE, amount = PRICE): Admitted =>
    admission.admit(id, ONLY_MERCHANT, amount, { clock: "utc", ms });
  return { admission, at };
}

const times = (count: number, act: () => Admitted): readonly Admitted[] => Array.from({ length: count }, act);

describe("admission", () => {
  test("lets a burst pass, and then says when the next one may", () => {
    const { at } = open({ aMinute: 20, burst: 3 });
    expect(times(3, () => at(0))).toEqual(["admitted", "admitted", "admitted"]);
    expect(at(0)).toEqual({ retryAfterMs: 3_000 });
    expect(at(2_999)).toEqual({ retryAfterMs: 1 });
    expect(at(3_000)).toBe("admitted");
  });

  test("fills up again in a quiet time, and never beyond the burst", () => {
    const { at } = open({ aMinute: 20, burst: 3 });
    times(3, () => at(0));
    expect(times(3, () => at(100 * MINUTE_MS))).toEqual(["admitted", "admitted", "admitted"]);
    expect(at(100 * MINUTE_MS)).toEqual({ retryAfterMs: 3_000 });
  });

  test("counts nothing that it turns away", () => {
    const { at } = open({ aMinute: 20, burst: 1 });
    at(0);
    times(50, () => at(1_000));
    expect(at(3_000)).toBe("admitted");
  });

  test("bounds every stand for itself: a broken one does not hold up the others", () => {
    const { at } = open({ aMinute: 20, burst: 2 });
    times(100, () => at(0, ONE));
    expect(at(0, ONE)).not.toBe("admitted");
    expect(at(0, TWO)).toBe("admitted");
  });

  test("bounds all stands of a merchant together, and takes nothing from a stand for that", () => {
    const { at } = open({ aMinute: 60, burst: 5 }, { aMinute: 60, burst: 3 });
    expect([at(0, ONE), at(0, TWO), at(0, ONE)]).toEqual(["admitted", "admitted", "admitted"]);
    expect(at(0, TWO)).toEqual({ retryAfterMs: 1_000 });
    expect(at(1_000, TWO)).toBe("admitted");
  });

  test.each([
    [999, "bad-amount"],
    [1_000, "admitted"],
    [50_000, "admitted"],
    [50_001, "bad-amount"],
  ])("of Rp %i under a merchant who takes 1.000 to 50.000: %s", (amount, admitted) => {
    expect(open({ aMinute: 1, burst: 1 }).at(0, ONE, rupiah(amount))).toBe(admitted);
  });

  test("does not count a bad amount", () => {
    const { at } = open({ aMinute: 1, burst: 1 });
    at(0, ONE, rupiah(1));
    expect(at(0)).toBe("admitted");
  });

  test("does not bound whom its rules do not name", () => {
    const { admission } = open({ aMinute: 1, burst: 1 });
    const gone = "gone" as MerchantId;
    const strange = (): Admitted => admission.admit("stand-9" as StandId, gone, PRICE, { clock: "utc", ms: 0 });
    expect(times(50, strange).every((each) => each === "admitted")).toBe(true);
  });

  test("begins anew where time did", () => {
    const { admission, at } = open({ aMinute: 1, burst: 1 });
    at(5 * MINUTE_MS);
    expect(admission.admit(ONE, ONLY_MERCHANT, PRICE, { clock: "another", ms: 0 })).toBe("admitted");
  });

  const rates = fc.record({ aMinute: fc.integer({ min: 1, max: 600 }), burst: fc.integer({ min: 1, max: 50 }) });
  const pauses = fc.array(fc.oneof(fc.constant(0), fc.nat(5_000), fc.nat(3 * MINUTE_MS)), { maxLength: 120 });

  test("never admits more than the burst and the rate allow, in any stretch of time", () => {
    fc.assert(
      fc.property(rates, pauses, (rate, taken) => {
        const { at } = open(rate, rate);
        const admitted: number[] = [];
        let ms = 0;
        for (const pauseMs of taken) {
          ms += pauseMs;
          if (at(ms) === "admitted") admitted.push(ms);
        }
        for (const [first, from] of admitted.entries()) {
          for (const [nth, to] of admitted.slice(first).entries()) {
            expect(nth + 1).toBeLessThanOrEqual(rate.burst + ((to - from) / MINUTE_MS) * rate.aMinute + 1e-6);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test("admits whoever comes back when he was told to", () => {
    fc.assert(
      fc.property(rates, pauses, (rate, taken) => {
        const { at } = open(rate, rate);
        let ms = 0;
        for (const pauseMs of taken) {
          ms += pauseMs;
          const said = at(ms);
          if (typeof said === "string") continue;
          expect(Number.isInteger(said.retryAfterMs) && said.retryAfterMs > 0).toBe(true);
          ms += said.retryAfterMs;
          expect(at(ms)).toBe("admitted");
        }
      }),
    );
  });
});

describe("what a stand says of its orders", () => {
  const hearsUntil = (admission: Admission, ms: number, id = ONE): number => {
    let heard = 0;
    while (admission.hears(id, { clock: "utc", ms }) && heard < 100_000) heard += 1;
    return heard;
  };

  test("is heard two thousand times at once, and then four times for each charge that it may ask for", () => {
    const { admission } = open({ aMinute: 20, burst: 1 });
    expect(hearsUntil(admission, 0)).toBe(2_000);
    expect(hearsUntil(admission, 749)).toBe(0);
    expect(hearsUntil(admission, 750)).toBe(1);
    expect(hearsUntil(admission, MINUTE_MS)).toBe(79);
  });

  test("takes nothing from another stand, nor from the charges it may ask for", () => {
    const { admission, at } = open({ aMinute: 20, burst: 1 });
    hearsUntil(admission, 0);
    expect(hearsUntil(admission, 0, TWO)).toBe(2_000);
    expect(at(0)).toBe("admitted");
  });

  test("is not bounded where no rule names the stand", () => {
    const { admission } = open({ aMinute: 20, burst: 1 });
    expect(hearsUntil(admission, 0, "stand-9" as StandId)).toBe(100_000);
  });
});
