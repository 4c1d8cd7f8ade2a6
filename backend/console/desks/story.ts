import type { Event } from "../../ledger/words.ts";
import type { OrderEvent } from "../api/words.ts";

/** One event as the page's timeline tells it: what staff needs of it, and nothing of the payer or of keys. */
export const eventLine = ({ event, wall }: { readonly event: Event; readonly wall: number }): OrderEvent => ({
  atMs: wall,
  type: event.type,
  facts: factsOf(event),
});

function factsOf(event: Event): OrderEvent["facts"] {
  switch (event.type) {
    case "asked":
      return {
        stand: event.stand,
        amount: event.sale.amount,
        ...(event.turnedAway && { turnedAway: event.turnedAway.because }),
      };
    case "void-asked":
      return { why: event.why };
    case "delivered":
      return { release: event.release, confirmed: event.confirmed };
    case "not-delivered":
      return { because: event.because };
    case "synced":
      return { stage: event.stage };
    case "charged":
      return { attempt: event.attempt, charge: event.charge.is, ...becauseOf(event.charge) };
    case "news":
      return { attempt: event.attempt, standing: event.standing.is, via: event.via, ...moneyOf(event.standing) };
    case "hinted":
      return { attempt: event.attempt };
    case "lapsed":
      return {};
    case "release-ordered":
      return { by: event.by, why: event.why, release: event.release };
    case "remedied":
      return { by: event.by, why: event.why, how: event.how };
    case "refund-ordered":
      return { by: event.by, why: event.why, ...(event.amount !== undefined && { amount: event.amount }) };
    case "refund-answered":
      return { answer: event.answer.is, ...becauseOf(event.answer) };
  }
}

const becauseOf = (answer: object): object => ("because" in answer ? { because: answer.because } : {});

function moneyOf(standing: Extract<Event, { type: "news" }>["standing"]): object {
  if (standing.is === "settled") {
    const { amount, fee, transaction, paidAt } = standing.payment;
    return { amount, fee, transaction, paidAt };
  }
  if (standing.is !== "refunded") return {};
  return { refunded: standing.refunds.reduce((sum, { amount }) => sum + amount, 0), isFull: standing.isFull };
}
