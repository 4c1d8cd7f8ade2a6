import type { DownBody } from "../../protocol/statements.ts";
import type { Payment } from "../providers/provider.ts";
import { alarm, attemptOf, nothingToSay, received, tell, tellKind, voidIt } from "./effects.ts";
import { type At, type Event, isFinished, type Of, type Step, type Terms, type Unpaid } from "./words.ts";

/** Nobody paid, as far as anybody knew. News of money is believed all the same, and alarmed. */
export function unpaidEnd(state: At<"voided" | "refused">, event: Event, terms: Terms): Step {
  switch (event.type) {
    case "news":
      return strayNews(state, event, terms);
    case "charged":
      return stray(state, event, terms);
    case "synced":
      return tellEndAgain(state);
    default:
      return nothingToSay(state, event);
  }
}

function tellEndAgain(state: At<"voided" | "refused">): Step {
  const { order } = state.sale;
  const body: DownBody =
    state.at === "voided"
      ? { type: "voided", order, as: state.as }
      : { type: "refused", order, because: state.because };
  return { state, effects: [tell(state.sale, body)], takesBack: [tellKind(body.type)], finished: true };
}

/** A charge that was given up has an answer after all: what it made must not stay payable. */
export function stray(state: Unpaid, event: Of<"charged">, terms: Terms): Step {
  return event.charge.is === "issued" ? endStray(state, event.attempt, terms) : nothingToSay(state, event);
}

/** News of an attempt that is not, or no more, the one in hand. A notification of `pending` is only late. */
export function strayNews(state: Unpaid, event: Of<"news">, terms: Terms): Step {
  const { standing, attempt } = event;
  if (standing.is === "settled") return paidByAnother(state, attempt, standing.payment, terms);
  const isPayable = standing.is === "pending" && event.via === "answer";
  return isPayable ? endStray(state, attempt, terms) : nothingToSay(state, event);
}

const endStray = (state: Unpaid, attempt: number, terms: Terms): Step => ({
  state,
  effects: [voidIt(attemptOf(state.sale, attempt, terms))],
  finished: isFinished(state),
});

/** Money by one attempt: whatever another one still has open is ended, so that nobody pays twice. */
function paidByAnother(state: Unpaid, attempt: number, payment: Payment, terms: Terms): Step {
  const step = received(state, attempt, payment);
  const late = alarm("paid-after-void", `attempt ${attempt} was paid while the order was ${state.at}`);
  const mayBeOpen = attempt !== state.attempt && !isFinished(state);
  const end = mayBeOpen ? [voidIt(attemptOf(state.sale, state.attempt, terms))] : [];
  return { ...step, effects: [...step.effects, late, ...end] };
}
