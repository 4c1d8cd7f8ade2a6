import type { Action, OrderEvent, OrderLine } from "../console/api/words.ts";
import { step } from "../ledger/ledger.ts";
import type { Decision, Event, State, Terms } from "../ledger/words.ts";
import type { MerchantId } from "../providers/provider.ts";
import type { SaleRow, Story } from "./sale.ts";

/** Orders in the words of the console. */

export function lineOf(row: SaleRow): OrderLine {
  const items = JSON.parse(row.items) as readonly { readonly name: string; readonly quantity: number }[];
  return {
    order: row.order_id,
    claim: row.claim,
    stand: row.stand,
    ...(row.merchant === "" ? {} : { merchant: row.merchant as MerchantId }),
    amount: row.amount,
    refunded: row.refunded,
    state: row.state,
    ...(row.because === null ? {} : { because: row.because }),
    items: items.map(({ name, quantity }) => ({ name, quantity })),
    begunMs: row.began_ms,
    ...(row.paid_ms === null ? {} : { paidMs: row.paid_ms }),
  };
}

/** Nothing that is asked here is carried out: how long anything would take is all the same. */
const ANY_TERMS: Terms = {
  payableMs: 0,
  retryPausesMs: [],
  firstAskMs: 0,
  slowestAskMs: 0,
  lapseMs: 0,
  refundPausesMs: [],
  policies: { late: "hold", failed: "hold" },
};

const WHO = { by: "-", why: "-" };
const CANDIDATES: readonly (readonly [Action, Decision])[] = [
  ["refund", { type: "refund-ordered", ...WHO }],
  ["release", { type: "release-ordered", release: "-" as never, ...WHO }],
  ["remedy", { type: "remedied", how: "settled-by-staff", ...WHO }],
];

/** What the ledger would let staff do now. */
export const actionsOn = (state: State): readonly Action[] =>
  CANDIDATES.filter(([, event]) => !("ignored" in step(state, event, { clock: "utc", ms: 0 }, ANY_TERMS))).map(
    ([action]) => action,
  );

export const eventsOf = (story: Story): readonly OrderEvent[] =>
  story.map(({ event, wall }) => ({ atMs: wall, type: event.type, facts: factsOf(event) }));

/** What people may see: no names of the provider's, no picture, nothing of the payer. */
function factsOf(event: Event): OrderEvent["facts"] {
  switch (event.type) {
    case "asked":
      return { amount: event.sale.amount, patienceMs: event.patienceMs, turnedAway: event.turnedAway?.because };
    case "void-asked":
      return { why: event.why };
    case "delivered":
      return { release: event.release, confirmed: event.confirmed };
    case "not-delivered":
      return { because: event.because };
    case "synced":
      return { stage: event.stage };
    case "charged":
      return { attempt: event.attempt, charge: { is: event.charge.is, because: becauseOf(event.charge) } };
    case "news":
      return { attempt: event.attempt, via: event.via, standing: { is: event.standing.is } };
    case "hinted":
      return { attempt: event.attempt };
    case "lapsed":
      return {};
    case "release-ordered":
      return { release: event.release, by: event.by, why: event.why };
    case "remedied":
      return { how: event.how, by: event.by, why: event.why };
    case "refund-ordered":
      return { amount: event.amount, by: event.by, why: event.why };
    case "refund-answered":
      return { answer: { is: event.answer.is, because: becauseOf(event.answer) } };
  }
}

const becauseOf = (answer: object): unknown => ("because" in answer ? answer.because : undefined);
