import { csvLine } from "../csv.ts";
import { writeWib } from "../providers/midtrans/time.ts";
import type { Entry } from "./entry.ts";

const COLUMNS = [
  "order",
  "reference",
  "transaction",
  "stand",
  "merchant",
  "acquirer",
  "issuer",
  "ordered",
  "amount",
  "fee",
  "paid_at_wib",
  "state",
  "delivered",
  "owed",
  "refunded",
  "settled_by_staff",
  "differences",
] as const;

export const csvHeader = (): string => csvLine(COLUMNS);

/** One order as a line of CSV. An order that was paid twice has both payments' names, and their sums. */
export function entryLine({ order, stand, merchant, at, ordered, payments, shares, differences }: Entry): string {
  const all = (of: (payment: Entry["payments"][number]) => string | undefined): string =>
    [...new Set(payments.map(of))].filter((each) => each !== undefined).join(" ");
  const sum = (of: (payment: Entry["payments"][number]) => number): number =>
    payments.reduce((total, payment) => total + of(payment), 0);
  return csvLine([
    order,
    all(({ reference }) => reference),
    all(({ transaction }) => transaction),
    stand,
    merchant ?? "",
    all(({ acquirer }) => acquirer),
    all(({ issuer }) => issuer),
    ordered,
    sum(({ amount }) => amount),
    sum(({ fee }) => fee),
    all(({ paidAt }) => wibOf(paidAt)),
    at,
    shares.delivered,
    shares.owed,
    shares.refunded,
    shares.settled,
    differences.map(({ is }) => is).join(" "),
  ]);
}

const wibOf = (paidAt: string): string => {
  const wall = Date.parse(paidAt);
  return Number.isNaN(wall) ? paidAt : writeWib(wall);
};
