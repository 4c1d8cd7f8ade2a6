import type { Instant } from "../../protocol/time.ts";
import type { Standing } from "../providers/provider.ts";
import { charging, unknownOrder } from "./charging.ts";
import { alarm, attemptOf, ignored, nothingToSay, recheck } from "./effects.ts";
import { paidFor } from "./paid.ts";
import { payable, voiding } from "./payable.ts";
import { unpaidEnd } from "./stray.ts";
import { type Event, isFinished, type Of, type State, type Step, standOf, type Terms } from "./words.ts";

/** The backend's order machine: pure and total. A stand that speaks of another's order is not heard. */
export function step(state: State | undefined, event: Event, now: Instant, terms: Terms): Step {
  if (state === undefined) return unknownOrder(event, now, terms);
  if ("stand" in event && event.stand !== standOf(state)) return ignored("the order belongs to another stand");
  if (event.type === "hinted" || isDoubtful(state, event)) return hinted(state, event.attempt, terms);
  switch (state.at) {
    case "forestalled":
      return forestalled(state, event);
    case "charging":
      return charging(state, event, now, terms);
    case "payable":
      return payable(state, event, now, terms);
    case "voiding":
      return voiding(state, event, terms);
    case "voided":
    case "refused":
      return unpaidEnd(state, event, terms);
    case "paid":
    case "delivered":
    case "owed":
    case "refunding":
    case "remedied":
      return paidFor(state, event, terms);
  }
}

/**
 * A notification that names another transaction than the provider issued for our reference, or money for a charge of which no
 * transaction is known here: the signature of some providers does not cover that, so they are asked. An answer is believed.
 */
function isDoubtful(state: State, event: Event): event is Of<"news"> {
  if (event.type !== "news" || event.via !== "notification" || state.at === "forestalled") return false;
  const named = transactionIn(event.standing);
  const known = transactionOf(state, event.attempt);
  if (named === undefined || named === known) return false;
  return known !== undefined || event.standing.is === "settled";
}

function transactionIn(standing: Standing): string | undefined {
  if (standing.is === "settled") return standing.payment.transaction;
  return "transaction" in standing ? standing.transaction : undefined;
}

/** The provider's own name for this attempt, where it has told it. */
function transactionOf(state: State, attempt: number): string | undefined {
  if ("receipts" in state) return state.receipts.find((each) => each.attempt === attempt)?.payment.transaction;
  const isInHand = "attempt" in state && state.attempt === attempt;
  return isInHand && "transaction" in state ? state.transaction : undefined;
}

/** Money for what was never charged: the books have lost the charge, as when a backup was put back. Somebody must look. */
function forestalled(state: State, event: Event): Step {
  if (event.type === "asked") return ignored("it was voided before it was asked for");
  const isPaid = event.type === "news" && event.standing.is === "settled";
  if (!isPaid) return nothingToSay(state, event);
  const detail = { is: "paid-uncharged", attempt: event.attempt } as const;
  return { state, effects: [alarm("paid-after-void", detail)], finished: true };
}

/**
 * The provider is asked about the attempt, whatever the ledger thinks of it; its answer is news like any other. The look is no
 * part of the row of queries of the attempt in hand: an answer that is on its way already, and older than the hint, ends that row.
 */
function hinted(state: State, attempt: number, terms: Terms): Step {
  if (state.at === "forestalled") return ignored("nothing was ever charged");
  return { state, effects: [recheck(attemptOf(state.sale, attempt, terms), 0)], finished: isFinished(state) };
}
