import type { OrderId, StandId } from "../../protocol/ids.ts";
import { type Rupiah, rupiah } from "../../protocol/rupiah.ts";
import type { Receipt, State } from "../ledger/words.ts";
import { type MerchantId, type Payment, referenceOf } from "../providers/provider.ts";
import type { Difference } from "./compare.ts";
import type { ReportDifference } from "./report/against.ts";

/** One order in the books of a day. */
export type Entry = {
  readonly order: OrderId;
  readonly stand: StandId;
  /** Absent where nothing was ever asked for. */
  readonly merchant?: MerchantId;
  readonly at: State["at"];
  readonly ordered: Rupiah;
  readonly payments: readonly BookedPayment[];
  readonly shares: Shares;
  readonly differences: readonly (Difference | ReportDifference)[];
};

export type BookedPayment = Pick<Payment, "amount" | "fee" | "transaction" | "paidAt" | "issuer" | "acquirer"> & {
  readonly reference: string;
};

/** What became of all that the customer gave, fees included. */
export type Shares = {
  /** The goods are out for it. */
  readonly delivered: Rupiah;
  /** Neither goods nor refund yet. */
  readonly owed: Rupiah;
  readonly refunded: Rupiah;
  /** Dealt with by staff, otherwise than by a refund. */
  readonly settled: Rupiah;
};

export function entryOf(order: OrderId, state: State, differences: Entry["differences"]): Entry {
  if (state.at === "forestalled") {
    const none = { ordered: rupiah(0), payments: [], shares: NOTHING };
    return { order, stand: state.stand, at: state.at, ...none, differences };
  }
  const { stand, merchant, amount } = state.sale;
  const payments = receiptsOf(state).map((receipt) => booked(order, receipt));
  return { order, stand, merchant, at: state.at, ordered: amount, payments, shares: sharesOf(state), differences };
}

const receiptsOf = (state: State): readonly Receipt[] => ("receipts" in state ? state.receipts : []);

function booked(order: OrderId, { attempt, payment }: Receipt): BookedPayment {
  const { amount, fee, transaction, paidAt, issuer, acquirer } = payment;
  const by = { ...(issuer === undefined ? {} : { issuer }), ...(acquirer === undefined ? {} : { acquirer }) };
  return { reference: referenceOf({ order, number: attempt }), transaction, amount, fee, paidAt, ...by };
}

const NOTHING: Shares = { delivered: rupiah(0), owed: rupiah(0), refunded: rupiah(0), settled: rupiah(0) };

export function sharesOf(state: State): Shares {
  const gave = receiptsOf(state).map(({ payment }) => payment.amount + payment.fee);
  const all = gave.reduce((total, each) => total + each, 0);
  const back = Math.min(all, backIn(state));
  switch (state.at) {
    case "paid":
      return { ...NOTHING, owed: rupiah(all) };
    case "delivered":
      return { ...NOTHING, delivered: rupiah(all) };
    case "owed":
    case "refunding": {
      const kept = state.delivered && state.because !== "goodwill" ? (gave[0] ?? 0) : 0;
      const delivered = Math.min(kept, all - back);
      return { ...NOTHING, delivered: rupiah(delivered), owed: rupiah(all - back - delivered), refunded: rupiah(back) };
    }
    case "remedied":
      return remedied(state, all, back);
    default:
      return NOTHING;
  }
}

/** What the provider has taken into its books as given back. */
function backIn(state: State): number {
  const backs = "backs" in state ? state.backs : [];
  const gone = backs.filter(({ stage }) => stage === "taken" || stage === "confirmed");
  return gone.reduce((total, { amount }) => total + amount, 0);
}

/** A refund by hand has left no trace of its amount: all is taken as given back. */
function remedied({ how }: Extract<State, { at: "remedied" }>, all: number, back: number): Shares {
  const refunded = how === "refunded" && back === 0 ? all : back;
  return { ...NOTHING, refunded: rupiah(refunded), settled: rupiah(all - refunded) };
}
