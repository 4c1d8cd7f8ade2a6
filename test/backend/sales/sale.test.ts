import { describe, expect, test } from "vitest";
import type { Back, Event, PaidFor, Receipt, State } from "../../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../../backend/merchants/merchants.ts";
import { saleItemsOf, saleOf } from "../../../backend/sales/sale.ts";
import { firstReleaseOf, newOrderId } from "../../../protocol/ids.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import { seeded } from "../../world/seeded.ts";
import { COFFEE, eventsOf, standIn, TEA } from "./orders.ts";

/* What stands in the book of one order, by what the ledger has of it. */

const NOON = Date.parse("2026-11-20T12:00:00+07:00");
const ORDER = newOrderId(NOON, seeded(7));
const sale = {
  order: ORDER,
  stand: standIn("stand-1"),
  merchant: ONLY_MERCHANT,
  amount: rupiah(20_000),
  items: [TEA, COFFEE],
};
const receipt = (attempt: number, amount = 20_000, fee = 140): Receipt => ({
  attempt,
  payment: {
    amount: rupiah(amount),
    fee: rupiah(fee),
    transaction: `t-${attempt}`,
    paidAt: "2026-11-20T12:00:00+07:00",
  },
});
const back = (stage: Back["stage"], amount: number, nth = 1): Back => {
  return { key: `${ORDER}-1-r${nth}`, attempt: 1, amount: rupiah(amount), stage, tries: 1 };
};
const paid = { sale, receipts: [receipt(1)] };
const owed = (backs: readonly Back[], receipts = paid.receipts): PaidFor => {
  const rest = { because: "release-failed", delivered: false, releases: [], isReleasing: false } as const;
  return { at: "owed", sale, receipts, ...rest, backs };
};
const remedied = (how: "refunded" | "settled-by-staff", backs: readonly Back[] = []): State => {
  return { at: "remedied", ...paid, how, by: "ani", backs };
};
const events = eventsOf(ORDER);
const storyOf = (...all: readonly Event[]) => all.map((event, nth) => ({ event, wall: NOON + nth * 1_000 }));
const row = (state: State, ...all: readonly Event[]) => saleOf(state, storyOf(events.asked, ...all));

describe("what has gone back of an order's money", () => {
  test.each<[string, State, number]>([
    ["nothing, while nobody was asked", owed([]), 0],
    [
      "nothing, while the provider was only asked, or has refused",
      owed([back("asked", 5_000), back("refused", 20_140, 2)]),
      0,
    ],
    [
      "what the provider has taken on, and what it has confirmed",
      owed([back("taken", 5_000), back("confirmed", 2_000, 2)]),
      7_000,
    ],
    ["fee and all, at most what came", owed([back("confirmed", 20_140), back("taken", 20_140, 2)]), 20_140],
    ["all that came, where staff says that they gave it back by hand", remedied("refunded"), 20_140],
    [
      "what the provider gave back, where staff says so and it is in its books",
      remedied("refunded", [back("confirmed", 9_000)]),
      9_000,
    ],
    ["nothing, where staff made it good otherwise", remedied("settled-by-staff"), 0],
  ])("is %s", (_, state, refunded) => {
    expect(row(state, events.offered, events.paid).refunded).toBe(refunded);
  });
});

test("two payments of one order are both in what came, with both fees, under the first one's name", () => {
  const twice = owed([], [receipt(1), receipt(2, 20_000, 60)]);
  expect(row(twice, events.offered, events.paid, events.paidAgain)).toMatchObject({
    ...{ amount: 20_000, paid: 40_000, fee: 200, attempts: 2, payment: "t-1" },
    ...{ paid_ms: NOON + 2_000, ended_ms: null, is_finished: 0 },
  });
});

test("the last who decided is told, and not who did before", () => {
  const refund: Event = { type: "refund-ordered", by: "budi", why: "nothing fell" };
  const { decided_by, decided_why } = row(remedied("refunded"), events.paid, refund, events.failed, events.remedied);
  expect([decided_by, decided_why]).toEqual(["ani", "gave another one to Pak Budi"]);
});

test("money that came for an order, and is in no state of it any more, is no sale of that moment", () => {
  const refused: State = { at: "refused", sale, attempt: 2, because: "unavailable" };
  expect(row(refused, events.paid)).toMatchObject({
    paid: 0,
    paid_ms: null,
    attempts: 2,
    because: "unavailable",
    is_finished: 1,
  });
});

test("an order that was voided before it was asked for is of its stand, sells nothing and costs nothing", () => {
  const forestalled: State = { at: "forestalled", order: ORDER, stand: sale.stand };
  expect(saleOf(forestalled, storyOf(events.voided))).toMatchObject({
    ...{ order_id: ORDER, stand: "stand-1", merchant: "", amount: 0, paid: 0, items: "[]" },
    ...{ began_ms: NOON, ended_ms: NOON, is_finished: 1 },
  });
  expect(saleItemsOf(forestalled)).toEqual([]);
});

test("an order ends with its last event, once nothing more is expected", () => {
  const delivered: State = { at: "delivered", ...paid, release: firstReleaseOf(ORDER) };
  expect(row(delivered, events.offered, events.paid, events.delivered)).toMatchObject({
    ...{ ended_ms: NOON + 3_000, delivered_ms: NOON + 3_000, changed_ms: NOON + 3_000 },
  });
  expect(row({ at: "paid", ...paid }, events.offered, events.paid).ended_ms).toBeNull();
});
