import type { Voiding } from "../../protocol/statements.ts";
import { type Instant, isReached } from "../../protocol/time.ts";
import type { Attempt, Charge, Standing } from "../providers/provider.ts";
import {
  alarm,
  ask,
  attemptOf,
  badQrAlarm,
  CLOSEST_ASK_MS,
  ignored,
  nothingToSay,
  offerOf,
  received,
  tell,
  tellKind,
  voidIt,
  withRecheck,
} from "./effects.ts";
import { strayNews } from "./stray.ts";
import type { At, Effects, Event, Of, Step, Terms } from "./words.ts";

/** The customer may pay. Ends by the provider's word, by the stand's void, or because the stand is gone. */
export function payable(state: At<"payable">, event: Event, now: Instant, terms: Terms): Step {
  switch (event.type) {
    case "news":
      return event.attempt === state.attempt ? news(state, event, terms) : strayNews(state, event, terms);
    case "void-asked":
      return startVoid(state, terms, badQrAlarm(event));
    case "lapsed":
      return isReached(state.until, now) ? startVoid(state, terms, []) : ignored("the customer may still pay");
    case "synced":
      return reoffer(state, now);
    default:
      return nothingToSay(state, event);
  }
}

/** Only an answer is a query less to make: a notification of `pending` does not put off the next one. */
function news(state: At<"payable">, event: Of<"news">, terms: Terms): Step {
  const { standing, via } = event;
  if (standing.is === "pending" && via === "notification") return nothingToSay(state, event);
  switch (standing.is) {
    case "settled":
      return received(state, state.attempt, standing.payment);
    case "pending":
    case "unclear":
    case "unknown":
      return askAgain(state, terms);
    default:
      return ended(state, standing);
  }
}

/** Each query half as long again after the one before, until the slowest. */
function askAgain(state: At<"payable">, terms: Terms): Step {
  const growing = Math.min(terms.slowestAskMs, terms.firstAskMs * 1.5 ** (state.asks + 1));
  const attempt = attemptOf(state.sale, state.attempt, terms);
  return {
    state: { ...state, asks: state.asks + 1 },
    effects: [ask(attempt, Math.round(Math.max(CLOSEST_ASK_MS, growing)))],
    takesBack: ["ask"],
  };
}

function startVoid(state: At<"payable">, terms: Terms, alarms: Effects): Step {
  const { sale, attempt } = state;
  return {
    state: { at: "voiding", sale, attempt, phase: "clearing", ...madeAs(state), asks: 0 },
    effects: [voidIt(attemptOf(sale, attempt, terms)), ...alarms],
    takesBack: ["ask", "lapse", tellKind("offer")],
  };
}

function reoffer(state: At<"payable">, now: Instant): Step {
  if (isReached(state.until, now)) return ignored("the offer is over; its void will follow");
  const body = offerOf(state.sale, state.qr, state.until.ms - now.ms);
  return { state, effects: [tell(state.sale, body, state.until)], takesBack: [tellKind("offer")] };
}

/** The charge is being ended at the provider; the money may still win the race. */
export function voiding(state: At<"voiding">, event: Event, terms: Terms): Step {
  if (event.type === "charged" && event.attempt === state.attempt) return chargedTooLate(state, event.charge, terms);
  if (event.type !== "news") return nothingToSay(state, event);
  return event.attempt === state.attempt ? voidingNews(state, event, terms) : strayNews(state, event, terms);
}

function chargedTooLate(state: At<"voiding">, answer: Charge, terms: Terms): Step {
  const attempt = attemptOf(state.sale, state.attempt, terms);
  switch (answer.is) {
    case "issued":
      return {
        state: { ...state, phase: "clearing", transaction: answer.transaction },
        effects: [voidIt(attempt)],
      };
    case "refused":
      return voided(state, "never-charged");
    case "unclear":
      return { state: { ...state, phase: "checking" }, effects: [ask(attempt, 0)] };
  }
}

function voidingNews(state: At<"voiding">, event: Of<"news">, terms: Terms): Step {
  const { standing, via } = event;
  if (standing.is === "settled") return received(state, state.attempt, standing.payment);
  if (state.phase === "asked") return ignored("the answer to the charge will say more");
  if (standing.is === "pending" || standing.is === "unclear") {
    return via === "notification"
      ? nothingToSay(state, event)
      : stillOpen(state, standing.is, attemptOf(state.sale, state.attempt, terms));
  }
  if (standing.is === "unknown") {
    return withRecheck(voided(state, "never-charged"), attemptOf(state.sale, state.attempt, terms));
  }
  return ended(state, standing);
}

/** The provider's word is not final yet: end it again, or ask, ever more slowly. */
function stillOpen(state: At<"voiding">, standing: "pending" | "unclear", attempt: Attempt): Step {
  const next = { ...state, asks: state.asks + 1 };
  const pauseMs = CLOSEST_ASK_MS * Math.min(30, state.asks);
  if (standing === "pending") {
    return { state: { ...next, phase: "clearing" }, effects: [voidIt(attempt, pauseMs)], takesBack: ["ask", "void"] };
  }
  return { state: next, effects: [ask(attempt, Math.max(CLOSEST_ASK_MS, pauseMs))], takesBack: ["ask", "void"] };
}

type Final = Extract<Standing, { is: "expired" | "cancelled" | "denied" | "refunded" | "pending" }>;

function ended(state: At<"payable" | "voiding">, standing: Final): Step {
  if (standing.is !== "refunded" && standing.is !== "pending") return voided(state, standing.is);
  const step = voided(state, "cancelled");
  return {
    ...step,
    effects: [...step.effects, alarm("refunded-elsewhere", { is: "given-back", transaction: standing.transaction })],
  };
}

function voided(state: At<"payable" | "voiding">, as: Voiding) {
  const { sale, attempt } = state;
  return {
    state: { at: "voided", sale, attempt, ...madeAs(state), as } as const,
    effects: [tell(sale, { type: "voided", order: sale.order, as })],
    takesBack: ["ask", "void", "lapse", tellKind("offer")],
    finished: true,
  };
}

const madeAs = ({ transaction }: At<"payable" | "voiding">) => (transaction === undefined ? {} : { transaction });
