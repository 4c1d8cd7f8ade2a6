import { describe, expect, test } from "vitest";
import type { Decision, State } from "../../backend/ledger/words.ts";
import type { ReleaseId } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { pairs, tryAll, upTo } from "./cuts.ts";
import { type Ended, oneSale, type Plot } from "./one-sale.ts";

/**
 * Money that goes back, and goods that come out after all: the backend is killed before and after every commit and every call to
 * the bank, again while it recovers, and together with the stand.
 */

const BY = { by: "ani", why: "asked at the counter" } as const;
const refundAll: Decision = { type: "refund-ordered", ...BY };
const refundPart: Decision = { ...refundAll, amount: rupiah(4_000) };
const releaseAgain: Decision = { type: "release-ordered", release: "STAFF-1" as ReleaseId, ...BY };

type Told = { readonly plot: Plot; readonly ends: State["at"]; readonly back: number; readonly pulses: number };

const stuckAnd = (failed: "refund" | "deliver" | "hold"): Plot => ({ isStuck: true, policies: { failed } });
const lateAnd = (late: "refund" | "deliver" | "hold"): Plot => ({ paysLate: true, policies: { late } });
const stuckAndRefunded: Told = { plot: stuckAnd("refund"), ends: "remedied", back: 15_000, pulses: 0 };

const sales: Readonly<Record<string, Told>> = {
  "the contact sticks, and the policy refunds": stuckAndRefunded,
  "the contact sticks, and the policy tries again": {
    plot: stuckAnd("deliver"),
    ends: "delivered",
    back: 0,
    pulses: 1,
  },
  "the contact sticks, and staff is waited for": { plot: stuckAnd("hold"), ends: "owed", back: 0, pulses: 0 },
  "the contact sticks, and staff refunds": {
    plot: { isStuck: true, staff: { when: "owed", decision: refundAll } },
    ends: "remedied",
    back: 15_000,
    pulses: 0,
  },
  "the contact sticks, and staff refunds a part": {
    plot: { isStuck: true, staff: { when: "owed", decision: refundPart } },
    ends: "remedied",
    back: 4_000,
    pulses: 0,
  },
  "the contact sticks, and staff lets it out while the policy refunds": {
    plot: { ...stuckAnd("refund"), staff: { when: "refunding", decision: releaseAgain } },
    ends: "remedied",
    back: 15_000,
    pulses: 0,
  },
  "the goods are out, and staff refunds": {
    plot: { staff: { when: "delivered", decision: refundAll } },
    ends: "remedied",
    back: 15_000,
    pulses: 1,
  },
  "the money comes late, and the policy refunds": {
    plot: lateAnd("refund"),
    ends: "remedied",
    back: 15_000,
    pulses: 0,
  },
  "the money comes late, and the policy delivers": { plot: lateAnd("deliver"), ends: "delivered", back: 0, pulses: 1 },
  "the money comes late, and staff is waited for": { plot: lateAnd("hold"), ends: "owed", back: 0, pulses: 0 },
};

const told = ({ ledger, back, pulses }: Ended) => ({ ends: ledger?.at, back, pulses });

describe.each(Object.entries(sales))("%s:", (_, { plot, ...expected }) => {
  test("it ends as it should when nothing is cut, and at whatever moment the backend is killed", async () => {
    const whole = await oneSale(plot);
    expect({ ...told(whole), wrongs: whole.wrongs }).toEqual({ ...expected, wrongs: [] });
    const cuts = upTo(whole.moments.backend).map((moment) => ({ ...plot, backend: [moment] }));
    expect(await tryAll(cuts, expected.ends)).toEqual([]);
  }, 60_000);

  test("no rule is broken at whatever moment the stand's power is cut", async () => {
    const { moments } = await oneSale(plot);
    expect(await tryAll(upTo(moments.stand).map((moment) => ({ ...plot, stand: [moment] })))).toEqual([]);
  }, 60_000);
});

describe("a refund by policy", () => {
  const { plot, ends } = stuckAndRefunded;

  test("passes enough moments for the cuts to mean something", async () => {
    const { moments } = await oneSale(plot);
    const { moments: held } = await oneSale(stuckAnd("hold"));
    expect(moments.backend - held.backend).toBeGreaterThanOrEqual(8);
  });

  test("is made once when the backend is killed at any moment, and again at any moment of its recovery", async () => {
    const { moments } = await oneSale(plot);
    const twice = pairs(moments.backend, moments.backend).map((backend) => ({ ...plot, backend }));
    expect(await tryAll(twice, ends)).toEqual([]);
  }, 180_000);

  test("breaks no rule when the backend is killed at any moment and the stand's power is cut at any moment", async () => {
    const { moments } = await oneSale(plot);
    const both = pairs(moments.backend, moments.stand);
    const cuts = both.map(([backend, stand]) => ({ ...plot, backend: [backend], stand: [stand] }));
    expect(await tryAll(cuts)).toEqual([]);
  }, 180_000);
});

describe("a deliberate mistake is found by the same cuts:", () => {
  const wrongsWith = async (cuts: Plot): Promise<readonly string[]> => {
    const found = await tryAll(upTo(40).map((moment) => ({ ...cuts, backend: [moment] })));
    return found.flatMap(({ wrongs }) => wrongs);
  };

  test("a refund that is begun anew under another key after it was not answered", async () => {
    const wrongs = await wrongsWith({ ...stuckAndRefunded.plot, mistake: "refunds-anew" });
    expect(wrongs).toContainEqual(expect.stringContaining("30000 of 15000 rupiah may have gone back"));
  });

  test("a release that is ordered while a refund is under way", async () => {
    const staff = { when: "refunding", decision: releaseAgain } as const;
    const wrongs = await wrongsWith({ ...stuckAndRefunded.plot, staff, mistake: "forgets-refunds" });
    expect(wrongs).toContainEqual(expect.stringContaining("its money is, or may be, on its way back"));
    expect(wrongs).toContainEqual(expect.stringContaining("both its goods and its money"));
  });
});
