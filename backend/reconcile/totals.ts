import { type Rupiah, rupiah } from "../../protocol/rupiah.ts";
import { type Day, dayOf } from "./day.ts";
import type { BookedPayment, Entry } from "./entry.ts";

/**
 * The payments of one day at one stand, for one merchant, by one acquirer. What is `refunded` and `owed` of their orders is as
 * it stood when they were looked at.
 */
export type Total = {
  readonly stand: string;
  /** Empty where nobody says. */
  readonly merchant: string;
  readonly acquirer: string;
  readonly payments: number;
  /** All that customers gave, `fees` included. */
  readonly gross: Rupiah;
  readonly fees: Rupiah;
  readonly refunded: Rupiah;
  readonly owed: Rupiah;
};

/** Sums up a day, entry by entry. An order counts on the day of its payment, whatever day it is looked at. */
export class Totals {
  readonly #day: Day;
  readonly #sums = new Map<string, Total>();

  constructor(day: Day) {
    this.#day = day;
  }

  add(entry: Entry): void {
    entry.payments.forEach((payment, nth) => {
      if (isOn(this.#day, payment)) this.#count(entry, payment, nth === 0);
    });
  }

  /** By stand, merchant and acquirer. */
  get all(): readonly Total[] {
    return [...this.#sums].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, total]) => total);
  }

  #count(entry: Entry, payment: BookedPayment, isFirst: boolean): void {
    const { stand, merchant = "", shares } = entry;
    const { acquirer = "" } = payment;
    const key = JSON.stringify([stand, merchant, acquirer]);
    const before = this.#sums.get(key) ?? { stand, merchant, acquirer, ...EMPTY };
    this.#sums.set(key, {
      ...before,
      payments: before.payments + 1,
      gross: rupiah(before.gross + payment.amount + payment.fee),
      fees: rupiah(before.fees + payment.fee),
      refunded: rupiah(before.refunded + (isFirst ? shares.refunded : 0)),
      owed: rupiah(before.owed + (isFirst ? shares.owed : 0)),
    });
  }
}

const EMPTY = { payments: 0, gross: rupiah(0), fees: rupiah(0), refunded: rupiah(0), owed: rupiah(0) };

/** By the provider's clock; a time that cannot be read counts nowhere. */
export function isOn(day: Day, { paidAt }: Pick<BookedPayment, "paidAt">): boolean {
  const wall = Date.parse(paidAt);
  return !Number.isNaN(wall) && dayOf(wall) === day;
}

/** All of them together. */
export const wholeOf = (totals: readonly Total[]): Omit<Total, "stand" | "merchant" | "acquirer"> =>
  totals.reduce(
    (whole, { payments, gross, fees, refunded, owed }) => ({
      payments: whole.payments + payments,
      gross: rupiah(whole.gross + gross),
      fees: rupiah(whole.fees + fees),
      refunded: rupiah(whole.refunded + refunded),
      owed: rupiah(whole.owed + owed),
    }),
    EMPTY,
  );
