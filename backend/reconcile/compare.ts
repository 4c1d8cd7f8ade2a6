import { type Rupiah, rupiah } from "../../protocol/rupiah.ts";
import type { Back, Receipt, State } from "../ledger/words.ts";
import type { Standing } from "../providers/provider.ts";

/** What the provider's books say of one attempt. */
export type Look = { readonly attempt: number; readonly standing: Standing };

/**
 * Where these books and the provider's say different things of one attempt. `here` and `there` are what the customer gave or
 * got back, an imposed fee included, in the ledger and at the provider.
 */
export type Difference = { readonly attempt: number } & (
  | { readonly is: "paid-there-not-here"; readonly there: Rupiah; readonly transaction: string }
  | { readonly is: "paid-here-not-there"; readonly here: Rupiah; readonly standing: Standing["is"] }
  | { readonly is: "amount-differs"; readonly here: Rupiah; readonly there: Rupiah }
  /** More, or other money, went back than the ledger knows of. Without `there`: the provider does not say how much. */
  | { readonly is: "refunded-there-not-here"; readonly here: Rupiah; readonly there?: Rupiah }
  | { readonly is: "refund-here-not-there"; readonly here: Rupiah; readonly there: Rupiah }
  /** It could be paid all the same. */
  | { readonly is: "open-there-ended-here"; readonly transaction: string }
  | { readonly is: "ended-there-open-here"; readonly standing: Standing["is"] }
  /** The ledger heard of it from the provider, which now knows nothing of it. */
  | { readonly is: "unknown-there" }
  | { readonly is: "no-answer"; readonly detail: string }
  /** The provider put a fee on top of what was ordered. */
  | { readonly is: "fee-imposed"; readonly there: Rupiah }
);

type Of<Is extends Standing["is"]> = Extract<Standing, { is: Is }>;

/** For information: nobody has to do anything about it. */
export const isInformation = ({ is }: { readonly is: string }): boolean =>
  is === "fee-imposed" || is === "ended-there-open-here";

/** All that differs. Pure and total: every state of the ledger meets every standing. */
export function compare(state: State, looks: readonly Look[]): readonly Difference[] {
  const each = looks.flatMap((look) => compareOne(state, look));
  return [...each, ...refundByHand(state, looks)];
}

function compareOne(state: State, { attempt, standing }: Look): readonly Difference[] {
  if (standing.is === "unclear") return [{ is: "no-answer", attempt, detail: standing.detail }];
  const receipt = receiptsOf(state).find((each) => each.attempt === attempt);
  return receipt === undefined ? unpaid(state, attempt, standing) : paid(state, receipt, standing);
}

const receiptsOf = (state: State): readonly Receipt[] => ("receipts" in state ? state.receipts : []);
const backsOf = (state: State, attempt: number): readonly Back[] =>
  "backs" in state ? state.backs.filter((back) => back.attempt === attempt) : [];

/** Nobody has paid by this attempt, as far as the ledger knows. */
function unpaid(state: State, attempt: number, standing: Exclude<Standing, Of<"unclear">>): readonly Difference[] {
  switch (standing.is) {
    case "settled":
      return [
        { is: "paid-there-not-here", attempt, there: grossOf(standing), transaction: standing.payment.transaction },
      ];
    case "refunded":
      return [{ is: "refunded-there-not-here", attempt, here: rupiah(0), ...sumOf(standing) }];
    case "pending":
      return isOpen(state, attempt)
        ? []
        : [{ is: "open-there-ended-here", attempt, transaction: standing.transaction }];
    case "unknown":
      return wasIssued(state, attempt) ? [{ is: "unknown-there", attempt }] : [];
    default:
      return state.at === "payable" && isOpen(state, attempt)
        ? [{ is: "ended-there-open-here", attempt, standing: standing.is }]
        : [];
  }
}

/** The attempt in hand of an order that may still be paid, or is being ended at the provider. */
const isOpen = (state: State, attempt: number): boolean =>
  (state.at === "charging" || state.at === "payable" || state.at === "voiding") && state.attempt === attempt;

const wasIssued = (state: State, attempt: number): boolean =>
  (state.at === "payable" || (state.at === "voided" && state.as !== "never-charged")) && state.attempt === attempt;

function paid(state: State, receipt: Receipt, standing: Exclude<Standing, Of<"unclear">>): readonly Difference[] {
  const { attempt, payment } = receipt;
  const here = rupiah(payment.amount + payment.fee);
  switch (standing.is) {
    case "settled":
      return [...moneyDiffers(receipt, standing), ...givenBackHereOnly(state, attempt)];
    case "refunded":
      return givenBackDiffers(backsOf(state, attempt), state, receipt, standing);
    case "unknown":
      return [{ is: "unknown-there", attempt }];
    default:
      return [{ is: "paid-here-not-there", attempt, here, standing: standing.is }];
  }
}

const grossOf = ({ payment }: Of<"settled">): Rupiah => rupiah(payment.amount + payment.fee);

function moneyDiffers({ attempt, payment }: Receipt, there: Of<"settled">): readonly Difference[] {
  const { amount, fee } = there.payment;
  const differs = amount !== payment.amount || fee !== payment.fee;
  const here = rupiah(payment.amount + payment.fee);
  return [
    ...(differs ? [{ is: "amount-differs", attempt, here, there: grossOf(there) } as const] : []),
    ...(fee > 0 ? [{ is: "fee-imposed", attempt, there: fee } as const] : []),
  ];
}

const sum = (amounts: readonly { readonly amount: Rupiah }[]): Rupiah =>
  rupiah(amounts.reduce((total, { amount }) => total + amount, 0));

/** What the ledger takes as given back; what it has only asked for may be on its way, or not. */
const given = (backs: readonly Back[]): Rupiah =>
  sum(backs.filter(({ stage }) => stage === "taken" || stage === "confirmed"));
const asked = (backs: readonly Back[]): Rupiah => sum(backs.filter(({ stage }) => stage === "asked"));

function givenBackHereOnly(state: State, attempt: number): readonly Difference[] {
  const here = given(backsOf(state, attempt));
  return here > 0 ? [{ is: "refund-here-not-there", attempt, here, there: rupiah(0) }] : [];
}

function givenBackDiffers(
  backs: readonly Back[],
  state: State,
  { attempt, payment }: Receipt,
  standing: Of<"refunded">,
): readonly Difference[] {
  if (isByHand(state)) return [];
  const { there } = standing.isFull ? { there: rupiah(payment.amount + payment.fee) } : sumOf(standing);
  const here = given(backs);
  const most = here + asked(backs);
  if (there === undefined) return most > 0 ? [] : [{ is: "refunded-there-not-here", attempt, here }];
  if (there > most) return [{ is: "refunded-there-not-here", attempt, here, there }];
  return there < here ? [{ is: "refund-here-not-there", attempt, here, there }] : [];
}

const sumOf = ({ refunds }: Of<"refunded">): { readonly there?: Rupiah } =>
  refunds.length === 0 ? {} : { there: sum(refunds) };

/** Somebody gave the money back elsewhere: the ledger knows that it went, not by which payment. */
const isByHand = (state: State): boolean =>
  state.at === "remedied" && state.how === "refunded" && given(state.backs) === 0;

/** Staff said that it was given back; then at least one payment of the order must say so too. */
function refundByHand(state: State, looks: readonly Look[]): readonly Difference[] {
  const last = receiptsOf(state).at(-1);
  const isSeen = looks.some(({ standing }) => standing.is === "refunded" || standing.is === "unclear");
  if (!isByHand(state) || isSeen || last === undefined || looks.length === 0) return [];
  const { attempt, payment } = last;
  return [{ is: "refund-here-not-there", attempt, here: rupiah(payment.amount + payment.fee), there: rupiah(0) }];
}
