import type { Refund, Refunded } from "../../backend/providers/provider.ts";
import type { Random } from "../../protocol/ids.ts";
import type { RefundMood } from "./bank.ts";

/** A refund that was once in the books. `verdict`: what the payer's bank will say, if it ever does. */
export type Made = {
  readonly key?: string;
  readonly amount: number;
  stage: "booked" | "confirmed" | "taken-back";
  readonly verdict?: { readonly says: "yes" | "no"; readonly afterMs: number };
};

type Now = { readonly ms: number; readonly mood: RefundMood; readonly random: Random };

/**
 * What a provider does with a demand for a refund, as `PaymentProvider` promises it: one key is one refund, and no more goes
 * back than was paid. `fresh`: it was made just now.
 */
export function giveBack(
  account: { readonly amount: number; readonly made: Made[] },
  { key, amount }: Refund,
  now: Now,
): { readonly answer: Refunded; readonly fresh?: Made } {
  const known = account.made.find((made) => made.key === key);
  if (known !== undefined) return { answer: answerTo(known) };
  const answer = refusal(account, amount, now);
  if (answer !== undefined) return { answer };
  const fresh = { key, ...make(amount, now) };
  account.made.push(fresh);
  return { answer: { is: "taken" }, fresh };
}

function answerTo({ stage }: Made): Refunded {
  if (stage === "taken-back") return { is: "refused", because: "by-bank", detail: "the bank sent it back" };
  return { is: stage === "confirmed" ? "confirmed" : "taken" };
}

/** What is not given back yet. */
export const leftIn = ({ amount, made }: { readonly amount: number; readonly made: readonly Made[] }): number =>
  made.filter(({ stage }) => stage !== "taken-back").reduce((left, each) => left - each.amount, amount);

function refusal(
  account: { readonly amount: number; readonly made: Made[] },
  amount: number,
  now: Now,
): Refunded | undefined {
  const { mood, ms, random } = now;
  if (amount > leftIn(account)) return { is: "refused", because: "invalid", detail: "more than was paid" };
  if (ms < mood.closedUntilMs) {
    return { is: "refused", because: "closed-hours", againMs: Math.ceil(mood.closedUntilMs - ms), detail: "at night" };
  }
  if (ms < mood.poorUntilMs) return { is: "refused", because: "no-balance", detail: "too little" };
  return random() < mood.refuse ? { is: "refused", because: "by-bank", detail: "denied" } : undefined;
}

export function make(amount: number, { mood, random }: Pick<Now, "mood" | "random">): Made {
  const never = random() < mood.neverConfirm;
  const says = random() < mood.takeBack ? "no" : "yes";
  const [least, most] = mood.confirmMs;
  const afterMs = least + (most - least) * random();
  return { amount, stage: "booked", ...(never ? {} : { verdict: { says, afterMs } }) };
}
