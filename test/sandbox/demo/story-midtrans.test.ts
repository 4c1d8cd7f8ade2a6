import { expect, test } from "vitest";
import { rupiah } from "../../../protocol/rupiah.ts";
import { tellMidtrans } from "../../../sandbox/demo/story-midtrans.ts";
import type { Payment, Refund, Transaction } from "../../../sandbox/midtrans/acquirer.ts";

const payment: Payment = { issuer: "DANA", route: "off-us", amount: rupiah(15_000) };
const pending: Transaction = {
  id: "t",
  orderId: "o",
  amount: rupiah(15_000),
  fee: rupiah(0),
  acquirer: "gopay",
  notify: [],
  customFields: {},
  qr: "q",
  madeAt: 0,
  expiresAt: 1,
  dueMs: 1,
  standing: "pending",
  refunds: [],
};
const refund: Refund = {
  number: 1,
  key: "k",
  amount: rupiah(5_000),
  reason: "",
  madeAt: 0,
  bank: { says: "nothing" },
};
const tell = (more: Partial<Transaction>) => tellMidtrans({ what: "moved", transaction: { ...pending, ...more } });

test("a refund is told twice: when it is in the books, and when the bank has confirmed it", () => {
  const standing = "partial_refund";
  expect(tell({ standing, refunds: [refund] })).toMatchObject({
    words: "Refund of Rp 5.000",
    to: "customer",
    order: "o",
  });
  const confirmed = { ...refund, bank: { says: "yes", at: 1 } } as const;
  expect(tell({ standing, refunds: [confirmed] })).toMatchObject({
    words: "Refund of Rp 5.000 confirmed by the payer's bank",
    tone: "good",
  });
});

test("money that Midtrans has not heard of is told as the wallet's alone", () => {
  const told = tell({ debit: { payment, at: 0, ifEnded: "return" } });
  expect(told).toMatchObject({ from: "customer", words: "Paid Rp 15.000 in the wallet" });
  expect(told.tone).toBeUndefined();
});
