import { describe, expect, test } from "vitest";
import type { State } from "../../../backend/ledger/words.ts";
import type { Payment } from "../../../backend/providers/provider.ts";
import { csvHeader, entryLine } from "../../../backend/reconcile/csv.ts";
import type { Day } from "../../../backend/reconcile/day.ts";
import { entryOf, sharesOf } from "../../../backend/reconcile/entry.ts";
import { Totals, wholeOf } from "../../../backend/reconcile/totals.ts";
import type { StandId } from "../../../protocol/ids.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import { ORDER_ID, PRICE } from "../../support/sale.ts";
import { backOf, books, owedWith, receiptBy, sale } from "./books.ts";

const DAY = "2026-11-20" as Day;
const FEE = { fee: rupiah(105) };
const twice = [receiptBy(1, FEE), receiptBy(2)];

/** delivered, owed, refunded, settled by staff. */
const sharesIn = (state: State) => {
  const { delivered, owed, refunded, settled } = sharesOf(state);
  return [delivered, owed, refunded, settled];
};

describe("what became of the customer's money", () => {
  test.each<readonly [string, State, readonly number[]]>([
    ["none came", books.voided, [0, 0, 0, 0]],
    ["it was never asked for", books.forestalled, [0, 0, 0, 0]],
    ["the stand has not spoken yet", books.paid, [0, PRICE, 0, 0]],
    ["the goods are out", books.delivered, [PRICE, 0, 0, 0]],
    ["the goods are not out", books.owed, [0, PRICE, 0, 0]],
    ["the goods are not out, and a fee was paid", owedWith([], { receipts: [receiptBy(1, FEE)] }), [0, 15_105, 0, 0]],
    ["a part went back", owedWith([backOf("taken", 5_000)]), [0, 10_000, 5_000, 0]],
    ["a part was refused, another is stuck", owedWith([backOf("refused"), backOf("stuck")]), [0, PRICE, 0, 0]],
    [
      "it came twice, and the goods are out",
      owedWith([], { receipts: twice, because: "paid-twice", delivered: true }),
      [15_105, PRICE, 0, 0],
    ],
    [
      "it came twice, and the second payment went back",
      owedWith([backOf("confirmed", PRICE, { attempt: 2 })], {
        receipts: twice,
        because: "paid-twice",
        delivered: true,
      }),
      [15_105, 0, PRICE, 0],
    ],
    [
      "it came twice, and both payments went back, though the goods are out",
      owedWith([backOf("confirmed", 15_105), backOf("taken", PRICE, { attempt: 2 })], {
        receipts: twice,
        because: "paid-twice",
        delivered: true,
      }),
      [0, 0, 30_105, 0],
    ],
    [
      "it was promised back, though the goods are out",
      owedWith([], { because: "goodwill", delivered: true }),
      [0, PRICE, 0, 0],
    ],
    ["it is on its way back", books.refunding, [0, PRICE, 0, 0]],
    ["it went back", books.refunded, [0, 0, PRICE, 0]],
    [
      "a part went back, and that was all",
      { ...books.refunded, backs: [backOf("confirmed", 5_000)] },
      [0, 0, 5_000, 10_000],
    ],
    ["it went back by hand", books.refundedByHand, [0, 0, PRICE, 0]],
    ["staff settled it", books.settledByStaff, [0, 0, 0, PRICE]],
    ["more went back than came", owedWith([backOf("confirmed", 20_000)]), [0, 0, PRICE, 0]],
  ])("when %s", (_, state, shares) => {
    expect(sharesIn(state)).toEqual(shares);
    const came =
      "receipts" in state ? state.receipts.reduce((sum, { payment }) => sum + payment.amount + payment.fee, 0) : 0;
    expect(shares.reduce((sum, each) => sum + each, 0)).toBe(came);
  });
});

describe("a line of the export", () => {
  const cellsOf = (state: State, payment: Partial<Payment> = {}) => {
    const receipts = "receipts" in state ? { receipts: [receiptBy(1, payment)] } : {};
    return entryLine(entryOf(ORDER_ID, { ...state, ...receipts } as State, [])).split(",");
  };

  test("names order, payment, shares and state, in whole rupiah and western Indonesian time", () => {
    const paidAt = "2026-11-20T03:00:00Z";
    const state: State = {
      ...books.delivered,
      receipts: [receiptBy(1, { ...FEE, paidAt, issuer: "Mandiri", acquirer: "gopay" })],
    };
    const differences = [{ is: "fee-imposed", attempt: 1, there: FEE.fee } as const];
    expect(csvHeader()).toBe(
      "order,reference,transaction,stand,merchant,acquirer,issuer,ordered,amount,fee,paid_at_wib,state,delivered,owed,refunded,settled_by_staff,differences\r\n",
    );
    expect(entryLine(entryOf(ORDER_ID, state, differences))).toBe(
      `${ORDER_ID},${ORDER_ID}-1,t-1,stand-1,main,gopay,Mandiri,15000,15000,105,2026-11-20 10:00:00,delivered,15105,0,0,0,fee-imposed\r\n`,
    );
  });

  test("names both payments of an order that was paid twice, and their sum", () => {
    const line = entryLine(entryOf(ORDER_ID, owedWith([], { receipts: twice }), []));
    expect(line).toContain(`,${ORDER_ID}-1 ${ORDER_ID}-2,t-1 t-2,`);
    expect(line).toContain(",15000,30000,105,2026-11-20 10:00:00,owed,");
  });

  test("is there for an order without a payment, and without anything", () => {
    expect(entryLine(entryOf(ORDER_ID, books.voided, []))).toBe(
      `${ORDER_ID},,,stand-1,main,,,15000,0,0,,voided,0,0,0,0,\r\n`,
    );
    expect(entryLine(entryOf(ORDER_ID, books.forestalled, []))).toBe(
      `${ORDER_ID},,,stand-1,,,,0,0,0,,forestalled,0,0,0,0,\r\n`,
    );
  });

  test.each(["=HYPERLINK(1)", "+62811", "-1", "@SUM(A1)", "\tx", "\rx"])(
    "gives a spreadsheet no formula: %j",
    (issuer) => {
      const line = entryLine(entryOf(ORDER_ID, { ...books.delivered, receipts: [receiptBy(1, { issuer })] }, []));
      expect(line).toMatch(new RegExp(`,"?'${issuer.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}"?,`));
    },
  );

  test("quotes what would break the line", () => {
    const issuer = 'PT "Bank", Tbk\n';
    expect(entryLine(entryOf(ORDER_ID, { ...books.delivered, receipts: [receiptBy(1, { issuer })] }, []))).toContain(
      ',"PT ""Bank"", Tbk\n",',
    );
  });

  test("says a time that cannot be read as it came", () => {
    expect(cellsOf(books.delivered, { paidAt: "yesterday" })[10]).toBe("yesterday");
  });
});

describe("the totals of a day", () => {
  const at = (stand: string, state: State): State =>
    "sale" in state ? { ...state, sale: { ...sale, stand: stand as StandId } } : state;
  const totalsOf = (...states: State[]) => {
    const totals = new Totals(DAY);
    for (const state of states) totals.add(entryOf(ORDER_ID, state, []));
    return totals.all;
  };

  test("count its payments, by stand, merchant and acquirer", () => {
    const shopee = { ...books.owed, receipts: [receiptBy(1, { acquirer: "airpay shopee", ...FEE })] };
    const all = totalsOf(
      at("stand-2", books.delivered),
      at("stand-1", books.delivered),
      at("stand-1", books.refunded),
      at("stand-1", shopee),
      at("stand-1", books.voided),
    );
    expect(all).toEqual([
      {
        stand: "stand-1",
        merchant: "main",
        acquirer: "",
        payments: 2,
        gross: 30_000,
        fees: 0,
        refunded: PRICE,
        owed: 0,
      },
      {
        stand: "stand-1",
        merchant: "main",
        acquirer: "airpay shopee",
        payments: 1,
        gross: 15_105,
        fees: 105,
        refunded: 0,
        owed: 15_105,
      },
      { stand: "stand-2", merchant: "main", acquirer: "", payments: 1, gross: PRICE, fees: 0, refunded: 0, owed: 0 },
    ]);
    expect(wholeOf(all)).toEqual({ payments: 4, gross: 60_105, fees: 105, refunded: PRICE, owed: 15_105 });
  });

  test("leave out what was paid on another day, by the provider's clock in western Indonesian time", () => {
    const paidAt = (time: string): State => ({ ...books.delivered, receipts: [receiptBy(1, { paidAt: time })] });
    const all = totalsOf(
      paidAt("2026-11-19T23:59:59+07:00"),
      paidAt("2026-11-19T17:00:00Z"),
      paidAt("2026-11-20T23:59:59+07:00"),
      paidAt("2026-11-21T00:00:00+07:00"),
      paidAt("who knows"),
    );
    expect(wholeOf(all)).toMatchObject({ payments: 2, gross: 30_000 });
  });

  test("name what an order owes once, though it was paid twice", () => {
    const state = owedWith([backOf("confirmed", 5_000)], { receipts: twice });
    expect(wholeOf(totalsOf(state))).toEqual({ payments: 2, gross: 30_105, fees: 105, refunded: 5_000, owed: 25_105 });
  });
});
