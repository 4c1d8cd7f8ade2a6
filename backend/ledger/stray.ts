import type { DownBody } from "../../protocol/statements.ts";
import type { Payment } from "../providers/provider.ts";
import { alarm, attemptOf, nothingToSay, received, recheck, tell, tellKind, voidIt } from "./effects.ts";
import { type At, type Event, isFinished, type Of, type State, type Step, type Terms, type Unpaid } from "./words.ts";

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
export const stray = (state: Unpaid, { attempt, charge }: Of<"charged">, terms: Terms): Step =>
  endLeftOver(state, charge.is, attempt, terms) ?? nothingToSay(state, { type: "charged", attempt, charge });

/** News of an attempt that is not, or no more, the one in hand. A notification of `pending` is only late. */
export function strayNews(state: Unpaid, event: Of<"news">, terms: Terms): Step {
  const { standing, attempt, via } = event;
  if (standing.is === "settled") return paidByAnother(state, attempt, standing.payment, terms);
  const end = via === "answer" ? endLeftOver(state, standing.is, attempt, terms) : undefined;
  return end ?? nothingToSay(state, event);
}

/** What the order does not need and can, or may, still be paid: ended, or looked at again until the answer is clear. */
export function endLeftOver(state: State, is: string, attempt: number, terms: Terms): Step | undefined {
  if (state.at === "forestalled") return undefined;
  const about = attemptOf(state.sale, attempt, terms);
  const finished = isFinished(state);
  if (is === "issued" || is === "pending") return { state, effects: [voidIt(about)], finished };
  return is === "unclear" ? { state, effects: [recheck(about)], finished } : undefined;
}

/** Money by one attempt: whatever another one still has open is ended, so that nobody pays twice. */
function paidByAnother(state: Unpaid, attempt: number, payment: Payment, terms: Terms): Step {
  const step = received(state, attempt, payment);
  const late = alarm("paid-after-void", { is: "paid-while", attempt, at: state.at });
  const end = isFinished(state) ? [] : [voidIt(attemptOf(state.sale, state.attempt, terms))];
  return { ...step, effects: [...step.effects, late, ...end] };
}
