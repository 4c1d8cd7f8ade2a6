import type { DueEffect } from "../../journal/journal.ts";
import { type Rupiah, rupiah } from "../../protocol/rupiah.ts";
import type { RefundMade, Standing } from "../providers/provider.ts";
import { alarm, attemptOf, objected } from "./effects.ts";
import type { At, Back, Effect, Effects, OwedReason, Receipt, Sale, Terms } from "./words.ts";

/** What of an order's money goes back, and under which names. */

type Refundable = At<"paid" | "delivered" | "owed">;
type Paid = Refundable | At<"remedied">;

/** Refunds to begin or to go on with, or why there are none. */
export type Plan = { readonly backs: readonly Back[] } | ReturnType<typeof objected>;

/** Every refund that was ever asked for: none of their names may be given to another. */
export const backsOf = (state: Paid): readonly Back[] => (state.at === "paid" ? [] : (state.backs ?? []));

/** All that the customer gave for this receipt, an imposed fee included. */
export const paidBy = ({ payment }: Receipt): Rupiah => rupiah(payment.amount + payment.fee);

const mayBeGone = ({ stage }: Back): boolean => stage !== "refused";

/** What a refund of this receipt could still be, taking every refund that may have gone through as done. */
export function leftOf(receipt: Receipt, backs: readonly Back[]): Rupiah {
  const gone = backs.filter((back) => back.attempt === receipt.attempt && mayBeGone(back));
  const sum = gone.reduce((total, { amount }) => total + amount, 0);
  return rupiah(Math.max(0, paidBy(receipt) - sum));
}

/** One payment pays for goods that are out; whatever else came is the customer's. */
export function dueReceipts(state: Refundable | At<"refunding">): readonly Receipt[] {
  const keepsOne = "delivered" in state && state.delivered && state.because !== "goodwill";
  return keepsOne ? state.receipts.slice(1) : state.receipts;
}

/** Nothing of this payment went back, or may have gone. */
export const isUntouched = ({ attempt }: Receipt, backs: readonly Back[]): boolean =>
  !backs.some((back) => back.attempt === attempt && mayBeGone(back));

/** All that is owed: refunds whose end nobody knows go on under their old names, the rest begins anew. */
export function planWhole(state: Refundable): Plan {
  const backs = backsOf(state);
  const planned = dueReceipts(state).flatMap((receipt) => planReceipt(state.sale, receipt, backs));
  if (planned.length > 0) return { backs: planned };
  return objected("nothing-left", "nothing of its money is left to give back");
}

function planReceipt(sale: Sale, receipt: Receipt, backs: readonly Back[]): readonly Back[] {
  const stuck = backs.filter((back) => back.attempt === receipt.attempt && back.stage === "stuck");
  const amount = leftOf(receipt, backs);
  return [...stuck.map(resumed), ...(amount > 0 ? [freshBack(sale, receipt, amount, backs)] : [])];
}

/** A part, from the latest payment that has so much left. */
export function planPart(state: Refundable, amount: Rupiah): Plan {
  const backs = backsOf(state);
  const due = dueReceipts(state);
  const stuck = backs.find(({ stage, attempt }) => stage === "stuck" && due.some((each) => each.attempt === attempt));
  if (stuck !== undefined) {
    const why = `refund ${stuck.key} may have gone through: order one without an amount, which goes on with it`;
    return objected("refund-unclear", why);
  }
  const receipt = due.findLast((each) => leftOf(each, backs) >= amount);
  if (receipt === undefined || amount < 1) return objected("too-much", `no payment of it has ${amount} rupiah left`);
  return { backs: [freshBack(state.sale, receipt, amount, backs)] };
}

function resumed({ attempt, key, amount }: Back): Back {
  return { attempt, key, amount, stage: "asked", tries: 0 };
}

function freshBack(sale: Sale, { attempt }: Receipt, amount: Rupiah, backs: readonly Back[]): Back {
  const number = backs.filter((back) => back.attempt === attempt).length + 1;
  return { attempt, key: refundKeyOf(sale, attempt, number), amount, stage: "asked", tries: 0 };
}

/** Those of before, with these in the place of their namesakes, or behind them. */
export function merged(before: readonly Back[], changed: readonly Back[]): readonly Back[] {
  const isSame = (one: Back, other: Back): boolean => one.key === other.key;
  const kept = before.map((back) => changed.find((each) => isSame(each, back)) ?? back);
  return [...kept, ...changed.filter((each) => !before.some((back) => isSame(each, back)))];
}

type GivenBack = Extract<Standing, { is: "refunded" }>;

/**
 * Those that the provider's books show otherwise than they stand here, as they are there: what was refused and made all the same
 * (its request came twice, and the slower one was taken), and what was given up as unconfirmed and is confirmed.
 */
export function corrected(backs: readonly Back[], attempt: number, { refunds }: GivenBack): readonly Back[] {
  return backs.flatMap((back) => {
    const made = back.attempt === attempt ? refunds.find(({ key }) => key === back.key) : undefined;
    return made === undefined ? [] : asInBooks(back, made);
  });
}

function asInBooks({ attempt, key, amount, stage }: Back, { isConfirmed }: RefundMade): readonly Back[] {
  if (stage !== "refused" && stage !== "stuck") return [];
  const about = { attempt, key, amount, tries: 0 };
  if (isConfirmed) return [{ ...about, stage: "confirmed" }];
  return stage === "stuck" ? [] : [{ ...about, stage: "stuck", because: "unconfirmed", detail: MADE_ALL_THE_SAME }];
}

const MADE_ALL_THE_SAME = "refused, and in the provider's books all the same";

/** Somebody should look where a refusal was not one: it may have been acted upon. */
export function refusedAndMade(backs: readonly Back[], made: readonly Back[]): Effects {
  const wasRefused = ({ key }: Back): boolean => backs.some((back) => back.key === key && back.stage === "refused");
  return made.filter(wasRefused).map(({ key }) => alarm("contradiction", { is: "refund-made-all-the-same", key }));
}

/** The payer reads this in the wallet, so it says nothing of who decided. */
const REASONS: Readonly<Record<OwedReason, string>> = {
  "paid-late": "Pembayaran diterima setelah transaksi berakhir / paid after the sale had ended",
  underpaid: "Jumlah pembayaran tidak sesuai / wrong amount",
  "release-failed": "Barang tidak keluar / not delivered",
  "release-unclear": "Barang tidak keluar / not delivered",
  "not-confirmed": "Barang tidak keluar / not delivered",
  "unknown-here": "Barang tidak keluar / not delivered",
  "no-word": "Barang tidak keluar / not delivered",
  "paid-twice": "Pembayaran ganda / paid twice",
  goodwill: "Pengembalian dana / refund",
};

/** The act that a planned refund owes. */
export function refundIt(
  { sale, receipts, because }: Pick<At<"refunding">, "sale" | "receipts" | "because">,
  back: Back,
  afterMs: number,
  terms: Terms,
): readonly DueEffect<Effect>[] {
  const receipt = receipts.find(({ attempt }) => attempt === back.attempt);
  if (receipt === undefined) return [];
  const { payment } = receipt;
  const refund = {
    attempt: attemptOf(sale, back.attempt, terms),
    payment,
    key: back.key,
    amount: back.amount,
    reason: REASONS[because],
  };
  return [{ effect: { do: "refund", refund }, afterMs }];
}

/** Unique at the provider for ever: the order, the attempt, and which refund of it. At most 33 characters. */
export const refundKeyOf = ({ order }: Sale, attempt: number, number: number): string =>
  `${order}-${attempt}-r${number}`;
