import type { Back, State } from "../ledger/words.ts";

/** What staff can do about an order, in a sentence. */

type OpenState = Extract<State, { at: "owed" | "paid" | "refunding" }>;

const BY_HAND =
  "give it back in the provider's dashboard or by bank transfer, then write it down with `backend remedy ID --how refunded`";

/** Why a refund has come to a person, and the way out. Sources: docs.midtrans.com, refund-transaction and technical-faq. */
const AFTER_A_REFUND: Readonly<Record<NonNullable<Back["because"]>, string>> = {
  "no-balance": `the merchant's payable balance is too small: payments become payable after some days, so order the refund again then; or ${BY_HAND}`,
  "closed-hours": "the acquirer refunds nothing at night: order the refund again in the morning",
  "by-bank": `the payer's bank or wallet takes no refund: ask for an account number, then ${BY_HAND}`,
  "window-over": `it is too old for the provider to give back: ask for an account number, then ${BY_HAND}`,
  "not-activated": `refunds are not switched on for this merchant: Midtrans' support does that (for POS payments they are off); until then ${BY_HAND}`,
  "not-refundable": `the provider says that it cannot be refunded as it stands: look it up in the dashboard, then ${BY_HAND}`,
  invalid: `the provider refuses this amount: order another one (ShopeePay gives back whole payments only), or ${BY_HAND}`,
  unanswered:
    "nobody knows whether the provider has it: order the refund again, which asks under the same name, or look in the dashboard first",
  unconfirmed:
    "the provider has it and the bank never confirmed: look in the dashboard; order it again to go on looking, or write it down as remedied",
};

const REFUND_OR_RELEASE =
  "`backend refund ID`, or `backend release ID` when the customer is there and the goods are not out";

/** What to do with it now. */
export function whatToDo(state: OpenState): string {
  if (state.at === "refunding") return "nothing: its money is on its way back";
  if (state.at === "paid") return "wait for the stand; if it is gone for good, `backend refund ID`";
  const failed = state.backs.findLast(({ stage }) => stage === "refused" || stage === "stuck");
  if (failed?.because !== undefined) return AFTER_A_REFUND[failed.because];
  if (state.isReleasing) return "wait for the stand: a release is on its way to it";
  return state.delivered ? "`backend refund ID`: the goods are out, money came twice" : REFUND_OR_RELEASE;
}
