import { describe, expect, test } from "vitest";
import type { State } from "../../../backend/ledger/words.ts";
import type { Day } from "../../../backend/reconcile/day.ts";
import { againstReport } from "../../../backend/reconcile/report/against.ts";
import type { ReportRow } from "../../../backend/reconcile/report/rows.ts";
import { sortReport } from "../../../backend/reconcile/report/sort.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import { ORDER_ID, PRICE } from "../../support/sale.ts";
import { books, owedWith, receiptBy, sale } from "./books.ts";

const DAY = "2026-11-20" as Day;
const row = (more: Partial<ReportRow> = {}): ReportRow => ({
  line: 2,
  reference: `${ORDER_ID}-1`,
  status: "settled",
  amount: PRICE,
  ...more,
});
const about = (more: Partial<ReportRow> = {}, attempt = 1) => ({ attempt, row: row(more) });
const everything = () => true;
const nothing = () => false;

describe("a report beside the ledger", () => {
  test("says the same of a paid order, with an imposed fee or without it, or without an amount", () => {
    const fee = { ...books.delivered, receipts: [receiptBy(1, { fee: rupiah(105) })] };
    for (const amount of [15_000, 15_105].map(rupiah)) {
      expect(againstReport(fee, [about({ amount })], everything)).toEqual([]);
    }
    expect(againstReport(books.delivered, [{ attempt: 1, row: { ...row(), amount: undefined } }], everything)).toEqual(
      [],
    );
  });

  test("may name another amount", () => {
    expect(againstReport(books.delivered, [about({ amount: rupiah(14_000) })], everything)).toEqual([
      { is: "amount-differs-in-report", attempt: 1, line: 2, here: PRICE, there: 14_000 },
    ]);
  });

  test.each(["voided", "refused", "payable", "forestalled"] as const)("may call paid what is %s here", (name) => {
    expect(againstReport(books[name], [about()], nothing)).toEqual([
      { is: "paid-in-report-only", attempt: 1, line: 2, there: PRICE },
    ]);
  });

  test("may name a second payment", () => {
    expect(againstReport(books.delivered, [about(), about({ line: 3 }, 2)], everything)).toEqual([
      { is: "paid-in-report-only", attempt: 2, line: 3, there: PRICE },
    ]);
  });

  test.each(["pending", "expired", "cancelled", "denied"] as const)("may call %s what is paid here", (status) => {
    expect(againstReport(books.delivered, [about({ status })], everything)).toEqual([
      { is: "unpaid-in-report", attempt: 1, line: 2, here: PRICE, status },
    ]);
    expect(againstReport(books.voided, [about({ status })], everything)).toEqual([]);
  });

  test("leaves refunds to the provider's own books", () => {
    expect(againstReport(books.delivered, [about({ status: "refunded" })], everything)).toEqual([]);
    expect(againstReport(books.voided, [about({ status: "refunded" })], everything)).toEqual([]);
  });

  test("may lack a payment that must be in it", () => {
    expect(againstReport(books.owed, [], everything)).toEqual([
      { is: "missing-in-report", attempt: 1, here: PRICE, transaction: "t-1" },
    ]);
    expect(againstReport(books.owed, [], nothing)).toEqual([]);
    expect(againstReport(books.voided, [], everything)).toEqual([]);
    const twice = owedWith([], { receipts: [receiptBy(1), receiptBy(2)] });
    expect(againstReport(twice, [about({}, 2)], everything)).toMatchObject([{ is: "missing-in-report", attempt: 1 }]);
  });
});

describe("the rows of a report", () => {
  type Books = State | "empty";
  const sorted = (rows: readonly ReportRow[], state: Books = books.delivered, unread: { because: string }[] = []) => {
    const stateOf = async () => (state === "empty" ? undefined : state);
    return sortReport({ name: "r", rows, unread }, { day: DAY, stateOf, breathe: async () => undefined });
  };

  test("are found again under the orders that they name", async () => {
    const { about: found, strays } = await sorted([row(), row({ line: 3, reference: `${ORDER_ID}-2` })]);
    expect([...found]).toEqual([[ORDER_ID, [about(), about({ line: 3, reference: `${ORDER_ID}-2` }, 2)]]]);
    expect(strays).toEqual([]);
  });

  test("of a static sticker, of another till, and of orders that are gone, are money of which nothing is known here", async () => {
    const rows = ["QRIS-8f2a", "till-4711", `${ORDER_ID}-1`].map((reference, at) => row({ line: at + 2, reference }));
    const { about: found, strays } = await sorted(rows, "empty");
    expect(found.size).toBe(0);
    expect(strays).toEqual(
      rows.map(({ line, reference }) => ({
        is: "in-report-not-here",
        line,
        reference,
        status: "settled",
        there: PRICE,
      })),
    );
  });

  test("of strangers without money are nobody's business", async () => {
    const rows = (["pending", "expired", "cancelled", "denied"] as const).map((status) =>
      row({ reference: "till-1", status }),
    );
    expect((await sorted(rows)).strays).toEqual([]);
    expect((await sorted([row({ reference: "till-1", status: "refunded" })])).strays).toHaveLength(1);
  });

  test("of other days are not looked at; of no day, they are", async () => {
    const { about: found } = await sorted([row({ day: "2026-11-19" }), row({ line: 3, day: DAY }), row({ line: 4 })]);
    expect(found.get(ORDER_ID)?.map((each) => each.row.line)).toEqual([3, 4]);
  });

  test("that could not be read are told", async () => {
    expect((await sorted([], books.delivered, [{ because: "names no order" }])).strays).toEqual([
      { is: "report-not-read", because: "names no order" },
    ]);
  });

  test("tell whose the report is: the merchants it names, everybody's when it names none, nobody's when it was not read", async () => {
    const other = { ...books.delivered, sale: { ...sale, merchant: "kafe" as typeof sale.merchant } };
    const coverage = async (...said: Parameters<typeof sorted>) => {
      const { covers } = await sorted(...said);
      return ["main", "kafe"].map(covers);
    };
    expect(await coverage([row()], other)).toEqual([false, true]);
    expect(await coverage([row({ status: "expired" })], other)).toEqual([false, true]);
    expect(await coverage([row({ reference: "till-1" })])).toEqual([true, true]);
    expect(await coverage([], books.delivered, [{ because: "no CSV" }])).toEqual([false, false]);
  });
});
