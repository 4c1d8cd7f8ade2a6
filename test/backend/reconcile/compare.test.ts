import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Event, State } from "../../../backend/ledger/words.ts";
import type { Standing } from "../../../backend/providers/provider.ts";
import { attemptsOf } from "../../../backend/reconcile/attempts.ts";
import { compare, type Difference, isInformation } from "../../../backend/reconcile/compare.ts";
import { isWorthTelling } from "../../../backend/reconcile/news.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import { PRICE } from "../../support/sale.ts";
import { backOf, books, owedWith, paymentBy, receiptBy, settled } from "./books.ts";

const pending: Standing = { is: "pending", transaction: "t-1" };
const expired: Standing = { is: "expired", transaction: "t-1" };
const cancelled: Standing = { is: "cancelled", transaction: "t-1" };
const denied: Standing = { is: "denied", transaction: "t-1" };
const unknown: Standing = { is: "unknown" };
const unclear: Standing = { is: "unclear", detail: "no answer" };
const givenBack = (amounts: readonly number[], isFull = false): Standing => ({
  is: "refunded",
  transaction: "t-1",
  isFull,
  refunds: amounts.map((amount) => ({ amount: rupiah(amount), isConfirmed: true })),
});
const fully = givenBack([PRICE], true);

const standings = { settled: settled(), pending, expired, cancelled, denied, unknown, unclear, fully };
const look = (standing: Standing, attempt = 1) => [{ attempt, standing }];
const namesOf = (differences: readonly Difference[]) => differences.map(({ is }) => is).join(" ");

type Column = keyof typeof standings;
const COLUMNS = ["settled", "pending", "expired", "cancelled", "denied", "unknown", "unclear", "fully"] as const;

/** What each state differs in from each standing of attempt 1, in the order of `COLUMNS`. `-`: nothing. */
const PAID_THERE = "paid-there-not-here";
const OPEN = "open-there-ended-here";
const ENDED = "ended-there-open-here";
const BACK_THERE = "refunded-there-not-here";
const BACK_HERE = "refund-here-not-there";
const UNPAID = "paid-here-not-there";
const GONE = "unknown-there";
const SILENT = "no-answer";
const TABLE: readonly (readonly [keyof typeof books, ...string[]])[] = [
  ["forestalled", PAID_THERE, OPEN, "-", "-", "-", "-", SILENT, BACK_THERE],
  ["charging", PAID_THERE, "-", "-", "-", "-", "-", SILENT, BACK_THERE],
  ["payable", PAID_THERE, "-", ENDED, ENDED, ENDED, GONE, SILENT, BACK_THERE],
  ["voiding", PAID_THERE, "-", "-", "-", "-", "-", SILENT, BACK_THERE],
  ["voided", PAID_THERE, OPEN, "-", "-", "-", GONE, SILENT, BACK_THERE],
  ["neverCharged", PAID_THERE, OPEN, "-", "-", "-", "-", SILENT, BACK_THERE],
  ["refused", PAID_THERE, OPEN, "-", "-", "-", "-", SILENT, BACK_THERE],
  ["paid", "-", UNPAID, UNPAID, UNPAID, UNPAID, GONE, SILENT, BACK_THERE],
  ["delivered", "-", UNPAID, UNPAID, UNPAID, UNPAID, GONE, SILENT, BACK_THERE],
  ["owed", "-", UNPAID, UNPAID, UNPAID, UNPAID, GONE, SILENT, BACK_THERE],
  ["refunding", "-", UNPAID, UNPAID, UNPAID, UNPAID, GONE, SILENT, "-"],
  ["refunded", BACK_HERE, UNPAID, UNPAID, UNPAID, UNPAID, GONE, SILENT, "-"],
  ["settledByStaff", "-", UNPAID, UNPAID, UNPAID, UNPAID, GONE, SILENT, BACK_THERE],
];

describe("the ledger beside the provider", () => {
  test("the table names every state but those that staff refunded by hand", () => {
    expect(TABLE.map(([name]) => name)).toEqual(Object.keys(books).filter((name) => name !== "refundedByHand"));
  });

  test.each(TABLE.flatMap(([name, ...row]) => COLUMNS.map((column, at) => [name, column, row[at] ?? ""] as const)))(
    "%s here, %s there: %s",
    (name: keyof typeof books, column: Column, expected: string) => {
      expect(namesOf(compare(books[name], look(standings[column]))) || "-").toBe(expected);
    },
  );

  test("an attempt that is not the one in hand must not be open, wherever the order is", () => {
    for (const name of ["charging", "payable", "voiding", "delivered", "owed"] as const) {
      expect(namesOf(compare(books[name], look(pending, 2)))).toBe(OPEN);
    }
  });

  test("money by a second attempt is money that is not here, whatever the first one brought", () => {
    expect(compare(books.delivered, [...look(settled()), ...look(settled(2), 2)])).toEqual([
      { is: PAID_THERE, attempt: 2, there: PRICE, transaction: "t-2" },
    ]);
  });

  test("another amount, or another fee, is told with all that the customer gave", () => {
    const there = rupiah(14_000);
    expect(compare(books.paid, look(settled(1, { amount: there })))).toEqual([
      { is: "amount-differs", attempt: 1, here: PRICE, there },
    ]);
    expect(compare(books.paid, look(settled(1, { fee: rupiah(105) })))).toEqual([
      { is: "amount-differs", attempt: 1, here: PRICE, there: 15_105 },
      { is: "fee-imposed", attempt: 1, there: 105 },
    ]);
    expect(compare(books.paid, look(settled(1, { amount: rupiah(14_895), fee: rupiah(105) })))).toMatchObject([
      { is: "amount-differs", here: PRICE, there: PRICE },
      { is: "fee-imposed" },
    ]);
  });

  test("a fee that both know of is information", () => {
    const state: State = { ...books.paid, receipts: [receiptBy(1, { fee: rupiah(105) })] };
    const differences = compare(state, look(settled(1, { fee: rupiah(105) })));
    expect(differences).toEqual([{ is: "fee-imposed", attempt: 1, there: 105 }]);
    expect(differences.every(isInformation)).toBe(true);
  });
});

describe("refunds", () => {
  test.each([
    ["taken", 5_000, [5_000], "-"],
    ["confirmed", 5_000, [2_000, 3_000], "-"],
    ["confirmed", 5_000, [5_000, 1_000], BACK_THERE],
    ["confirmed", 5_000, [4_000], BACK_HERE],
    ["asked", 5_000, [5_000], "-"],
    ["asked", 5_000, [6_000], BACK_THERE],
    ["asked", 5_000, [], "-"],
    ["stuck", 5_000, [5_000], BACK_THERE],
    ["refused", 5_000, [5_000], BACK_THERE],
    ["refused", 5_000, [], BACK_THERE],
  ] as const)("%s %i here, %j there: %s", (stage, here, there, expected) => {
    expect(namesOf(compare(owedWith([backOf(stage, here)]), look(givenBack(there)))) || "-").toBe(expected);
  });

  test.each([
    ["taken", BACK_HERE],
    ["confirmed", BACK_HERE],
    ["asked", "-"],
    ["stuck", "-"],
    ["refused", "-"],
  ] as const)("%s here, and the provider knows of none: %s", (stage, expected) => {
    expect(namesOf(compare(owedWith([backOf(stage)]), look(settled()))) || "-").toBe(expected);
  });

  test("all of the money back covers an imposed fee as well", () => {
    const receipts = [receiptBy(1, { fee: rupiah(105) })];
    const state = owedWith([backOf("confirmed", 15_105)], { receipts });
    expect(compare(state, look(givenBack([], true)))).toEqual([]);
    expect(compare(owedWith([backOf("confirmed", 5_000)]), look(givenBack([], true)))).toEqual([
      { is: BACK_THERE, attempt: 1, here: 5_000, there: PRICE },
    ]);
  });

  test("that are only asked for may be there or not, beside one that is there", () => {
    const state = owedWith([backOf("taken", 5_000), backOf("asked", 4_000)]);
    expect([5_000, 9_000].map((there) => namesOf(compare(state, look(givenBack([there])))))).toEqual(["", ""]);
    expect([4_999, 9_001].map((there) => namesOf(compare(state, look(givenBack([there])))))).toEqual([
      BACK_HERE,
      BACK_THERE,
    ]);
  });

  test("of another payment of the order do not count for this one", () => {
    const receipts = [receiptBy(1), receiptBy(2)];
    const state = owedWith([backOf("confirmed", PRICE, { attempt: 2 })], { receipts });
    expect(compare(state, [...look(settled()), ...look(fully, 2)])).toEqual([]);
    expect(compare(state, [...look(fully), ...look(settled(2), 2)]).map(({ is, attempt }) => [is, attempt])).toEqual([
      [BACK_THERE, 1],
      [BACK_HERE, 2],
    ]);
  });

  test("by hand are seen by any payment of the order, and missed when none shows them", () => {
    const state: State = { ...books.refundedByHand, receipts: [receiptBy(1), receiptBy(2)] };
    expect(compare(state, [...look(settled()), ...look(fully, 2)])).toEqual([]);
    expect(compare(state, [...look(settled()), ...look(settled(2), 2)])).toEqual([
      { is: BACK_HERE, attempt: 2, here: PRICE, there: 0 },
    ]);
    expect(namesOf(compare(state, [...look(settled()), ...look(unclear, 2)]))).toBe(SILENT);
    expect(compare(state, [])).toEqual([]);
  });
});

describe("the comparison is total", () => {
  const state = fc.constantFrom<State>(...Object.values(books));
  const amount = fc.integer({ min: 0, max: 20_000 }).map(rupiah);
  const standing: fc.Arbitrary<Standing> = fc.oneof(
    fc.constantFrom(pending, expired, cancelled, denied, unknown, unclear),
    fc.record({
      is: fc.constant("settled" as const),
      payment: fc.record({ amount, fee: amount }).map((more) => paymentBy(1, more)),
    }),
    fc.record({
      is: fc.constant("refunded" as const),
      transaction: fc.constant("t-1"),
      isFull: fc.boolean(),
      refunds: fc.array(fc.record({ amount, isConfirmed: fc.boolean() }), { maxLength: 3 }),
    }),
  );
  const looks = fc.array(fc.record({ attempt: fc.integer({ min: 1, max: 4 }), standing }), { maxLength: 4 });

  test("every state meets every standing, and what differs is said of an attempt that was looked at", () => {
    fc.assert(
      fc.property(state, looks, (ledger, seen) => {
        for (const { is, attempt } of compare(ledger, seen)) {
          const isByHand = ledger === books.refundedByHand && is === BACK_HERE;
          expect(isByHand || seen.some((each) => each.attempt === attempt)).toBe(true);
        }
      }),
    );
  });

  test("what the provider does not say clearly is never taken for a difference of money", () => {
    fc.assert(
      fc.property(state, (ledger) => {
        expect(namesOf(compare(ledger, look(unclear)))).toBe(SILENT);
      }),
    );
  });
});

describe("the ledger is told", () => {
  const tells = (state: State, standing: Standing, story: readonly Event[] = []): boolean =>
    isWorthTelling(compare(state, look(standing)), 1, standing, story);
  const news = (standing: Standing): Event => ({ type: "news", attempt: 1, standing, via: "answer" });

  test("of money, of what is left open or ended elsewhere, and of refunds; of nothing that it knows better", () => {
    expect(tells(books.voided, settled())).toBe(true);
    expect(tells(books.voided, pending)).toBe(true);
    expect(tells(books.payable, expired)).toBe(true);
    expect(tells(books.owed, fully)).toBe(true);
    expect(tells(books.delivered, cancelled)).toBe(false);
    expect(tells(books.paid, settled(1, { amount: rupiah(1) }))).toBe(false);
    expect(tells(books.voided, cancelled)).toBe(false);
    expect(tells(books.voided, unclear)).toBe(false);
  });

  test("again of what can still be paid, though it has heard so before", () => {
    expect(tells(books.voided, pending, [news(pending)])).toBe(true);
  });

  test("of no attempt because of another's difference", () => {
    const differences = compare(books.delivered, [...look(settled()), ...look(settled(2), 2)]);
    expect([1, 2].map((attempt) => isWorthTelling(differences, attempt, settled(attempt), []))).toEqual([false, true]);
  });

  test("once of a refund that it leaves to a person, and again when there is more of it", () => {
    expect(tells(books.delivered, givenBack([5_000]), [news(givenBack([5_000]))])).toBe(false);
    expect(tells(books.delivered, givenBack([5_000, 1_000]), [news(givenBack([5_000]))])).toBe(true);
  });
});

describe("the attempts of an order", () => {
  const charged = (attempt: number): Event => ({
    type: "charged",
    attempt,
    charge: { is: "refused", retriable: true, because: "denied", detail: "900" },
  });

  test("are all that were ever charged: the one in hand, those before it, those that were paid", () => {
    expect(attemptsOf(books.forestalled, [])).toEqual([]);
    expect(attemptsOf({ ...books.refused, attempt: 0 }, [])).toEqual([]);
    expect(attemptsOf({ ...books.voided, attempt: 3 }, [])).toEqual([1, 2, 3]);
    expect(attemptsOf(books.delivered, [charged(1), charged(2)])).toEqual([1, 2]);
    expect(attemptsOf({ ...books.paid, receipts: [receiptBy(2)] }, [])).toEqual([1, 2]);
  });
});
