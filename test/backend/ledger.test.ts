import { describe, expect, test } from "vitest";
import { CLOSEST_ASK_MS, traitsOf } from "../../backend/ledger/effects.ts";
import { step } from "../../backend/ledger/ledger.ts";
import {
  type Event,
  objections,
  type Receipt,
  type Sale,
  type State,
  type Step,
  type Terms,
} from "../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import type { Payment, Refunded, RefundMade } from "../../backend/providers/provider.ts";
import { firstReleaseOf, type ReleaseId, type StandId } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import type { Instant } from "../../protocol/time.ts";
import { ORDER_ID, order, PRICE, qrFor, STAND } from "../support/sale.ts";
import { usualTerms } from "../support/terms.ts";

const at = (ms: number): Instant => ({ clock: "utc", ms });
const NOW = at(1_000_000);
const terms: Terms = {
  ...usualTerms,
  retryPausesMs: [1_000, 3_000],
};
const sale: Sale = { order: ORDER_ID, stand: STAND, merchant: ONLY_MERCHANT, amount: PRICE, items: order.items };
const payment: Payment = {
  amount: PRICE,
  fee: rupiah(0),
  transaction: "t-1",
  paidAt: "2026-01-01T07:00:10+07:00",
  issuer: "gopay",
};
const other: Payment = { ...payment, transaction: "t-2" };
const receipts: readonly Receipt[] = [{ attempt: 1, payment }];
const staff = "STAFF-1" as ReleaseId;
const made = { transaction: "t-1" } as const;
const KEY = `${ORDER_ID}-1-r1`;
const owing = {
  at: "owed",
  sale,
  receipts,
  because: "paid-late",
  delivered: false,
  releases: [],
  isReleasing: false,
  backs: [],
} as const;
const back = { attempt: 1, key: KEY, amount: PRICE, stage: "asked", tries: 0 } as const;
const goingBack = {
  at: "refunding",
  sale,
  receipts,
  because: "release-failed",
  delivered: false,
  releases: [],
  round: [KEY],
  by: "ani",
} as const;

const states = {
  unheard: undefined,
  forestalled: { at: "forestalled", order: ORDER_ID, stand: STAND },
  asked: { at: "charging", sale, attempt: 1, phase: "asked", until: at(1_020_000) },
  checking: { at: "charging", sale, attempt: 1, phase: "checking", until: at(1_020_000) },
  clearing: { at: "charging", sale, attempt: 1, phase: "clearing", until: at(1_020_000) },
  payable: { at: "payable", sale, attempt: 1, qr: qrFor(PRICE), ...made, until: at(1_060_000), asks: 0 },
  lapsed: { at: "payable", sale, attempt: 1, qr: qrFor(PRICE), ...made, until: at(999_000), asks: 3 },
  "voiding early": { at: "voiding", sale, attempt: 1, phase: "asked", asks: 0 },
  voiding: { at: "voiding", sale, attempt: 1, phase: "clearing", ...made, asks: 0 },
  voided: { at: "voided", sale, attempt: 1, ...made, as: "cancelled" },
  refused: { at: "refused", sale, attempt: 1, because: "denied" },
  paid: { at: "paid", sale, receipts },
  delivered: { at: "delivered", sale, receipts, release: firstReleaseOf(ORDER_ID) },
  owed: owing,
  "owed, releasing": { ...owing, releases: [staff], isReleasing: true },
  "owed, refund refused": { ...owing, backs: [{ ...back, stage: "refused", because: "window-over", detail: "" }] },
  refunding: { ...goingBack, backs: [back] },
  "refunding, taken": { ...goingBack, backs: [{ ...back, stage: "taken" }] },
  remedied: { at: "remedied", sale, receipts, how: "refunded", by: "ani", backs: [] },
} as const satisfies Record<string, State | undefined>;

const refundNews = (isConfirmed: boolean, via: "answer" | "notification" = "answer") =>
  ({
    type: "news",
    attempt: 1,
    via,
    standing: { is: "refunded", transaction: "t-1", isFull: true, refunds: [{ key: KEY, amount: PRICE, isConfirmed }] },
  }) as const;
const refundAnswer = (answer: Refunded) => ({ type: "refund-answered", key: KEY, answer }) as const;
const news = (is: "pending" | "cancelled", attempt = 1, via: "answer" | "notification" = "answer") =>
  ({ type: "news", attempt, via, standing: { is, transaction: "t-1" } }) as const;

const events = {
  asked: { type: "asked", stand: STAND, sale, patienceMs: 20_000 },
  void: { type: "void-asked", stand: STAND, order: ORDER_ID, why: "cancelled" },
  delivered: { type: "delivered", stand: STAND, release: firstReleaseOf(ORDER_ID), confirmed: true },
  "not delivered": { type: "not-delivered", stand: STAND, because: "release-failed" },
  synced: { type: "synced", stand: STAND, stage: "awaiting" },
  issued: { type: "charged", attempt: 1, charge: { is: "issued", qr: qrFor(PRICE), transaction: "t-1" } },
  "issued another": { type: "charged", attempt: 2, charge: { is: "issued", qr: qrFor(PRICE), transaction: "t-2" } },
  denied: { type: "charged", attempt: 1, charge: { is: "refused", retriable: false, because: "denied", detail: "" } },
  "denied for now": {
    type: "charged",
    attempt: 1,
    charge: { is: "refused", retriable: true, because: "denied", detail: "" },
  },
  unclear: { type: "charged", attempt: 1, charge: { is: "unclear", detail: "no answer" } },
  settled: { type: "news", attempt: 1, via: "notification", standing: { is: "settled", payment } },
  "settled, answered": { type: "news", attempt: 1, via: "answer", standing: { is: "settled", payment } },
  "settled another": { type: "news", attempt: 2, via: "notification", standing: { is: "settled", payment: other } },
  "settled another, answered": { type: "news", attempt: 2, via: "answer", standing: { is: "settled", payment: other } },
  pending: news("pending"),
  "pending told": news("pending", 1, "notification"),
  "pending another": news("pending", 2),
  cancelled: news("cancelled"),
  "cancelled another": news("cancelled", 2),
  "refund booked": refundNews(false),
  "refund booked, told": refundNews(false, "notification"),
  "refund arrived": refundNews(true),
  unknown: { type: "news", attempt: 1, via: "answer", standing: { is: "unknown" } },
  "no answer": { type: "news", attempt: 1, via: "answer", standing: { is: "unclear", detail: "time-out" } },
  "no answer another": { type: "news", attempt: 2, via: "answer", standing: { is: "unclear", detail: "time-out" } },
  "unclear another": { type: "charged", attempt: 2, charge: { is: "unclear", detail: "no answer" } },
  hinted: { type: "hinted", attempt: 1 },
  lapsed: { type: "lapsed" },
  ordered: { type: "release-ordered", release: staff, by: "ani", why: "asked at the counter" },
  remedied: { type: "remedied", how: "refunded", by: "ani", why: "asked at the counter" },
  "refund ordered": { type: "refund-ordered", by: "ani", why: "asked at the counter" },
  "refund of too much": { type: "refund-ordered", amount: rupiah(PRICE + 1), by: "ani", why: "a typing error" },
  "refund taken": refundAnswer({ is: "taken" }),
  "refund confirmed": refundAnswer({ is: "confirmed" }),
  "refund refused": refundAnswer({ is: "refused", because: "window-over", detail: "" }),
  "refund refused for now": refundAnswer({ is: "refused", because: "no-balance", detail: "" }),
  "refund unclear": refundAnswer({ is: "unclear", detail: "" }),
} as const satisfies Record<string, Event>;

type StateName = keyof typeof states;
type EventName = keyof typeof events;

const no = "ignored";
const ask = (was: string): string => `${was}: ask`;
const isPaid = "paid: tell settled";
const paidAgainst = "paid: tell settled, alarm";
const paidByAnother = "paid: tell settled, alarm, void";
const isVoided = "voided: tell voided";

/** Rows in the order of `events`: what the stand says, what the provider answers, what it tells, what staff does. */
const silent: Record<EventName, string> = {
  asked: no,
  void: no,
  delivered: no,
  "not delivered": no,
  synced: no,
  issued: no,
  "issued another": no,
  denied: no,
  "denied for now": no,
  unclear: no,
  settled: no,
  "settled, answered": no,
  "settled another": no,
  "settled another, answered": no,
  pending: no,
  "pending told": no,
  "pending another": no,
  cancelled: no,
  "cancelled another": no,
  "refund booked": no,
  "refund booked, told": no,
  "refund arrived": no,
  unknown: no,
  "no answer": no,
  "no answer another": no,
  "unclear another": no,
  hinted: no,
  lapsed: no,
  ordered: no,
  remedied: no,
  "refund ordered": no,
  "refund of too much": no,
  "refund taken": no,
  "refund confirmed": no,
  "refund refused": no,
  "refund refused for now": no,
  "refund unclear": no,
};
const doubtful = (was: string): string => `${was}: recheck`;
/** Money for the attempt in hand, of which the transaction is known, or is not; and for another. */
const money = (was: string) => ({
  settled: isPaid,
  "settled, answered": isPaid,
  "settled another": doubtful(was),
  "settled another, answered": paidByAnother,
});
const moneyUnnamed = (was: string) => ({ ...money(was), settled: doubtful(was) });
const afterTheMoney = (was: string) => ({
  ...silent,
  "settled another": doubtful(was),
  "settled another, answered": "owed: alarm",
  hinted: doubtful(was),
});

const owedRow: Record<EventName, string> = {
  ...afterTheMoney("owed"),
  "no answer another": "owed: recheck",
  "unclear another": "owed: recheck",
  "issued another": "owed: void",
  "pending another": "owed: void",
  delivered: "delivered: ",
  "not delivered": "owed: alarm",
  "refund booked": "owed: alarm",
  "refund booked, told": "owed: alarm",
  ordered: "owed: tell settled, tell release",
  remedied: "remedied: tell remedied",
};
const refundingRow: Record<EventName, string> = {
  ...silent,
  "settled another": doubtful("refunding"),
  "settled another, answered": "refunding: alarm",
  "no answer another": "refunding: recheck",
  "unclear another": "refunding: recheck",
  "issued another": "refunding: void",
  "pending another": "refunding: void",
  delivered: "refunding: alarm",
  hinted: doubtful("refunding"),
};

/** What became of a charge is not known, before it is asked for and while it is ended. */
const unclearRow: Record<EventName, string> = {
  ...silent,
  "no answer another": "charging: recheck",
  "unclear another": "charging: recheck",
  ...moneyUnnamed("charging"),
  void: "voiding: ",
  issued: "payable: tell offer, ask, lapse",
  denied: "refused: tell refused",
  "denied for now": "charging: charge",
  unclear: ask("charging"),
  pending: "charging: void",
  "issued another": "charging: void",
  "pending another": "charging: void",
  cancelled: "charging: charge",
  "refund booked": "charging: charge",
  "refund arrived": "charging: charge",
  unknown: "charging: charge, recheck",
  "no answer": ask("charging"),
  hinted: doubtful("charging"),
};

const table: Record<StateName, Record<EventName, string>> = {
  unheard: { ...silent, asked: "charging: charge", void: "forestalled: tell voided" },
  forestalled: {
    ...silent,
    settled: "forestalled: alarm",
    "settled, answered": "forestalled: alarm",
    "settled another": "forestalled: alarm",
    "settled another, answered": "forestalled: alarm",
  },
  asked: {
    ...silent,
    "no answer another": "charging: recheck",
    "unclear another": "charging: recheck",
    ...moneyUnnamed("charging"),
    void: "voiding: ",
    issued: "payable: tell offer, ask, lapse",
    denied: "refused: tell refused",
    "denied for now": "charging: charge",
    unclear: ask("charging"),
    "issued another": "charging: void",
    "pending another": "charging: void",
    hinted: doubtful("charging"),
  },
  checking: unclearRow,
  clearing: { ...unclearRow, issued: no },
  payable: {
    ...silent,
    "no answer another": "payable: recheck",
    ...money("payable"),
    void: "voiding: void",
    synced: "payable: tell offer",
    pending: ask("payable"),
    "pending another": "payable: void",
    cancelled: isVoided,
    "refund booked": `${isVoided}, alarm`,
    "refund booked, told": `${isVoided}, alarm`,
    "refund arrived": `${isVoided}, alarm`,
    unknown: ask("payable"),
    "no answer": ask("payable"),
    hinted: doubtful("payable"),
  },
  lapsed: {
    ...silent,
    "no answer another": "payable: recheck",
    ...money("payable"),
    void: "voiding: void",
    pending: ask("payable"),
    "pending another": "payable: void",
    cancelled: isVoided,
    "refund booked": `${isVoided}, alarm`,
    "refund booked, told": `${isVoided}, alarm`,
    "refund arrived": `${isVoided}, alarm`,
    unknown: ask("payable"),
    "no answer": ask("payable"),
    hinted: doubtful("payable"),
    lapsed: "voiding: void",
  },
  "voiding early": {
    ...silent,
    "no answer another": "voiding: recheck",
    ...moneyUnnamed("voiding"),
    issued: "voiding: void",
    denied: isVoided,
    "denied for now": isVoided,
    unclear: ask("voiding"),
    "pending another": "voiding: void",
    hinted: doubtful("voiding"),
  },
  voiding: {
    ...silent,
    "no answer another": "voiding: recheck",
    ...money("voiding"),
    issued: "voiding: void",
    denied: isVoided,
    "denied for now": isVoided,
    unclear: ask("voiding"),
    pending: "voiding: void",
    "pending another": "voiding: void",
    cancelled: isVoided,
    "refund booked": `${isVoided}, alarm`,
    "refund booked, told": `${isVoided}, alarm`,
    "refund arrived": `${isVoided}, alarm`,
    unknown: `${isVoided}, recheck`,
    "no answer": ask("voiding"),
    hinted: doubtful("voiding"),
  },
  voided: {
    ...silent,
    "no answer": "voided: recheck",
    unclear: "voided: recheck",
    "no answer another": "voided: recheck",
    "unclear another": "voided: recheck",
    settled: paidAgainst,
    "settled, answered": paidAgainst,
    "settled another": doubtful("voided"),
    "settled another, answered": paidAgainst,
    synced: isVoided,
    issued: "voided: void",
    pending: "voided: void",
    "issued another": "voided: void",
    "pending another": "voided: void",
    hinted: doubtful("voided"),
  },
  refused: {
    ...silent,
    "no answer": "refused: recheck",
    unclear: "refused: recheck",
    "no answer another": "refused: recheck",
    "unclear another": "refused: recheck",
    settled: doubtful("refused"),
    "settled, answered": paidAgainst,
    "settled another": doubtful("refused"),
    "settled another, answered": paidAgainst,
    synced: "refused: tell refused",
    issued: "refused: void",
    pending: "refused: void",
    "issued another": "refused: void",
    "pending another": "refused: void",
    hinted: doubtful("refused"),
  },
  paid: {
    ...silent,
    "no answer another": "paid: recheck",
    "unclear another": "paid: recheck",
    "issued another": "paid: void",
    "pending another": "paid: void",
    "settled another": doubtful("paid"),
    "settled another, answered": "paid: alarm",
    delivered: "delivered: ",
    "not delivered": "owed: alarm",
    synced: isPaid,
    "refund booked": "paid: alarm",
    "refund booked, told": "paid: alarm",
    "refund arrived": "paid: alarm",
    hinted: doubtful("paid"),
    remedied: "remedied: tell remedied",
    "refund ordered": "refunding: refund",
  },
  delivered: {
    ...afterTheMoney("delivered"),
    "no answer another": "delivered: recheck",
    "unclear another": "delivered: recheck",
    "issued another": "delivered: void",
    "pending another": "delivered: void",
    "refund booked": "delivered: alarm",
    "refund booked, told": "delivered: alarm",
    "refund arrived": "delivered: alarm",
    "refund ordered": "refunding: refund",
  },
  owed: {
    ...owedRow,
    "refund arrived": "remedied: tell remedied, alarm",
    "refund ordered": "refunding: refund",
  },
  "owed, releasing": { ...owedRow, "refund arrived": "owed: alarm", ordered: no },
  "owed, refund refused": {
    ...owedRow,
    "refund arrived": "remedied: tell remedied, alarm",
    "refund ordered": "refunding: refund",
  },
  refunding: {
    ...refundingRow,
    "refund taken": "refunding: follow-up",
    "refund confirmed": "remedied: tell remedied",
    "refund refused": "owed: alarm, recheck",
    "refund refused for now": "refunding: refund",
    "refund unclear": "refunding: refund",
    "refund booked": "refunding: follow-up",
    "refund booked, told": "refunding: follow-up",
    "refund arrived": "remedied: tell remedied",
  },
  "refunding, taken": {
    ...refundingRow,
    "settled, answered": "refunding: follow-up",
    "refund booked": "refunding: follow-up",
    "refund arrived": "remedied: tell remedied",
    pending: "refunding: follow-up",
    cancelled: "refunding: follow-up",
    unknown: "refunding: follow-up",
    "no answer": "refunding: follow-up",
  },
  remedied: {
    ...afterTheMoney("remedied"),
    "no answer another": "remedied: recheck",
    "unclear another": "remedied: recheck",
    "issued another": "remedied: void",
    "pending another": "remedied: void",
    delivered: "remedied: alarm",
    "not delivered": "remedied: tell remedied",
    synced: "remedied: tell remedied",
    "refund booked": "remedied: alarm",
    "refund booked, told": "remedied: alarm",
    "refund arrived": "remedied: alarm",
  },
};

const say = (done: Step): string =>
  "ignored" in done ? no : `${done.state.at}: ${done.effects.map(({ effect }) => traitsOf(effect).kind).join(", ")}`;
const pauseOf = (done: Step): number | undefined => ("ignored" in done ? undefined : done.effects[0]?.afterMs);

describe("the ledger", () => {
  for (const [name, row] of Object.entries(table) as [StateName, Record<EventName, string>][]) {
    test.each(Object.entries(row) as [EventName, string][])(`${name}, then %s: %s`, (event, expected) => {
      expect(say(step(states[name], events[event], NOW, terms))).toBe(expected);
    });
  }

  test("a stand is not heard when it speaks of another's order", () => {
    const thief = "stand-2" as StandId;
    for (const event of [events.void, events.delivered, events["not delivered"], events.synced]) {
      for (const [name, state] of Object.entries(states)) {
        if (state === undefined) continue;
        expect(say(step(state, { ...event, stand: thief }, NOW, terms)), name).toBe(no);
      }
    }
  });

  test("an amount that is not the sum of its items, nothing, or more than QRIS carries, is refused", () => {
    const asked = (amount: number): Step =>
      step(undefined, { ...events.asked, sale: { ...sale, amount: rupiah(amount) } }, NOW, terms);
    expect(say(asked(14_999))).toBe("refused: tell refused");
    const priced = (price: number): string => {
      const items = [{ product: "x", name: "X", price: rupiah(price), quantity: 1 }];
      return say(step(undefined, { ...events.asked, sale: { ...sale, amount: rupiah(price), items } }, NOW, terms));
    };
    expect([1, 10_000_000].map(priced)).toEqual(["charging: charge", "charging: charge"]);
    expect([0, 10_000_001].map(priced)).toEqual(["refused: tell refused", "refused: tell refused"]);
  });

  test("an offer is told for as long as it can be paid, and once more for what is left of that", () => {
    const offerIn = (done: Step): unknown => {
      const effect = "ignored" in done ? undefined : done.effects[0]?.effect;
      return effect?.do === "tell" && effect.body.type === "offer" && [effect.until, effect.body.validForMs];
    };
    expect(offerIn(step(states.asked, events.issued, NOW, terms))).toEqual([at(1_120_000), 120_000]);
    expect(offerIn(step(states.payable, events.synced, NOW, terms))).toEqual([at(1_060_000), 60_000]);
  });

  test("a charge whose code was lost is ended at once, and then not sooner than the provider wants", () => {
    const pauses = [states.checking, states.clearing].map((state) => pauseOf(step(state, events.pending, NOW, terms)));
    expect(pauses).toEqual([0, CLOSEST_ASK_MS]);
  });

  const unpaid = ["ask", "void", "lapse", "tell offer", "tell refused", "tell voided"];
  const told = ["tell release", "tell settled"];
  const takenBack: readonly [StateName, EventName, readonly string[]][] = [
    ["payable", "settled", unpaid],
    ["voiding", "settled", unpaid],
    ["payable", "pending", ["ask"]],
    ["payable", "synced", ["tell offer"]],
    ["payable", "void", ["ask", "lapse", "tell offer"]],
    ["voiding", "pending", ["ask", "void"]],
    ["voiding", "no answer", ["ask", "void"]],
    ["voiding", "cancelled", ["ask", "lapse", "tell offer", "void"]],
    ["voided", "synced", ["tell voided"]],
    ["refused", "synced", ["tell refused"]],
    ["paid", "synced", ["tell settled"]],
    ["owed", "ordered", told],
    ["owed", "remedied", told],
    ["owed", "refund ordered", told],
    ["paid", "refund ordered", told],
    ["remedied", "not delivered", ["tell remedied"]],
  ];
  test.each(takenBack)("%s, then %s: takes back %s, which nobody needs any more", (state, event, kinds) => {
    const done = step(states[state], events[event], NOW, terms);
    expect("ignored" in done ? done : done.takesBack?.toSorted()).toEqual(kinds.toSorted());
  });

  test("after the last attempt, or when the customer's patience ends first, there is no other", () => {
    expect(say(step({ ...states.asked, attempt: 3 }, { ...events["denied for now"], attempt: 3 }, NOW, terms))).toBe(
      "refused: tell refused",
    );
    expect(say(step({ ...states.asked, until: at(1_000_500) }, events["denied for now"], NOW, terms))).toBe(
      "refused: tell refused",
    );
  });

  test("status queries slow down, and are never closer than the provider wants", () => {
    const pauses = [0, 1, 2, 5, 20].map((asks) =>
      pauseOf(step({ ...states.payable, asks }, events.pending, NOW, terms)),
    );
    expect(pauses).toEqual([22_500, 33_750, 50_625, 170_859, 300_000]);
    const hasty = pauseOf(step(states.payable, events.pending, NOW, { ...terms, firstAskMs: 100 }));
    expect(hasty).toBe(CLOSEST_ASK_MS);
  });

  test("what is being ended is ended ever more slowly, and never asked about closer than the provider wants", () => {
    const pauses = (event: Event) =>
      [0, 1, 5, 40].map((asks) => pauseOf(step({ ...states.voiding, asks }, event, NOW, terms)));
    expect(pauses(events.pending)).toEqual([0, 10_000, 50_000, 300_000]);
    expect(pauses(events["no answer"])).toEqual([10_000, 10_000, 50_000, 300_000]);
  });

  test("a charge keeps the provider's name while it is being ended, and after", () => {
    for (const [state, event] of [
      [states.payable, events.void],
      [states.lapsed, events.lapsed],
      [states.voiding, events.cancelled],
      [states.payable, events.cancelled],
    ] as const) {
      const done = step(state, event, NOW, terms);
      expect("ignored" in done ? done : done.state).toMatchObject({ transaction: "t-1" });
    }
  });

  test("a notification is held against the transaction of its own attempt, and no other's", () => {
    const told = (attempt: number, transaction: string): Event => ({
      type: "news",
      attempt,
      via: "notification",
      standing: { is: "settled", payment: { ...payment, transaction } },
    });
    expect(say(step(states.payable, told(2, "t-1"), NOW, terms))).toBe(doubtful("payable"));
    const twice: State = { ...states.paid, receipts: [...receipts, { attempt: 2, payment: other }] };
    expect(say(step(twice, told(2, "t-2"), NOW, terms))).toBe(no);
    expect(say(step(twice, told(2, "t-1"), NOW, terms))).toBe(doubtful("paid"));
  });

  test("an order paid twice stays owed, even though the goods are out", () => {
    const twice: State = { ...states.paid, receipts: [...receipts, { attempt: 2, payment }] };
    const done = step(twice, events.delivered, NOW, terms);
    expect("ignored" in done ? done : done.state).toMatchObject({ at: "owed", because: "paid-twice", delivered: true });
  });

  test("a stand that has the settlement already is not told again", () => {
    expect(say(step(states.paid, { ...events.synced, stage: "releasing" }, NOW, terms))).toBe(no);
    expect(say(step(states.paid, { ...events.synced, stage: "unlisted" }, NOW, terms))).toBe(isPaid);
  });

  test.each([1, 2])("a hint about attempt %i leaves every look that is owed already where it is", (attempt) => {
    for (const state of [states.payable, states.voiding, states.voided, states.paid, states["refunding, taken"]]) {
      const done = step(state, { type: "hinted", attempt }, NOW, terms);
      expect("ignored" in done ? done : { owes: say(done), takesBack: done.takesBack ?? [] }).toEqual({
        owes: `${state.at}: recheck`,
        takesBack: [],
      });
    }
  });

  test("a stand that has closed what was dealt with is not told again", () => {
    expect(say(step(states.remedied, { ...events.synced, stage: "unlisted" }, NOW, terms))).toBe(no);
  });

  test("news of its own refunds alarms nobody; news of another's does, and of those that the provider does not name", () => {
    const remedied: State = { ...states.remedied, backs: [{ ...back, stage: "confirmed" }] };
    expect(say(step(remedied, events["refund arrived"], NOW, terms))).toBe(no);
    const [own] = events["refund arrived"].standing.refunds;
    const newsOf = (refunds: readonly RefundMade[]): Event => ({
      ...events["refund arrived"],
      standing: { ...events["refund arrived"].standing, refunds },
    });
    const { key: _, ...unnamed } = own;
    expect(say(step(remedied, newsOf([own, { ...own, key: "another" }]), NOW, terms))).toBe("remedied: alarm");
    expect(say(step(remedied, newsOf([unnamed]), NOW, terms))).toBe("remedied: alarm");
    expect(say(step(remedied, newsOf([]), NOW, terms))).toBe("remedied: alarm");
  });

  test("says in one word, too, why it does not take what staff decides, each way there is", () => {
    const stuck: State = { ...owing, backs: [{ ...back, stage: "stuck", because: "unconfirmed", detail: "" }] };
    const given: State = { ...states.delivered, backs: [{ ...back, stage: "confirmed" }] };
    const nothing: State = { ...owing, sale: { ...sale, items: [] } };
    const part: Event = { ...events["refund ordered"], amount: rupiah(1) };
    const codes = (state: State): readonly unknown[] =>
      [events.ordered, events.remedied, events["refund ordered"], part].map((event) => {
        const done = step(state, event, NOW, terms);
        return "ignored" in done ? done.code : `to ${done.state.at}`;
      });
    const { payable, paid, delivered, owed, refunding, remedied } = states;
    const all = [delivered, states["owed, releasing"], refunding, remedied, stuck, given, nothing].map(codes);
    expect(all).toEqual([
      ["not-owed-goods", "not-owed", "to refunding", "to refunding"],
      ["release-under-way", "to remedied", "release-under-way", "release-under-way"],
      ["going-back", "going-back", "going-back", "going-back"],
      ["not-owed-goods", "not-owed", "dealt-with", "dealt-with"],
      ["money-back", "to remedied", "to refunding", "refund-unclear"],
      ["not-owed-goods", "not-owed", "nothing-left", "too-much"],
      ["no-goods", "to remedied", "to refunding", "to refunding"],
    ]);
    expect(objections.filter((each) => !all.flat().includes(each))).toEqual([]);
    expect([payable, paid, owed].map(codes)).toEqual([
      [undefined, undefined, undefined, undefined],
      ["not-owed-goods", "to remedied", "to refunding", "to refunding"],
      ["to owed", "to remedied", "to refunding", "to refunding"],
    ]);
  });

  describe("a refund that was refused, and is in the provider's books all the same,", () => {
    const refused = { ...back, stage: "refused", because: "by-bank", detail: "denied" } as const;
    const backs = [refused];
    const told = (state: State, event: Event): unknown => {
      const done = step(state, event, NOW, terms);
      if ("ignored" in done) return done;
      const alarms = done.effects.flatMap(({ effect }) => (effect.do === "alarm" ? [effect.alarm] : []));
      return { at: done.state.at, backs: "backs" in done.state ? done.state.backs : undefined, alarms };
    };
    const stuck = { attempt: 1, key: KEY, amount: PRICE, tries: 0, stage: "stuck", because: "unconfirmed" };
    const confirmed = { attempt: 1, key: KEY, amount: PRICE, tries: 0, stage: "confirmed" };

    test.each([
      ["owed", { ...owing, backs } as State, "owed"],
      ["delivered", { ...states.delivered, backs } as State, "owed"],
      ["remedied", { ...states.remedied, backs } as State, "remedied"],
    ])("goes on under its own name, and somebody is told, where the order is %s", (_, state, at) => {
      expect(told(state, events["refund booked"])).toMatchObject({ at, backs: [stuck], alarms: ["contradiction"] });
    });

    test("ends what was owed when the bank has confirmed it", () => {
      const owed: State = { ...owing, backs };
      expect(told(owed, events["refund arrived"])).toEqual({
        at: "remedied",
        backs: [confirmed],
        alarms: ["contradiction"],
      });
    });

    test("is known to the refunds that are under way beside it", () => {
      const second = { ...back, key: `${ORDER_ID}-1-r2` };
      const both: State = { ...goingBack, backs: [refused, second], round: [second.key] };
      expect(told(both, { ...events["refund booked"], via: "notification" })).toMatchObject({
        at: "refunding",
        backs: [stuck, second],
        alarms: ["contradiction"],
      });
    });
  });

  test("a refund that nobody knew the end of, and that is confirmed, is not tried again", () => {
    const lost: State = { ...owing, delivered: true, backs: [{ ...back, amount: rupiah(1), stage: "stuck" }] };
    const part = { ...events["refund arrived"].standing, isFull: false };
    const done = step(lost, { ...events["refund arrived"], standing: part }, NOW, terms);
    expect("ignored" in done ? done : done.state).toMatchObject({ at: "owed", backs: [{ stage: "confirmed" }] });
  });

  test("nothing that was settled is ever unsettled", () => {
    for (const state of [states.paid, states.delivered, states.owed, states.refunding, states.remedied]) {
      for (const event of Object.values(events)) {
        const done = step(state, event, NOW, terms);
        const next = "ignored" in done ? state : done.state;
        expect("receipts" in next && next.receipts.length).toBeGreaterThan(0);
      }
    }
  });
});
