import { describe, expect, test } from "vitest";
import { step } from "../../backend/ledger/ledger.ts";
import { policyReleaseOf } from "../../backend/ledger/policy.ts";
import type { Event, OwedReason, Policies, State, Step, Terms } from "../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import type { Payment } from "../../backend/providers/provider.ts";
import { firstReleaseOf, type ReleaseId } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import type { Trouble } from "../../protocol/statements.ts";
import { ORDER_ID, order, PRICE, STAND } from "../support/sale.ts";
import { usualTerms } from "../support/terms.ts";

const NOW = { clock: "utc", ms: 0 } as const;
const payment: Payment = { amount: PRICE, fee: rupiah(0), transaction: "t", paidAt: "2026-01-01T07:00:10+07:00" };
const sale = { order: ORDER_ID, stand: STAND, merchant: ONLY_MERCHANT, amount: PRICE, items: order.items };
const paid: State = { at: "paid", sale, receipts: [{ attempt: 1, payment }] };
const twice: State = { ...paid, receipts: [...paid.receipts, { attempt: 2, payment: { ...payment, amount: PRICE } }] };

const termsWith = (policies: Policies): Terms => ({
  ...usualTerms,
  policies,
});
const notDelivered = (because: Trouble): Event => ({ type: "not-delivered", stand: STAND, because });
const delivered: Event = { type: "delivered", stand: STAND, release: firstReleaseOf(ORDER_ID), confirmed: true };

function stateAfter(state: State, events: readonly Event[], policies: Policies): { state: State; last: Step } {
  let now = state;
  let last: Step = { ignored: "nothing happened" };
  for (const event of events) {
    last = step(now, event, NOW, termsWith(policies));
    if (!("ignored" in last)) now = last.state;
  }
  return { state: now, last };
}
const doneBy = (step: Step): readonly string[] =>
  "ignored" in step ? [] : step.effects.map(({ effect }) => (effect.do === "tell" ? effect.body.type : effect.do));

const held = ["alarm"];
const refunded = ["alarm", "refund"];
const released = ["alarm", "settled", "release"];

describe("the policy of a stand", () => {
  test.each<[OwedReason, keyof Policies, { hold: string[]; refund: string[]; deliver: string[] }]>([
    ["paid-late", "late", { hold: held, refund: refunded, deliver: released }],
    ["underpaid", "late", { hold: held, refund: refunded, deliver: held }],
    ["paid-twice", "late", { hold: held, refund: refunded, deliver: held }],
    ["release-failed", "failed", { hold: held, refund: refunded, deliver: released }],
    ["release-unclear", "failed", { hold: held, refund: refunded, deliver: held }],
    ["not-confirmed", "failed", { hold: held, refund: refunded, deliver: held }],
    ["unknown-here", "failed", { hold: held, refund: refunded, deliver: held }],
  ])("decides on %s by what it says of `%s` money", (because, which, expected) => {
    const none: Policies = { late: "hold", failed: "hold" };
    const happened = because === "paid-twice" ? delivered : notDelivered(because as Trouble);
    for (const policy of ["hold", "refund", "deliver"] as const) {
      const { last } = stateAfter(because === "paid-twice" ? twice : paid, [happened], { ...none, [which]: policy });
      expect(doneBy(last), policy).toEqual(expected[policy]);
    }
  });

  test("delivers once: a second failure waits for a person", () => {
    const policies: Policies = { late: "deliver", failed: "deliver" };
    const { state, last } = stateAfter(paid, [notDelivered("paid-late"), notDelivered("release-failed")], policies);
    expect(state).toMatchObject({ at: "owed", because: "release-failed", releases: [policyReleaseOf(ORDER_ID)] });
    expect(doneBy(last)).toEqual(held);
  });

  test("of goods that are out, gives back the second payment and keeps the first", () => {
    const { state } = stateAfter(twice, [delivered], { late: "refund", failed: "hold" });
    expect(state).toMatchObject({
      at: "refunding",
      backs: [{ attempt: 2, amount: PRICE, key: `${ORDER_ID}-2-r1` }],
      delivered: true,
    });
  });
});

const holding: Policies = { late: "hold", failed: "hold" };
const ordered = (amount?: number): Event => ({
  type: "refund-ordered",
  ...(amount === undefined ? {} : { amount: rupiah(amount) }),
  by: "ani",
  why: "asked at the counter",
});
const confirmed = (key: string): Event => ({ type: "refund-answered", key, answer: { is: "confirmed" } });
const unclear: Event = { type: "refund-answered", key: `${ORDER_ID}-1-r1`, answer: { is: "unclear", detail: "" } };

describe("a refund that staff ordered", () => {
  test("gives back an imposed fee too, and every payment of goods that are not out", () => {
    const feeOn: State = {
      ...twice,
      receipts: [
        { attempt: 1, payment: { ...payment, fee: rupiah(700) } },
        { attempt: 2, payment },
      ],
    };
    const { state } = stateAfter(feeOn, [notDelivered("release-failed"), ordered()], holding);
    expect(state).toMatchObject({ backs: [{ amount: PRICE + 700 }, { amount: PRICE }] });
  });

  test("in part is the end of it, and no more than what was paid", () => {
    const part = stateAfter(paid, [notDelivered("release-failed"), ordered(4_000)], holding);
    expect(part.state).toMatchObject({ at: "refunding", backs: [{ amount: 4_000 }] });
    expect(stateAfter(part.state, [confirmed(`${ORDER_ID}-1-r1`)], holding).state).toMatchObject({
      at: "remedied",
      how: "refunded",
    });
    expect(stateAfter(paid, [ordered(PRICE + 1)], holding).last).toEqual({
      ignored: `no payment of it has ${PRICE + 1} rupiah left`,
      code: "too-much",
    });
  });

  test("that nobody answered goes to a person, and goes on under its old name", () => {
    const stuck = stateAfter(paid, [ordered(), unclear, unclear, unclear], holding);
    expect(stuck.state).toMatchObject({ at: "owed", backs: [{ stage: "stuck", because: "unanswered" }] });
    expect(doneBy(stuck.last)).toEqual(["alarm", "ask"]);
    const again = stateAfter(stuck.state, [ordered()], holding);
    expect(again.state).toMatchObject({ at: "refunding", backs: [{ stage: "asked", key: `${ORDER_ID}-1-r1` }] });
    expect(stateAfter(stuck.state, [ordered(1_000)], holding).last).toMatchObject({ ignored: expect.any(String) });
  });

  test("that was refused for good is a new refund when it is ordered again", () => {
    const refused: Event = {
      type: "refund-answered",
      key: `${ORDER_ID}-1-r1`,
      answer: { is: "refused", because: "not-activated", detail: "" },
    };
    const { state } = stateAfter(paid, [ordered(), refused, ordered()], holding);
    expect(state).toMatchObject({
      at: "refunding",
      backs: [{ stage: "refused" }, { stage: "asked", key: `${ORDER_ID}-1-r2` }],
    });
  });

  test("has a name of its own, though the goods came out after an earlier one was refused", () => {
    const refused: Event = {
      type: "refund-answered",
      key: `${ORDER_ID}-1-r1`,
      answer: { is: "refused", because: "by-bank", detail: "" },
    };
    const events = [notDelivered("release-failed"), ordered(), refused, delivered, ordered(4_000)];
    expect(stateAfter(paid, events, holding).state).toMatchObject({
      at: "refunding",
      backs: [{ stage: "refused" }, { stage: "asked", key: `${ORDER_ID}-1-r2`, amount: 4_000 }],
    });
  });

  test("leaves owed what was paid once more meanwhile, though the order had been paid twice before", () => {
    const policies: Policies = { late: "refund", failed: "hold" };
    const paidAgain: Event = {
      type: "news",
      attempt: 3,
      via: "answer",
      standing: { is: "settled", payment: { ...payment, transaction: "t-3" } },
    };
    const { state } = stateAfter(twice, [delivered, paidAgain, confirmed(`${ORDER_ID}-2-r1`)], policies);
    expect(state).toMatchObject({ at: "owed", because: "paid-twice", delivered: true });
    expect(stateAfter(state, [ordered()], policies).state).toMatchObject({
      at: "refunding",
      round: [`${ORDER_ID}-3-r1`],
    });
  });

  test("waits until the provider opens again, however short the pause would be", () => {
    const closed: Event = {
      type: "refund-answered",
      key: `${ORDER_ID}-1-r1`,
      answer: { is: "refused", because: "closed-hours", againMs: 6 * 3_600_000, detail: "" },
    };
    const { last } = stateAfter(paid, [ordered(), closed], holding);
    expect("ignored" in last ? last : last.effects).toMatchObject([
      { effect: { do: "refund" }, afterMs: 6 * 3_600_000 },
    ]);
  });

  test("of which the bank says nothing for two weeks is looked into by a person", () => {
    const taken: Event = { type: "refund-answered", key: `${ORDER_ID}-1-r1`, answer: { is: "taken" } };
    const looked: Event = {
      type: "news",
      attempt: 1,
      via: "answer",
      standing: {
        is: "refunded",
        transaction: "t",
        isFull: true,
        refunds: [{ key: `${ORDER_ID}-1-r1`, amount: PRICE, isConfirmed: false }],
      },
    };
    let { state, last } = stateAfter(paid, [ordered(), taken], holding);
    let waitedMs = 0;
    while (state.at === "refunding") {
      expect(doneBy(last)).toEqual(["ask"]);
      waitedMs += "ignored" in last ? 0 : (last.effects[0]?.afterMs ?? 0);
      ({ state, last } = stateAfter(state, [looked], holding));
    }
    expect(waitedMs / 86_400_000).toBeGreaterThan(10);
    expect(waitedMs / 86_400_000).toBeLessThan(14);
    expect(state).toMatchObject({ at: "owed", backs: [{ stage: "stuck", because: "unconfirmed" }] });
  });

  test("is followed up no sooner, and no more often, for what the provider tells of it meanwhile", () => {
    const taken: Event = { type: "refund-answered", key: `${ORDER_ID}-1-r1`, answer: { is: "taken" } };
    const begun = stateAfter(paid, [ordered(), taken], holding).state;
    const refunds = [{ key: `${ORDER_ID}-1-r1`, amount: PRICE, isConfirmed: false }];
    const booked = { is: "refunded", transaction: "t", isFull: true, refunds } as const;
    const looked: Event = { type: "news", attempt: 1, via: "answer", standing: booked };
    for (const standing of [booked, { is: "settled", payment }, { is: "unclear", detail: "" }] as const) {
      const aside: Event = { ...looked, standing, isAside: true };
      expect(stateAfter(begun, [{ type: "hinted", attempt: 1 }, aside, aside, aside], holding)).toMatchObject({
        state: { at: "refunding", backs: [{ stage: "taken", tries: 0 }] },
        last: { ignored: "nothing new of its refund" },
      });
    }
    expect(stateAfter(begun, [looked], holding).state).toMatchObject({ backs: [{ stage: "taken", tries: 1 }] });
  });

  test("that the bank sent back is asked for anew once, and then refused", () => {
    const taken: Event = { type: "refund-answered", key: `${ORDER_ID}-1-r1`, answer: { is: "taken" } };
    const missing: Event = { type: "news", attempt: 1, via: "answer", standing: { is: "settled", payment } };
    const refused: Event = {
      type: "refund-answered",
      key: `${ORDER_ID}-1-r1`,
      answer: { is: "refused", because: "by-bank", detail: "" },
    };
    const lagging = stateAfter(paid, [ordered(), taken, missing, missing], holding);
    expect(doneBy(lagging.last)).toEqual(["ask"]);
    const again = stateAfter(lagging.state, [missing], holding);
    expect(doneBy(again.last)).toEqual(["refund"]);
    expect(again.state).toMatchObject({ backs: [{ stage: "asked", key: `${ORDER_ID}-1-r1` }] });
    expect(stateAfter(again.state, [refused], holding).state).toMatchObject({
      at: "owed",
      backs: [{ stage: "refused", because: "by-bank" }],
    });
    const taken2 = stateAfter(again.state, [taken, missing, missing, missing], holding);
    expect(doneBy(taken2.last)).toEqual(["ask"]);
  });

  test("is not begun while a release has no answer", () => {
    const release: Event = { type: "release-ordered", release: "STAFF-1" as ReleaseId, by: "ani", why: "test" };
    const { last } = stateAfter(paid, [notDelivered("release-failed"), release, ordered()], holding);
    expect(last).toMatchObject({ ignored: expect.stringContaining("a release was ordered") });
  });
});

describe("a notification that names another transaction than the one that was charged", () => {
  const payable: State = {
    at: "payable",
    sale,
    attempt: 1,
    qr: "000201",
    transaction: "t-1",
    until: { clock: "utc", ms: 60_000 },
    asks: 0,
  };
  const settled = (transaction: string, via: "notification" | "answer"): Event => ({
    type: "news",
    attempt: 1,
    via,
    standing: { is: "settled", payment: { ...payment, transaction } },
  });

  test("is asked about and not believed; an answer is", () => {
    expect(doneBy(stateAfter(payable, [settled("t-2", "notification")], holding).last)).toEqual(["ask"]);
    expect(stateAfter(payable, [settled("t-1", "notification")], holding).state.at).toBe("paid");
    expect(stateAfter(payable, [settled("t-2", "answer")], holding).state.at).toBe("paid");
  });
});
