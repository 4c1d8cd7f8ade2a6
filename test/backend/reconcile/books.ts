import type { Back, Receipt, Sale, State } from "../../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../../backend/merchants/merchants.ts";
import type { Payment, Standing } from "../../../backend/providers/provider.ts";
import type { ReleaseId } from "../../../protocol/ids.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import { ORDER_ID, order, PRICE, STAND } from "../../support/sale.ts";

/** Orders in every state that the ledger knows, for comparisons. */

export const sale: Sale = {
  order: ORDER_ID,
  stand: STAND,
  merchant: ONLY_MERCHANT,
  amount: PRICE,
  items: [...order.items],
};

export const paymentBy = (attempt: number, more: Partial<Payment> = {}): Payment => ({
  amount: PRICE,
  fee: rupiah(0),
  transaction: `t-${attempt}`,
  paidAt: "2026-11-20T10:00:00+07:00",
  ...more,
});

export const receiptBy = (attempt: number, more: Partial<Payment> = {}): Receipt => ({
  attempt,
  payment: paymentBy(attempt, more),
});

export const settled = (attempt = 1, more: Partial<Payment> = {}): Standing => ({
  is: "settled",
  payment: paymentBy(attempt, more),
});

export const backOf = (stage: Back["stage"], amount: number = PRICE, more: Partial<Back> = {}): Back => ({
  attempt: 1,
  key: `${ORDER_ID}-1-r1`,
  amount: rupiah(amount),
  stage,
  tries: 0,
  ...more,
});

const until = { clock: "utc", ms: 0 };
const receipts = [receiptBy(1)];

/** One of each; whoever has been paid was paid by attempt 1, whoever has not has attempt 1 in hand. */
export const books = {
  forestalled: { at: "forestalled", order: ORDER_ID, stand: STAND },
  charging: { at: "charging", sale, attempt: 1, phase: "asked", until },
  payable: { at: "payable", sale, attempt: 1, qr: "00", until, asks: 0 },
  voiding: { at: "voiding", sale, attempt: 1, phase: "clearing", asks: 0 },
  voided: { at: "voided", sale, attempt: 1, as: "cancelled" },
  neverCharged: { at: "voided", sale, attempt: 1, as: "never-charged" },
  refused: { at: "refused", sale, attempt: 1, because: "denied" },
  paid: { at: "paid", sale, receipts },
  delivered: { at: "delivered", sale, receipts, release: `${ORDER_ID}-1` as ReleaseId },
  owed: owedWith([]),
  refunding: {
    at: "refunding",
    sale,
    receipts,
    because: "release-failed",
    delivered: false,
    releases: [],
    backs: [backOf("asked")],
    round: [`${ORDER_ID}-1-r1`],
    by: "Ani",
  },
  refundedByHand: { at: "remedied", sale, receipts, how: "refunded", by: "Ani", backs: [] },
  refunded: { at: "remedied", sale, receipts, how: "refunded", by: "Ani", backs: [backOf("confirmed")] },
  settledByStaff: { at: "remedied", sale, receipts, how: "settled-by-staff", by: "Ani", backs: [] },
} as const satisfies Readonly<Record<string, State>>;

export function owedWith(
  backs: readonly Back[],
  more: Partial<Extract<State, { at: "owed" }>> = {},
): Extract<State, { at: "owed" }> {
  const kept = { delivered: false, releases: [], isReleasing: false } as const;
  return { at: "owed", sale, receipts, because: "release-failed", ...kept, backs, ...more };
}
