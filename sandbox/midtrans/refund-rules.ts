import { type Rupiah, rupiah } from "../../protocol/rupiah.ts";
import { grossOf, type Moment, type Refund, type Transaction, type TransactionStanding } from "./acquirer.ts";
import { wibOf } from "./wib.ts";

/** What a merchant asks for. Without an amount: all that is left. */
export type RefundAsk = { readonly key?: string; readonly amount?: number; readonly reason: string };

/** What has been agreed with this merchant, and how its account stands. */
export type RefundTerms = {
  /** Refunds are switched on at all; for stands and other points of sale Midtrans leaves them off by default. */
  readonly activated: boolean;
  /** ShopeePay gives nothing back between 23:55 and 06:00 in Jakarta. */
  readonly nightRest: boolean;
  /** What the merchant's account can pay out; no bound when absent. */
  readonly payable?: Rupiah;
};

/**
 * Why nothing is given back. `not-now`: what the real service says now and then with 418. `night`, `by-bank`: it is the provider
 * behind Midtrans that refuses. `over-limit`: more than was ever paid; `bad-amount`: more than is left, or no amount at all.
 */
export const refundObjections = [
  "duplicate",
  "not-activated",
  "not-settled",
  "window-over",
  "whole-only",
  "bad-amount",
  "over-limit",
  "no-balance",
  "not-now",
  "night",
  "by-bank",
] as const;
export type RefundObjection = (typeof refundObjections)[number];

const DAY_MS = 86_400_000;
/** How long after the payment money can be given back (docs.midtrans.com/reference/refund-transaction, April 2026). */
const WINDOW_DAYS = { shopeepay: 365, onUs: 45, offUs: 7 } as const;

const windowDays = ({ acquirer, payment }: Transaction): number => {
  if (acquirer === "airpay shopee") return WINDOW_DAYS.shopeepay;
  return payment?.route === "off-us" ? WINDOW_DAYS.offUs : WINDOW_DAYS.onUs;
};

/** Given back, or on its way: everything that the bank did not refuse. */
export const returnedOf = ({ refunds }: Pick<Transaction, "refunds">): Rupiah =>
  rupiah(refunds.filter(({ bank }) => bank.says !== "no").reduce((sum, { amount }) => sum + amount, 0));

/** What can still be given back. */
export const leftOf = (transaction: Transaction): number => grossOf(transaction) - returnedOf(transaction);

/** The transaction with these refunds, and the standing that follows from them. */
export function withRefunds(transaction: Transaction, refunds: readonly Refund[]): Transaction {
  const returned = returnedOf({ refunds });
  const standing: TransactionStanding =
    returned === 0 ? "settlement" : returned < grossOf(transaction) ? "partial_refund" : "refund";
  return { ...transaction, refunds, standing };
}

/** Whether these terms let this much of a transaction go back now; `undefined` when they do. `speed` shortens the window. */
export function objectionTo(
  transaction: Transaction,
  amount: number,
  terms: RefundTerms,
  now: Moment,
  speed: number,
): RefundObjection | undefined {
  const { payment, acquirer } = transaction;
  const isShopee = acquirer === "airpay shopee";
  if (!terms.activated) return "not-activated";
  if (payment === undefined || leftOf(transaction) === 0) return "not-settled";
  if (now.ms - payment.ms > (windowDays(transaction) * DAY_MS) / speed) return "window-over";
  if (amount > grossOf(transaction)) return "over-limit";
  if (amount <= 0 || amount > leftOf(transaction)) return "bad-amount";
  if (isShopee && amount !== grossOf(transaction)) return "whole-only";
  if (amount > (terms.payable ?? amount)) return "no-balance";
  return isShopee && terms.nightRest && isNight(now) ? "night" : undefined;
}

/** From 23:55 until 06:00 in Jakarta. */
function isNight({ wall }: Moment): boolean {
  const time = wibOf(wall).slice(11, 16);
  return time >= "23:55" || time < "06:00";
}
