import { claimCodeOf } from "../../protocol/ids.ts";
import { type Instant, leftMs } from "../../protocol/time.ts";
import { deadlineOf } from "../order/order.ts";
import { isHandOver, type Opening, type Order, type State } from "../order/words.ts";
import type { OrderShown } from "./words.ts";

/** A controller's order: it has a reference, and a way out for the goods. */
export type Controllers = Order & { readonly reference: string; readonly opening: Opening };

export const isControllers = (order: Order): order is Controllers =>
  order.reference !== undefined && order.opening !== undefined;

/** The order as its controller sees it; `undefined` for one that no controller began. */
export function shown(state: State, now: Instant): OrderShown | undefined {
  const { order } = state;
  if (!isControllers(order)) return undefined;
  const because = becauseOf(state);
  const deadline = deadlineOf(state);
  return {
    id: order.id,
    reference: order.reference,
    state: state.at,
    amount: order.amount,
    items: [...order.items],
    claim_code: claimCodeOf(order.id),
    release: releaseOf(state, order.opening),
    ...(deadline === undefined ? {} : { left_ms: Math.ceil(leftMs(deadline, now)) }),
    ...("paid" in state ? { paid: paidIn(state.paid) } : {}),
    ...(state.at === "delivered" ? { confirmed: state.confirmed } : {}),
    ...(because === undefined ? {} : { because }),
  };
}

/**
 * Names the state among all that this order ever has: an order comes into each of them once. The last one that a listener heard
 * tells whether it has missed anything.
 */
export function eventIdOf(state: State): string {
  const releases = "releases" in state ? state.releases.length : 0;
  const how = state.at === "closed" ? `.${state.ending.is}` : "";
  return `${state.at}${releases === 0 ? "" : `.${releases}`}${how}`;
}

function releaseOf(state: State, opening: Opening): OrderShown["release"] {
  const last = "releases" in state ? state.releases.at(-1) : undefined;
  const id = last === undefined ? {} : { id: last };
  return isHandOver(opening)
    ? { by: "controller", window_ms: opening.windowMs, ...id }
    : { line: opening.line, pulse_ms: opening.pulseMs, ...id };
}

const paidIn = ({ amount, paidAt, issuer }: Extract<State, { at: "releasing" }>["paid"]): OrderShown["paid"] => ({
  amount,
  at: paidAt,
  ...(issuer === undefined ? {} : { issuer }),
});

function becauseOf(state: State): OrderShown["because"] {
  if (state.at === "troubled") return state.because;
  if (state.at === "closing") return state.why;
  if (state.at !== "closed") return undefined;
  const { ending } = state;
  if (ending.is === "refused") return ending.because;
  return ending.is === "voided" ? ending.why : ending.how;
}
