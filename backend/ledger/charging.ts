import { QRIS_MAX } from "../../protocol/rupiah.ts";
import type { DownBody, RefusalReason } from "../../protocol/statements.ts";
import { type Instant, isReached, later } from "../../protocol/time.ts";
import type { Charge, Standing } from "../providers/provider.ts";
import {
  ask,
  attemptOf,
  badQrAlarm,
  CLOSEST_ASK_MS,
  ignored,
  lapse,
  nothingToSay,
  offerOf,
  received,
  tell,
  voidIt,
  withRecheck,
} from "./effects.ts";
import { stray, strayNews } from "./stray.ts";
import type { At, Event, Of, Sale, Step, Terms } from "./words.ts";

/** An order of which the ledger has not heard before. */
export function unknownOrder(event: Event, now: Instant, terms: Terms): Step {
  if (event.type === "asked") return begin(event, now, terms);
  if (event.type !== "void-asked") return ignored("no such order");
  const { order, stand } = event;
  const body: DownBody = { type: "voided", order, as: "never-charged" };
  return { state: { at: "forestalled", order, stand }, effects: [tell({ stand }, body)], finished: true };
}

function begin({ sale, patienceMs, turnedAway }: Of<"asked">, now: Instant, terms: Terms): Step {
  if (turnedAway !== undefined) return refuse(sale, 0, turnedAway.because, turnedAway.retryAfterMs);
  const sum = sale.items.reduce((total, item) => total + item.price * item.quantity, 0);
  if (sum !== sale.amount || sale.amount < 1 || sale.amount > QRIS_MAX) return refuse(sale, 0, "bad-amount");
  return charge({ at: "charging", sale, attempt: 1, phase: "asked", until: later(now, patienceMs) }, 0, terms);
}

const charge = (state: At<"charging">, afterMs: number, terms: Terms): Step => ({
  state,
  effects: [{ effect: { do: "charge", attempt: attemptOf(state.sale, state.attempt, terms) }, afterMs }],
});

const refuse = (sale: Sale, attempt: number, because: RefusalReason, retryAfterMs?: number): Step => ({
  state: { at: "refused", sale, attempt, because },
  effects: [
    tell(sale, {
      type: "refused",
      order: sale.order,
      because,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    }),
  ],
  finished: true,
});

type Issued = Extract<Charge, { is: "issued" }>;

export function charging(state: At<"charging">, event: Event, now: Instant, terms: Terms): Step {
  switch (event.type) {
    case "charged":
      return event.attempt === state.attempt ? charged(state, event.charge, now, terms) : stray(state, event, terms);
    case "news":
      return event.attempt === state.attempt ? news(state, event, now, terms) : strayNews(state, event, terms);
    case "void-asked":
      return { state: voidingFrom(state), effects: badQrAlarm(event) };
    default:
      return nothingToSay(state, event);
  }
}

const voidingFrom = ({ sale, attempt, phase }: At<"charging">): At<"voiding"> => ({
  at: "voiding",
  sale,
  attempt,
  phase,
  asks: 0,
});

function charged(state: At<"charging">, answer: Charge, now: Instant, terms: Terms): Step {
  switch (answer.is) {
    case "issued":
      return state.phase === "clearing"
        ? ignored("its charge is being ended: it is not offered any more")
        : offer(state, answer, now, terms);
    case "refused":
      return answer.retriable
        ? nextAttempt(state, now, terms, answer.because)
        : refuse(state.sale, state.attempt, answer.because);
    case "unclear":
      return { state: { ...state, phase: "checking" }, effects: [ask(attemptOf(state.sale, state.attempt, terms), 0)] };
  }
}

function offer({ sale, attempt }: At<"charging">, issued: Issued, now: Instant, terms: Terms): Step {
  const until = later(now, terms.payableMs);
  const { qr, transaction, deeplink } = issued;
  const link = deeplink === undefined ? {} : { deeplink };
  return {
    state: { at: "payable", sale, attempt, qr, transaction, ...link, until, asks: 0 },
    effects: [
      tell(sale, offerOf(sale, qr, terms.payableMs), until),
      ask(attemptOf(sale, attempt, terms), terms.firstAskMs),
      lapse(terms.payableMs + terms.lapseMs),
    ],
    takesBack: ["ask"],
  };
}

function nextAttempt(state: At<"charging">, now: Instant, terms: Terms, because: RefusalReason): Step {
  const pauseMs = terms.retryPausesMs[state.attempt - 1];
  if (pauseMs === undefined) return refuse(state.sale, state.attempt, because);
  if (isReached(state.until, later(now, pauseMs))) return refuse(state.sale, state.attempt, "too-late");
  return charge({ ...state, attempt: state.attempt + 1, phase: "asked" }, pauseMs, terms);
}

/**
 * A notification can overtake the answer to the charge it is about; only money counts from it. What an answer says of an
 * attempt whose charge was unclear decides how to go on.
 */
function news(state: At<"charging">, event: Of<"news">, now: Instant, terms: Terms): Step {
  const { standing } = event;
  if (standing.is === "settled") return received(state, state.attempt, standing.payment);
  if (event.via === "notification" || state.phase === "asked") return nothingToSay(state, event);
  return checked(state, standing.is, now, terms);
}

function checked(
  state: At<"charging">,
  standing: Exclude<Standing["is"], "settled">,
  now: Instant,
  terms: Terms,
): Step {
  const attempt = attemptOf(state.sale, state.attempt, terms);
  switch (standing) {
    case "pending":
      return {
        state: { ...state, phase: "clearing" },
        effects: [voidIt(attempt, state.phase === "clearing" ? CLOSEST_ASK_MS : 0)],
      };
    case "unclear":
      return { state, effects: [ask(attempt, CLOSEST_ASK_MS)] };
    case "unknown":
      return withRecheck(nextAttempt(state, now, terms, "unavailable"), attempt);
    default:
      return nextAttempt(state, now, terms, "unavailable");
  }
}
