import { expect, test } from "vitest";
import type { OrderTruth } from "./truth.ts";
import { judge, tallyOf } from "./verdict.ts";

const settled = { reference: "A-1", standing: "settlement", amount: 15_000, back: 0 };
const sold: OrderTruth = {
  order: "A",
  bank: [settled],
  paidByPhone: 1,
  pulses: 1,
  ledger: { at: "delivered", received: 15_000, because: undefined },
  stand: "delivered",
};
const unsold: OrderTruth = {
  order: "A",
  bank: [{ ...settled, standing: "cancel" }],
  paidByPhone: 0,
  pulses: 0,
  ledger: { at: "voided", received: 0, because: undefined },
  stand: "closed",
};
const owed: OrderTruth = {
  ...sold,
  pulses: 0,
  ledger: { at: "owed", received: 15_000, because: "paid-late" },
  stand: "troubled",
};
const refunded: OrderTruth = {
  ...owed,
  bank: [{ ...settled, standing: "refund", back: 15_000 }],
  ledger: { at: "remedied", received: 15_000, because: undefined },
  stand: "closed",
};
const nothing: OrderTruth = { ...unsold, bank: [], ledger: undefined };

test.each([
  ["delivered", sold],
  ["ended unpaid", unsold],
  ["owed", owed],
  ["refunded", refunded],
  ["never heard of by anybody but its stand", nothing],
])("an order that is %s is in order", (_, order) => {
  expect(judge([order], {})).toEqual([]);
});

const ledgerOf = (at: string, received = 15_000, because?: string) => ({ at, received, because });

test.each<readonly [string, OrderTruth, string]>([
  ["a doubled release", { ...sold, pulses: 2 }, "was released 2 times"],
  ["a release for nothing", { ...unsold, pulses: 1 }, "was released, and nobody paid"],
  [
    "a lost settlement",
    { ...sold, pulses: 0, ledger: ledgerOf("voided", 0), stand: "closed" },
    "was paid and is voided",
  ],
  ["a sale that hangs", { ...sold, ledger: ledgerOf("paid") }, "was paid and is paid"],
  ["a payment that the ledger has never seen", { ...sold, ledger: undefined }, "unknown to the ledger"],
  ["a delivery that nobody made", { ...sold, pulses: 0 }, "nothing moved"],
  ["money out of nothing", { ...unsold, ledger: ledgerOf("delivered") }, "was not paid and is delivered"],
  ["a second payment that is kept", { ...sold, bank: [settled, { ...settled, reference: "A-2" }] }, "for 2 payments"],
  ["a payment that the ledger counts twice", { ...sold, ledger: ledgerOf("delivered", 30_000) }, "30000 in the ledger"],
  ["a refund of what was delivered", { ...sold, bank: [{ ...settled, back: 15_000 }] }, "15000 rupiah went back"],
  ["a refund made twice", { ...refunded, bank: [{ ...settled, back: 30_000 }] }, "got 30000 of 15000 rupiah back"],
  ["a refund that never was", { ...refunded, bank: [settled] }, "15000 rupiah are kept"],
  ["a debt without a reason", { ...owed, ledger: ledgerOf("owed") }, "nobody knows why"],
  ["a code that is still good", { ...unsold, bank: [{ ...settled, standing: "pending" }] }, "can still be paid"],
  ["a customer whose money is nowhere", { ...unsold, paidByPhone: 1 }, "the provider has no money"],
  ["a stand that still waits", { ...unsold, stand: "awaiting" }, "is still awaiting at its stand"],
  ["books that disagree", { ...sold, stand: "troubled" }, "is delivered, and troubled at its stand"],
])("%s is found", (_, order, what) => {
  expect(judge([sold, order], {}).join("\n")).toContain(what);
});

test("whatever is left in a queue is told", () => {
  expect(judge([], { "statements at stands": 0, "effects in the ledger": 2 })).toEqual(["2 effects in the ledger"]);
});

test("orders are counted by how they ended", () => {
  const tally = { orders: 5, paid: 3, delivered: 1, refunded: 1, owed: 1, unpaid: 1 };
  expect(tallyOf([sold, unsold, owed, refunded, nothing])).toEqual(tally);
});
