import { type PaymentProvider, type Refund, referenceOf } from "../../backend/providers/provider.ts";
import { withMethod } from "./mortal.ts";

type Call = { readonly refund: Refund; isRefused: boolean };

/**
 * What a backend asked its banks to give back, seen from the street between them. A refund may have been made from the moment
 * it is asked for until somebody clearly says no.
 */
export class RefundCalls {
  readonly #paidBy: (reference: string) => number;
  /** The latest of every key; who made the ones before is dead, and hears no answer. */
  readonly #calls = new Map<string, Call>();
  readonly wrongs: string[] = [];

  constructor(paidBy: (reference: string) => number) {
    this.#paidBy = paidBy;
  }

  watched(provider: PaymentProvider): PaymentProvider {
    const refund: PaymentProvider["refund"] = async (asked, signal) => {
      const call = this.#begin(asked);
      const answer = await provider.refund(asked, signal);
      call.isRefused = answer.is === "refused";
      return answer;
    };
    return withMethod(provider, "refund", refund);
  }

  mayBeBack(order: string): boolean {
    return [...this.#calls.values()].some(({ refund, isRefused }) => refund.attempt.order === order && !isRefused);
  }

  #begin(refund: Refund): Call {
    const before = this.#calls.get(refund.key)?.refund;
    const reference = referenceOf(refund.attempt);
    if (before !== undefined && (before.amount !== refund.amount || referenceOf(before.attempt) !== reference)) {
      this.wrongs.push(`refund key ${refund.key} names two refunds`);
    }
    const call: Call = { refund, isRefused: false };
    this.#calls.set(refund.key, call);
    const paid = this.#paidBy(reference);
    const back = this.#mayBeGone(reference);
    if (back > paid)
      this.wrongs.push(`with ${refund.key} ${back} of ${paid} rupiah may have gone back for ${reference}`);
    return call;
  }

  #mayBeGone(reference: string): number {
    const own = [...this.#calls.values()].filter(
      ({ refund, isRefused }) => referenceOf(refund.attempt) === reference && !isRefused,
    );
    return own.reduce((sum, { refund }) => sum + refund.amount, 0);
  }
}
