import type { Held } from "../midtrans/accounts.ts";
import type { Refund } from "../midtrans/acquirer.ts";
import type { Words } from "./words.ts";

/** A line of a wallet's history. `amount` leaves the wallet with `paid`, and comes back to it with all else. */
export type Entry = {
  readonly what: "paid" | "returned" | "refunded";
  /** ISO 8601. */
  readonly at: string;
  readonly amount: number;
  readonly issuer: string;
  readonly merchant: string;
  readonly order: string;
  /** What the merchant gave as its reason; payers read it. */
  readonly reason?: string;
  readonly words: Words;
};

const SHOWN = 50;

const WORDS: Readonly<Record<Entry["what"], Words>> = {
  paid: { id: "Pembayaran", en: "Payment" },
  returned: {
    id: "Dikembalikan otomatis: toko tidak menerima pembayaran ini.",
    en: "Returned automatically: the shop never received this payment.",
  },
  refunded: { id: "Pengembalian dana dari toko", en: "Refund from the shop" },
};

/** What passed through wallets, newest first, at most 50 lines. A refund is there once the payer's bank has confirmed it. */
export function historyOf(held: readonly Held[]): readonly Entry[] {
  const entries = held.flatMap(entriesOf);
  return entries
    .sort((one, other) => other.wall - one.wall || other.nth - one.nth)
    .slice(0, SHOWN)
    .map(shown);
}

type Line = Omit<Entry, "at" | "words"> & { readonly wall: number; readonly nth: number };

function entriesOf({ account, transaction }: Held): readonly Line[] {
  const { payment, debit, orderId: order, fee, refunds } = transaction;
  const payer = payment ?? debit?.payment;
  const paidAt = debit?.at ?? payment?.at;
  if (payer === undefined || paidAt === undefined) return [];
  const { issuer } = payer;
  const whole = { amount: payer.amount + fee, issuer, merchant: account.midtrans.shop.name, order };
  const back = debit?.returnedAt;
  return [
    { ...whole, what: "paid", wall: paidAt, nth: 0 },
    ...(back === undefined ? [] : [{ ...whole, what: "returned", wall: back, nth: 1 } as const]),
    ...refunds.flatMap((refund): readonly Line[] => lineOf(refund, whole)),
  ];
}

function lineOf(
  { amount, reason, bank, number }: Refund,
  whole: Pick<Line, "amount" | "issuer" | "merchant" | "order">,
) {
  if (bank.says !== "yes") return [];
  const why = reason === "" ? {} : { reason };
  return [{ ...whole, what: "refunded", amount, wall: bank.at, nth: 1 + number, ...why } as const];
}

const shown = ({ wall, nth: _, ...line }: Line): Entry => ({
  ...line,
  at: new Date(wall).toISOString(),
  words: WORDS[line.what],
});
