import { describe, expect, test } from "vitest";
import { step } from "../../backend/ledger/ledger.ts";
import type { At, Back, Event, Policies, State, Step } from "../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import type { Payment, Standing } from "../../backend/providers/provider.ts";
import { firstReleaseOf, type ReleaseId } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { ORDER_ID, order, PRICE, STAND } from "../support/sale.ts";
import { usualTerms as terms } from "../support/terms.ts";

/* Money that goes back, where goods, a second payment or an earlier refund meet it. */

const payment: Payment = { amount: PRICE, fee: rupiah(0), transaction: "t-1", paidAt: "2026-01-01T07:00:10+07:00" };
const sale = { order: ORDER_ID, stand: STAND, merchant: ONLY_MERCHANT, amount: PRICE, items: order.items };
const once = [{ attempt: 1, payment }];
const twice = [...once, { attempt: 2, payment: { ...payment, transaction: "t-2" } }];
const keyOf = (attempt: number, nth = 1): string => `${ORDER_ID}-${attempt}-r${nth}`;
const backOf = (stage: Back["stage"], more: Partial<Back> = {}): Back => ({
  attempt: 1,
  key: keyOf(1),
  amount: PRICE,
  stage,
  tries: 0,
  ...more,
});
const owed = (more: Partial<At<"owed">> = {}): State => ({
  at: "owed",
  sale,
  receipts: once,
  because: "release-failed",
  delivered: false,
  releases: [],
  isReleasing: false,
  backs: [],
  ...more,
});
const goingBack = (more: Partial<At<"refunding">> = {}): State => ({
  at: "refunding",
  sale,
  receipts: once,
  because: "release-failed",
  delivered: false,
  releases: [],
  backs: [backOf("asked")],
  round: [keyOf(1)],
  by: "ani",
  ...more,
});

const afterwards = (state: State, event: Event, policies: Policies = terms.policies): Step =>
  step(state, event, { clock: "utc", ms: 0 }, { ...terms, policies });
const stateOf = (done: Step): State | Step => ("ignored" in done ? done : done.state);
const owes = (done: Step): readonly string[] | string =>
  "ignored" in done
    ? "nothing"
    : done.effects.map(({ effect }) => (effect.do === "tell" ? effect.body.type : effect.do));

const ordered = (amount?: number): Event => ({
  type: "refund-ordered",
  ...(amount === undefined ? {} : { amount: rupiah(amount) }),
  by: "ani",
  why: "asked at the counter",
});
const confirmed = (attempt = 1): Event => ({
  type: "refund-answered",
  key: keyOf(attempt),
  answer: { is: "confirmed" },
});
const news = (standing: Standing, attempt = 1, via: "answer" | "notification" = "answer"): Event => ({
  type: "news",
  attempt,
  standing,
  via,
});
const booked = (isConfirmed: boolean): Standing => ({
  is: "refunded",
  transaction: "t-1",
  isFull: true,
  refunds: [{ key: keyOf(1), amount: PRICE, isConfirmed }],
});
const paidAgain = news({ is: "settled", payment: { ...payment, transaction: "t-2" } }, 2);
const goodsOut: Event = { type: "delivered", stand: STAND, release: firstReleaseOf(ORDER_ID), confirmed: true };
const goodsFailed: Event = { type: "not-delivered", stand: STAND, because: "release-failed" };
const release: Event = { type: "release-ordered", release: "STAFF-1" as ReleaseId, by: "ani", why: "test" };
const givingBack: Policies = { late: "refund", failed: "refund" };

describe("an order that was paid twice", () => {
  test("is not done with when one of its payments went back at the provider", () => {
    const done = afterwards(owed({ receipts: twice, because: "paid-late" }), news(booked(true)));
    expect(stateOf(done)).toMatchObject({ at: "owed", receipts: twice });
  });

  test.each<[string, At<"owed">["because"]]>([
    ["did not come out", "release-failed"],
    ["nobody has yet", "paid-twice"],
  ])("still owes the first payment when the second is back, where its goods %s", (_, because) => {
    const begun = stateOf(afterwards(owed({ receipts: twice, because }), ordered(PRICE))) as State;
    expect(begun).toMatchObject({ at: "refunding", round: [keyOf(2)] });
    const left = stateOf(afterwards(begun, confirmed(2))) as State;
    expect(left).toMatchObject({ at: "owed", because, delivered: false });
    expect(stateOf(afterwards(left, ordered()))).toMatchObject({ at: "refunding", round: [keyOf(1)] });
  });

  test("owes it as well where an earlier refund of it was refused", () => {
    const backs = [backOf("refused"), backOf("asked", { attempt: 2, key: keyOf(2) })];
    const done = afterwards(goingBack({ receipts: twice, backs, round: [keyOf(2)] }), confirmed(2));
    expect(stateOf(done)).toMatchObject({ at: "owed", because: "release-failed", delivered: false });
  });

  test("owes the second payment where only the first went back", () => {
    const done = afterwards(goingBack({ receipts: twice }), confirmed());
    expect(stateOf(done)).toMatchObject({ at: "owed", because: "paid-twice", delivered: true });
    expect(stateOf(afterwards(stateOf(done) as State, ordered()))).toMatchObject({ round: [keyOf(2)] });
  });

  test("owes nothing more where its goods came out while the second payment went back", () => {
    const backs = [backOf("asked", { attempt: 2, key: keyOf(2) })];
    const done = afterwards(goingBack({ receipts: twice, delivered: true, backs, round: [keyOf(2)] }), confirmed(2));
    expect(stateOf(done)).toMatchObject({ at: "remedied", how: "refunded" });
  });

  test("and keeps the first payment for the goods is done with when the second is back", () => {
    const both = owed({ receipts: twice, because: "paid-twice", delivered: true });
    const begun = stateOf(afterwards(both, ordered())) as State;
    expect(begun).toMatchObject({ at: "refunding", round: [keyOf(2)] });
    expect(stateOf(afterwards(begun, confirmed(2)))).toMatchObject({ at: "remedied", how: "refunded" });
  });

  test("before its goods are out waits for a person, who alone knows which payment they are for", () => {
    const done = afterwards(owed(), paidAgain, givingBack);
    expect(owes(done)).toEqual(["alarm"]);
    expect(stateOf(done)).toMatchObject({ at: "owed", delivered: false });
  });

  test("after its goods were out is owed money and no goods", () => {
    const done = afterwards(owed({ because: "goodwill", delivered: true }), paidAgain);
    expect(stateOf(done)).toMatchObject({ at: "owed", because: "paid-twice", delivered: true });
  });
});

describe("goods that come out", () => {
  test("say nothing new where they are out already, or where money is on its way back for them", () => {
    expect(owes(afterwards(owed({ because: "goodwill", delivered: true }), goodsOut))).toBe("nothing");
    expect(owes(afterwards(goingBack({ delivered: true }), goodsOut))).toBe("nothing");
  });

  test("while nobody knows whether their money went back are for a person to judge", () => {
    const done = afterwards(owed({ backs: [backOf("stuck")] }), goodsOut);
    expect(owes(done)).toEqual(["alarm"]);
    expect(stateOf(done)).toMatchObject({ at: "owed", because: "goodwill", delivered: true });
  });

  test("are not ordered once more where they are out", () => {
    expect(owes(afterwards(owed({ because: "goodwill", delivered: true }), release))).toBe("nothing");
  });

  test("and fail once more after a refund was tried move no money by themselves", () => {
    expect(owes(afterwards(owed({ backs: [backOf("refused")] }), goodsFailed, givingBack))).toEqual(["alarm"]);
    expect(owes(afterwards(owed(), goodsFailed, givingBack))).toEqual(["alarm", "refund"]);
  });
});

describe("a refund that is ordered", () => {
  test("gives back all of a payment that was promised back though its goods are out", () => {
    const done = afterwards(owed({ because: "goodwill", delivered: true }), ordered());
    expect(stateOf(done)).toMatchObject({ at: "refunding", backs: [{ key: keyOf(1), amount: PRICE }] });
  });

  test("may be of all that is left, and not of nothing", () => {
    expect(stateOf(afterwards(owed(), ordered(PRICE)))).toMatchObject({ backs: [{ amount: PRICE }] });
    expect(owes(afterwards(owed(), ordered(0)))).toBe("nothing");
  });

  test("in part waits for no refund of the payment that is kept for the goods", () => {
    const both = owed({ receipts: twice, delivered: true, backs: [backOf("stuck")] });
    expect(stateOf(afterwards(both, ordered(1_000)))).toMatchObject({ at: "refunding", round: [keyOf(2)] });
  });

  test("in part waits for an earlier one of which nobody knows the end", () => {
    const done = afterwards(owed({ backs: [backOf("stuck", { amount: rupiah(4_000) })] }), ordered(1_000));
    expect(done).toEqual({ ignored: expect.stringContaining("may have gone through"), code: "refund-unclear" });
  });
});

describe("a refund that is under way", () => {
  test("is tried again where the provider says when, whatever else it says", () => {
    const answer = { is: "refused", because: "by-bank", againMs: 90_000, detail: "" } as const;
    const done = afterwards(goingBack(), { type: "refund-answered", key: keyOf(1), answer });
    expect("ignored" in done ? done : done.effects).toMatchObject([{ effect: { do: "refund" }, afterMs: 90_000 }]);
  });

  test("hears late word of another attempt, and ends nothing by it", () => {
    const pending: Standing = { is: "pending", transaction: "t-2" };
    expect(owes(afterwards(goingBack(), news(pending, 2, "notification")))).toBe("nothing");
    expect(owes(afterwards(goingBack(), news(pending, 2)))).toEqual(["void"]);
  });

  test.each([
    ["is refused", { is: "refused", because: "by-bank", detail: "denied" }, terms.refundPausesMs.length],
    ["was never answered", { is: "unclear", detail: "no answer" }, terms.refundPausesMs.length],
  ] as const)("that %s is looked for a minute later: its demand may have come twice", (_, answer, tries) => {
    const state = goingBack({ backs: [backOf("asked", { tries })] });
    const done = afterwards(state, { type: "refund-answered", key: keyOf(1), answer });
    const look = { effect: { do: "ask", attempt: { order: ORDER_ID, number: 1 } }, afterMs: 60_000 };
    expect("ignored" in done ? done : done.effects).toMatchObject([{ effect: { do: "alarm" } }, look]);
  });

  test("that was refused, and is found in the books, is told as a contradiction", () => {
    const found = afterwards(owed({ backs: [backOf("refused")] }), news(booked(false)));
    expect(owes(found)).toEqual(["alarm"]);
    expect(stateOf(found)).toMatchObject({ at: "owed", backs: [{ stage: "stuck", because: "unconfirmed" }] });
  });

  test("of which nobody knows the end stays so while the bank has not confirmed it", () => {
    expect(owes(afterwards(owed({ backs: [backOf("stuck")] }), news(booked(false))))).toEqual("nothing");
  });
});
