import { describe, expect, test } from "vitest";
import { rupiah } from "../../../protocol/rupiah.ts";
import {
  type Debit,
  grossOf,
  holdsOrderId,
  type Payment,
  standings,
  step,
  type Transaction,
  type TransactionEvent,
  type TransactionStanding,
} from "../../../sandbox/midtrans/acquirer.ts";

const payment: Payment = { issuer: "dana", route: "off-us", amount: rupiah(15_000) };
const before = { ms: 900, wall: 1_000_900 };
const after = { ms: 1_000, wall: 1_001_000 };

const transactionAt = (standing: TransactionStanding): Transaction => ({
  id: "t",
  orderId: "o",
  amount: rupiah(15_000),
  fee: 0 as Transaction["fee"],
  acquirer: "gopay",
  notify: [],
  customFields: {},
  qr: "q",
  madeAt: 1_000_000,
  expiresAt: 1_001_000,
  dueMs: 1_000,
  standing,
  refunds: [],
});

const events = {
  paid: { type: "paid", payment, evenWhenDue: false },
  "paid, let pass": { type: "paid", payment, evenWhenDue: true },
  cancelled: { type: "cancelled" },
  expired: { type: "expired" },
  swept: { type: "swept" },
  "settled late": { type: "settled-late", payment },
  debited: { type: "debited", payment, evenWhenDue: false, ifEnded: "return" },
  arrived: { type: "arrived" },
} as const satisfies Record<string, TransactionEvent>;
type EventName = keyof typeof events;

/** Standing, event, what becomes of it before the expiry time, and after. */
const rows: readonly (readonly [TransactionStanding, EventName, string, string])[] = [
  ["pending", "paid", "settlement", "not: expired"],
  ["pending", "paid, let pass", "settlement", "settlement"],
  ["pending", "cancelled", "cancel", "cancel"],
  ["pending", "expired", "expire", "expire"],
  ["pending", "swept", "not: not-due", "expire"],
  ["pending", "settled late", "settlement", "settlement"],
  ["settlement", "paid", "not: already-paid", "not: already-paid"],
  ["settlement", "paid, let pass", "not: already-paid", "not: already-paid"],
  ["settlement", "cancelled", "not: already-paid", "not: already-paid"],
  ["settlement", "expired", "not: already-paid", "not: already-paid"],
  ["settlement", "swept", "not: already-paid", "not: already-paid"],
  ["settlement", "settled late", "not: already-paid", "not: already-paid"],
  ["expire", "paid", "not: expired", "not: expired"],
  ["expire", "paid, let pass", "not: expired", "not: expired"],
  ["expire", "cancelled", "not: expired", "not: expired"],
  ["expire", "expired", "not: expired", "not: expired"],
  ["expire", "swept", "not: expired", "not: expired"],
  ["expire", "settled late", "settlement", "settlement"],
  ["cancel", "paid", "not: cancelled", "not: cancelled"],
  ["cancel", "paid, let pass", "not: cancelled", "not: cancelled"],
  ["cancel", "cancelled", "not: cancelled", "not: cancelled"],
  ["cancel", "expired", "not: cancelled", "not: cancelled"],
  ["cancel", "swept", "not: cancelled", "not: cancelled"],
  ["cancel", "settled late", "settlement", "settlement"],
  ["deny", "paid", "not: denied", "not: denied"],
  ["deny", "paid, let pass", "not: denied", "not: denied"],
  ["deny", "cancelled", "not: denied", "not: denied"],
  ["deny", "expired", "not: denied", "not: denied"],
  ["deny", "swept", "not: denied", "not: denied"],
  ["deny", "settled late", "settlement", "settlement"],
  ["partial_refund", "paid", "not: already-paid", "not: already-paid"],
  ["partial_refund", "paid, let pass", "not: already-paid", "not: already-paid"],
  ["partial_refund", "cancelled", "not: already-paid", "not: already-paid"],
  ["partial_refund", "expired", "not: already-paid", "not: already-paid"],
  ["partial_refund", "swept", "not: already-paid", "not: already-paid"],
  ["partial_refund", "settled late", "not: already-paid", "not: already-paid"],
  ["refund", "paid", "not: already-paid", "not: already-paid"],
  ["refund", "paid, let pass", "not: already-paid", "not: already-paid"],
  ["refund", "cancelled", "not: already-paid", "not: already-paid"],
  ["refund", "expired", "not: already-paid", "not: already-paid"],
  ["refund", "swept", "not: already-paid", "not: already-paid"],
  ["refund", "settled late", "not: already-paid", "not: already-paid"],
  ["pending", "debited", "pending", "not: expired"],
  ["pending", "arrived", "not: not-due", "not: not-due"],
  ["settlement", "debited", "not: already-paid", "not: already-paid"],
  ["settlement", "arrived", "not: already-paid", "not: already-paid"],
  ["partial_refund", "debited", "not: already-paid", "not: already-paid"],
  ["partial_refund", "arrived", "not: already-paid", "not: already-paid"],
  ["refund", "debited", "not: already-paid", "not: already-paid"],
  ["refund", "arrived", "not: already-paid", "not: already-paid"],
  ["expire", "debited", "not: expired", "not: expired"],
  ["expire", "arrived", "not: expired", "not: expired"],
  ["cancel", "debited", "not: cancelled", "not: cancelled"],
  ["cancel", "arrived", "not: cancelled", "not: cancelled"],
  ["deny", "debited", "not: denied", "not: denied"],
  ["deny", "arrived", "not: denied", "not: denied"],
];

const outcome = (standing: TransactionStanding, event: EventName, now: typeof before): string => {
  const change = step(transactionAt(standing), events[event], now);
  return change.is === "moved" ? change.to.standing : `not: ${change.because}`;
};

/** A pending transaction whose money has left the wallet; then what happens, one after the other. */
const debitedThen = (ifEnded: Debit["ifEnded"], ...then: readonly EventName[]): Transaction | string => {
  let at: Transaction = { ...transactionAt("pending"), debit: { payment, ifEnded, at: 1_000_800 } };
  for (const event of then) {
    const change = step(at, events[event], after);
    if (change.is === "unmoved") return `not: ${change.because}`;
    at = change.to;
  }
  return at;
};

describe("money that is late", () => {
  test("leaves the transaction pending, and cannot be paid again", () => {
    expect(step(transactionAt("pending"), events.debited, before)).toMatchObject({
      to: { standing: "pending", debit: { payment, at: 1_000_900 } },
    });
    for (const again of ["paid", "paid, let pass", "debited"] as const) {
      expect(debitedThen("return", again)).toBe("not: already-paid");
    }
  });

  test("settles when it arrives, after the expiry time too", () => {
    expect(debitedThen("return", "arrived")).toMatchObject({ standing: "settlement", payment: { issuer: "dana" } });
  });

  test.each(["cancelled", "expired", "swept"] as const)("goes back when the charge is %s, and never arrives", (end) => {
    const ended = debitedThen("return", end);
    expect(ended).toMatchObject({ debit: { returnedAt: 1_001_000 } });
    expect(ended).not.toHaveProperty("payment");
    expect(debitedThen("return", end, "arrived")).toMatch(/^not: (cancelled|expired)$/);
  });

  test.each(["cancelled", "expired", "swept"] as const)("settles though the charge is %s, if it shall", (end) => {
    const late = debitedThen("settle", end, "arrived");
    expect(late).toMatchObject({ standing: "settlement" });
    expect(late).not.toHaveProperty("debit.returnedAt");
    expect(debitedThen("settle", end, "arrived", "arrived")).toBe("not: already-paid");
  });
});

describe("a transaction", () => {
  test("has an answer to every event in every standing", () => {
    const pairs = standings.flatMap((standing) => Object.keys(events).map((event) => `${standing}+${event}`));
    expect(rows.map(([standing, event]) => `${standing}+${event}`).sort()).toEqual(pairs.sort());
  });

  test.each(rows)("%s, then %s: %s in time, %s when its time is over", (standing, event, inTime, over) => {
    expect(outcome(standing, event, before)).toBe(inTime);
    expect(outcome(standing, event, after)).toBe(over);
  });

  test("remembers who paid and when", () => {
    const change = step(transactionAt("pending"), events.paid, before);
    expect(change).toMatchObject({ to: { payment: { issuer: "dana", route: "off-us", at: 1_000_900 } } });
  });

  test.each([
    ["pending", true],
    ["settlement", true],
    ["partial_refund", true],
    ["refund", true],
    ["expire", false],
    ["cancel", false],
    ["deny", false],
  ] as const)("that is %s holds its order id: %s", (standing, holds) => {
    expect(holdsOrderId(transactionAt(standing))).toBe(holds);
  });

  test("costs what was paid, and the fee on top", () => {
    const change = step({ ...transactionAt("pending"), fee: rupiah(71) }, events.paid, before);
    expect(change.is === "moved" ? grossOf(change.to) : 0).toBe(15_071);
  });
});
