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

export const csvHeader = (): string => line(COLUMNS);

/** One order as a line of CSV (RFC 4180). An order that was paid twice has both payments' names, and their sums. */
export function csvLine({ order, stand, merchant, at, ordered, payments, shares, differences }: Entry): string {
  const all = (of: (payment: Entry["payments"][number]) => string | undefined): string =>
    [...new Set(payments.map(of))].filter((each) => each !== undefined).join(" ");
  const sum = (of: (payment: Entry["payments"][number]) => number): number =>
    payments.reduce((total, payment) => total + of(payment), 0);
  return line([
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

const line = (cells: readonly (string | number)[]): string => `${cells.map(cell).join(",")}\r\n`;

/** A spreadsheet takes a cell that begins so for a formula: an apostrophe before it makes it text again. */
const FORMULA = /^[=+\-@\t\r]/;

function cell(value: string | number): string {
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
