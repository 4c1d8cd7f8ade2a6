import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { step } from "../../backend/ledger/ledger.ts";
import type { Effect, Event, Policy, Sale, State, Terms } from "../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import type { Payment, Refund, Refunded, RefundMade, Standing } from "../../backend/providers/provider.ts";
import { firstReleaseOf, type ReleaseId } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { ORDER_ID, order, PRICE, STAND } from "../support/sale.ts";
import { usualTerms } from "../support/terms.ts";

const payment: Payment = { amount: PRICE, fee: rupiah(500), transaction: "t", paidAt: "2026-01-01T07:00:10+07:00" };
const PAID_EACH = payment.amount + payment.fee;
const sale: Sale = { order: ORDER_ID, stand: STAND, merchant: ONLY_MERCHANT, amount: PRICE, items: order.items };
const paid: State = { at: "paid", sale, receipts: [{ attempt: 1, payment }] };

/** A provider's books: one key is one refund, and no more goes back than was paid. */
class Books {
  readonly paidAttempts = new Set([1]);
  readonly made = new Map<string, Refund>();
  readonly confirmed = new Set<string>();

  /** As providers do it: what is there already, or would be too much, is not made. */
  make(refund: Refund): void {
    if (this.made.has(refund.key)) return;
    if (this.backFor(refund.attempt.number) + refund.amount <= PAID_EACH) this.made.set(refund.key, refund);
  }

  backFor(attempt: number): number {
    const own = [...this.made.values()].filter((refund) => refund.attempt.number === attempt);
    return own.reduce((sum, { amount }) => sum + amount, 0);
  }

  standing(attempt: number): Standing {
    const own = [...this.made.values()].filter((refund) => refund.attempt.number === attempt);
    if (own.length === 0) return { is: "settled", payment };
    const refunds: RefundMade[] = own.map(({ key, amount }) => ({ key, amount, isConfirmed: this.confirmed.has(key) }));
    return { is: "refunded", transaction: "t", isFull: this.backFor(attempt) === PAID_EACH, refunds };
  }
}

type Answered = "taken" | "confirmed" | "lost" | "not-arrived" | "later" | "never";

/** What became of one call: whether it is in the books, and what was answered. */
function answerOf(books: Books, refund: Refund, how: Answered): Refunded {
  const isThere = books.made.has(refund.key);
  if (how === "taken" || how === "confirmed" || how === "lost") books.make(refund);
  if (how === "confirmed") books.confirmed.add(refund.key);
  if (how === "lost" || how === "not-arrived") return { is: "unclear", detail: "no answer" };
  // A provider that has the refund in its books says so: a refusal of one that was made would be a lie.
  if (books.made.has(refund.key)) return books.confirmed.has(refund.key) ? { is: "confirmed" } : { is: "taken" };
  if (isThere || how === "later") return { is: "refused", because: "no-balance", detail: "" };
  return { is: "refused", because: "by-bank", detail: "" };
}

type Move =
  | { readonly do: "event"; readonly event: Event }
  | { readonly do: "answer"; readonly how: Answered }
  | { readonly do: "look"; readonly attempt: number; readonly via: "answer" | "notification" }
  | { readonly do: "confirm" };

/** Refunds that are asked for, and answered badly, are what it is about. */
const refundOrdered: Event = { type: "refund-ordered", by: "ani", why: "test" };
const badly = fc.constantFrom<Answered>("lost", "not-arrived");

const anyMove: fc.Arbitrary<Move> = fc.oneof(
  { arbitrary: badly.map((how): Move => ({ do: "answer", how })), weight: 4 },
  { arbitrary: fc.constant<Move>({ do: "event", event: refundOrdered }), weight: 2 },
  fc
    .constantFrom<Event>(
      { type: "not-delivered", stand: STAND, because: "release-failed" },
      { type: "not-delivered", stand: STAND, because: "release-unclear" },
      { type: "not-delivered", stand: STAND, because: "paid-late" },
      { type: "delivered", stand: STAND, release: firstReleaseOf(ORDER_ID), confirmed: true },
      { type: "refund-ordered", amount: rupiah(1_000), by: "ani", why: "test" },
      { type: "release-ordered", release: "STAFF-1" as ReleaseId, by: "ani", why: "test" },
      { type: "remedied", how: "settled-by-staff", by: "ani", why: "test" },
      { type: "news", attempt: 2, via: "notification", standing: { is: "settled", payment } },
    )
    .map((event): Move => ({ do: "event", event })),
  fc
    .constantFrom<Answered>("taken", "confirmed", "lost", "not-arrived", "later", "never")
    .map((how): Move => ({ do: "answer", how })),
  fc.record({
    do: fc.constant("look" as const),
    attempt: fc.constantFrom(1, 2),
    via: fc.constantFrom("answer" as const, "notification" as const),
  }),
  fc.constant<Move>({ do: "confirm" }),
);
const anyPolicy = fc.constantFrom<Policy>("hold", "refund", "deliver");
const anyLife = fc.record({ moves: fc.array(anyMove, { maxLength: 40 }), late: anyPolicy, failed: anyPolicy });
type Life = typeof anyLife extends fc.Arbitrary<infer Value> ? Value : never;

type Seen = { readonly state: State; readonly effects: readonly Effect[]; readonly books: Books };

/** Lives one order through; `see` is shown every step. */
function live({ moves, late, failed }: Life, see: (seen: Seen, before: State, event: Event) => void): Seen {
  const terms: Terms = {
    ...usualTerms,
    refundPausesMs: [60_000],
    policies: { late, failed },
  };
  const books = new Books();
  const owed: Refund[] = [];
  let state: State = paid;
  for (const move of moves) {
    const event = eventFor(move, books, owed);
    if (event === undefined) continue;
    if (event.type === "news" && event.standing.is === "settled") books.paidAttempts.add(event.attempt);
    const done = step(state, event, { clock: "utc", ms: 0 }, terms);
    if ("ignored" in done) continue;
    const effects = done.effects.map(({ effect }) => effect);
    owed.push(...effects.flatMap((effect) => (effect.do === "refund" ? [effect.refund] : [])));
    see({ state: done.state, effects, books }, state, event);
    state = done.state;
  }
  return { state, effects: [], books };
}

function eventFor(move: Move, books: Books, owed: Refund[]): Event | undefined {
  if (move.do === "event") return move.event;
  if (move.do === "look")
    return books.paidAttempts.has(move.attempt)
      ? { type: "news", attempt: move.attempt, via: move.via, standing: books.standing(move.attempt) }
      : undefined;
  if (move.do === "confirm") {
    for (const key of books.made.keys()) books.confirmed.add(key);
    return undefined;
  }
  const refund = owed.shift();
  if (refund === undefined) return undefined;
  return { type: "refund-answered", key: refund.key, answer: answerOf(books, refund, move.how) };
}

const backsIn = (state: State) => ("backs" in state ? state.backs : []);

describe("an order's money on its way back, whatever is said and whatever is lost", () => {
  test("no refund of a payment is asked for under two names while one of them may have gone through", () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        live(life, ({ state }) => {
          for (const attempt of [1, 2]) {
            const mayBeGone = backsIn(state).filter((back) => back.attempt === attempt && back.stage !== "refused");
            const sum = mayBeGone.reduce((total, { amount }) => total + amount, 0);
            expect(sum).toBeLessThanOrEqual(PAID_EACH);
          }
        });
      }),
      { numRuns: 1_000 },
    );
  });

  test("what the ledger calls confirmed is in the provider's books, confirmed", () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        live(life, ({ state, books }) => {
          for (const { key, stage } of backsIn(state))
            if (stage === "confirmed") expect(books.confirmed).toContain(key);
        });
      }),
      { numRuns: 1_000 },
    );
  });

  test("what the provider gave back is never called refused here", () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        live(life, ({ state, books }) => {
          for (const { key, stage } of backsIn(state)) if (stage === "refused") expect(books.made.has(key)).toBe(false);
        });
      }),
      { numRuns: 1_000 },
    );
  });

  test("nothing is released while money is, or may be, on its way back", () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        live(life, ({ effects }, before) => {
          const isRelease = effects.some((effect) => effect.do === "tell" && effect.body.type === "release");
          if (isRelease) expect(backsIn(before).every(({ stage }) => stage === "refused")).toBe(true);
        });
      }),
      { numRuns: 1_000 },
    );
  });

  test("no refund begins while a release has no answer yet", () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        live(life, ({ state }, before, event) => {
          const isUnanswered = before.at === "owed" && before.isReleasing && event.type !== "delivered";
          if (isUnanswered && event.type !== "not-delivered") expect(state.at).not.toBe("refunding");
        });
      }),
      { numRuns: 1_000 },
    );
  });

  test("an order under way has something that will move it on, or a person", () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        const { state } = live(life, () => undefined);
        if (state.at !== "refunding") return;
        const round = state.backs.filter(({ key }) => state.round.includes(key));
        expect(round.some(({ stage }) => stage === "asked" || stage === "taken")).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test("a policy alone orders one release at most", () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        const moves = life.moves.filter((move) => !(move.do === "event" && move.event.type === "release-ordered"));
        let releases = 0;
        live({ ...life, moves }, ({ effects }) => {
          releases += effects.filter((effect) => effect.do === "tell" && effect.body.type === "release").length;
        });
        expect(releases).toBeLessThanOrEqual(1);
      }),
      { numRuns: 1_000 },
    );
  });
});
