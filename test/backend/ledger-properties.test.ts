import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { step } from "../../backend/ledger/ledger.ts";
import type { Effect, Event, Sale, State, Terms } from "../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import type { Payment, Standing } from "../../backend/providers/provider.ts";
import { firstReleaseOf, type ReleaseId } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import type { Instant } from "../../protocol/time.ts";
import { ORDER_ID, order, PRICE, qrFor, STAND } from "../support/sale.ts";
import { usualTerms } from "../support/terms.ts";

const terms: Terms = {
  ...usualTerms,
  retryPausesMs: [1_000, 3_000],
};
const sale: Sale = { order: ORDER_ID, stand: STAND, merchant: ONLY_MERCHANT, amount: PRICE, items: order.items };
const payment: Payment = { amount: PRICE, fee: rupiah(0), transaction: "t", paidAt: "2026-01-01T07:00:10+07:00" };
const attempts = fc.integer({ min: 1, max: 3 });

const anyStanding: fc.Arbitrary<Standing> = fc.oneof(
  fc.constant<Standing>({ is: "settled", payment }),
  fc.constantFrom("pending", "expired", "cancelled", "denied").map((is): Standing => ({ is, transaction: "t" })),
  fc.boolean().map((isFull): Standing => ({ is: "refunded", transaction: "t", isFull, refunds: [] })),
  fc.constantFrom<Standing>({ is: "unknown" }, { is: "unclear", detail: "" }),
);

const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  fc.constantFrom<Event>(
    { type: "asked", stand: STAND, sale, patienceMs: 20_000 },
    { type: "void-asked", stand: STAND, order: ORDER_ID, why: "cancelled" },
    { type: "delivered", stand: STAND, release: firstReleaseOf(ORDER_ID), confirmed: true },
    { type: "not-delivered", stand: STAND, because: "release-failed" },
    { type: "synced", stand: STAND, stage: "awaiting" },
    { type: "synced", stand: STAND, stage: "unlisted" },
    { type: "lapsed" },
    { type: "release-ordered", release: "STAFF-1" as ReleaseId, by: "ani", why: "asked at the counter" },
    { type: "remedied", how: "refunded", by: "ani", why: "asked at the counter" },
    { type: "refund-ordered", by: "ani", why: "asked at the counter" },
    { type: "refund-answered", key: `${ORDER_ID}-1-r1`, answer: { is: "taken" } },
    { type: "refund-answered", key: `${ORDER_ID}-1-r1`, answer: { is: "refused", because: "by-bank", detail: "" } },
    { type: "refund-answered", key: `${ORDER_ID}-1-r1`, answer: { is: "confirmed" } },
  ),
  attempts.map((attempt): Event => ({ type: "hinted", attempt })),
  attempts.map(
    (attempt): Event => ({ type: "charged", attempt, charge: { is: "issued", qr: qrFor(PRICE), transaction: "t" } }),
  ),
  fc.record({ attempt: attempts, retriable: fc.boolean() }).map(
    ({ attempt, retriable }): Event => ({
      type: "charged",
      attempt,
      charge: { is: "refused", retriable, because: "denied", detail: "" },
    }),
  ),
  attempts.map((attempt): Event => ({ type: "charged", attempt, charge: { is: "unclear", detail: "" } })),
  fc
    .record({
      attempt: attempts,
      standing: anyStanding,
      via: fc.constantFrom("answer" as const, "notification" as const),
    })
    .map((said): Event => ({ type: "news", ...said })),
);

type Moment = {
  readonly event: Event;
  readonly before: State | undefined;
  readonly after: State;
  readonly effects: readonly Effect[];
};

function play(events: readonly Event[]): readonly Moment[] {
  const moments: Moment[] = [];
  let state: State | undefined;
  let now: Instant = { clock: "utc", ms: 0 };
  for (const event of events) {
    now = { ...now, ms: now.ms + 9_000 };
    const done = step(state, event, now, terms);
    if ("ignored" in done) continue;
    moments.push({ event, before: state, after: done.state, effects: done.effects.map(({ effect }) => effect) });
    state = done.state;
  }
  return moments;
}

const sequences = fc.array(anyEvent, { maxLength: 40 });
const isPaidFor = (state: State | undefined): boolean =>
  state !== undefined && ["paid", "delivered", "owed", "refunding", "remedied"].includes(state.at);

describe("the ledger of one order, whatever is said of it in whatever sequence", () => {
  test("never charges one attempt twice", () => {
    fc.assert(
      fc.property(sequences, (events) => {
        const charged = play(events).flatMap(({ effects }) =>
          effects.flatMap((effect) => (effect.do === "charge" ? [effect.attempt.number] : [])),
        );
        expect(new Set(charged).size).toBe(charged.length);
      }),
    );
  });

  test("becomes paid only by the provider's word, and stays so", () => {
    fc.assert(
      fc.property(sequences, (events) => {
        for (const { event, before, after } of play(events)) {
          if (isPaidFor(before)) expect(isPaidFor(after)).toBe(true);
          else if (isPaidFor(after)) expect(event).toMatchObject({ type: "news", standing: { is: "settled" } });
        }
      }),
    );
  });

  test("becomes delivered only by the stand's word", () => {
    fc.assert(
      fc.property(sequences, (events) => {
        for (const { event, before, after } of play(events)) {
          if (after.at === "delivered" && before?.at !== "delivered") expect(event.type).toBe("delivered");
        }
      }),
    );
  });

  test("tells the stand of money in the step in which it came", () => {
    fc.assert(
      fc.property(sequences, (events) => {
        for (const { before, after, effects } of play(events)) {
          if (isPaidFor(before) || !isPaidFor(after)) continue;
          expect(effects.some((effect) => effect.do === "tell" && effect.body.type === "settled")).toBe(true);
        }
      }),
    );
  });

  test("keeps an order that was paid twice owed until staff has dealt with it", () => {
    fc.assert(
      fc.property(sequences, (events) => {
        const state = play(events).at(-1)?.after;
        if (state === undefined || !("receipts" in state) || state.receipts.length < 2) return;
        expect(["paid", "owed", "refunding", "remedied"]).toContain(state.at);
      }),
    );
  });

  test("never waits for ever: an unpaid order that is not ended has asked the provider for something", () => {
    fc.assert(
      fc.property(sequences, (events) => {
        const moments = play(events);
        const state = moments.at(-1)?.after;
        if (state?.at !== "charging" && state?.at !== "payable" && state?.at !== "voiding") return;
        const asked = moments.some(({ effects }) =>
          effects.some((effect) => ["charge", "ask", "void"].includes(effect.do)),
        );
        expect(asked).toBe(true);
      }),
    );
  });
});
