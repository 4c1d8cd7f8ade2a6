import type { Refunded, RefundMade, RefundRefusal, Standing } from "../providers/provider.ts";
import { alarm, attemptOf, followUp, ignored, nothingToSay, objected, recheck, tell, tellKind } from "./effects.ts";
import {
  backsOf,
  corrected,
  dueReceipts,
  isUntouched,
  merged,
  type Plan,
  planPart,
  planWhole,
  refundIt,
  refusedAndMade,
} from "./refunds.ts";
import { endLeftOver } from "./stray.ts";
import type { At, Back, Effects, Event, Of, OwedReason, Step, Terms } from "./words.ts";

/** Money on its way back. It ends with every refund of the round confirmed, or with a person. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** When to look whether the bank has confirmed: another bank's customer may wait for days. */
const FOLLOW_PAUSES_MS: readonly number[] = [
  MINUTE_MS,
  10 * MINUTE_MS,
  HOUR_MS,
  6 * HOUR_MS,
  ...Array.from({ length: 12 }, () => 24 * HOUR_MS),
];
const LATER: readonly RefundRefusal[] = ["no-balance", "closed-hours"];

/** Begins to give money back: all that the order owes, or a part of a payment. */
export function orderRefund(state: At<"paid" | "delivered" | "owed">, event: Of<"refund-ordered">, terms: Terms): Step {
  if (state.at === "owed" && state.isReleasing) {
    const why = "a release was ordered, and the stand has not said yet how it went: the customer may get the goods";
    return objected("release-under-way", why);
  }
  const plan: Plan = event.amount === undefined ? planWhole(state) : planPart(state, event.amount);
  return "ignored" in plan ? plan : begin(state, plan.backs, event.by, terms);
}

function begin(state: At<"paid" | "delivered" | "owed">, planned: readonly Back[], by: string, terms: Terms): Step {
  const { sale, receipts } = state;
  const because = becauseOf(state);
  const about = { sale, receipts, because };
  const next: At<"refunding"> = {
    at: "refunding",
    ...about,
    delivered: state.at === "delivered" || (state.at === "owed" && state.delivered),
    releases: state.at === "owed" ? state.releases : [],
    backs: merged(backsOf(state), planned),
    round: planned.map(({ key }) => key),
    by,
  };
  return {
    state: next,
    effects: planned.flatMap((back) => refundIt(about, back, 0, terms)),
    takesBack: [tellKind("release"), tellKind("settled")],
  };
}

function becauseOf(state: At<"paid" | "delivered" | "owed">): OwedReason {
  if (state.at === "owed") return state.because;
  return state.at === "paid" ? "no-word" : "goodwill";
}

export function refunding(state: At<"refunding">, event: Event, terms: Terms): Step {
  switch (event.type) {
    case "refund-answered":
      return answered(state, event, terms);
    case "news":
      return news(state, event, terms);
    case "charged":
      return charged(state, event, terms);
    case "delivered":
      return outAllTheSame(state);
    case "release-ordered":
    case "remedied":
    case "refund-ordered":
      return objected("going-back", "its money is on its way back");
    default:
      return nothingToSay(state, event);
  }
}

function charged(state: At<"refunding">, event: Of<"charged">, terms: Terms): Step {
  const isPaid = state.receipts.some(({ attempt }) => attempt === event.attempt);
  const end = isPaid ? undefined : endLeftOver(state, event.charge.is, event.attempt, terms);
  return end ?? nothingToSay(state, event);
}

function outAllTheSame(state: At<"refunding">): Step {
  if (state.delivered) return ignored("delivered already");
  const because = alarm("contradiction", { is: "delivered-while-refunding" });
  return { state: { ...state, delivered: true }, effects: [because] };
}

function answered(state: At<"refunding">, { key, answer }: Of<"refund-answered">, terms: Terms): Step {
  const back = state.backs.find((each) => each.key === key);
  if (back?.stage !== "asked") return ignored("this refund was answered before");
  switch (answer.is) {
    case "confirmed":
      return move(state, [{ ...back, stage: "confirmed", tries: 0 }], [], terms);
    case "taken":
      return move(state, [{ ...back, stage: "taken", tries: 0 }], follow(state, back.attempt, 0, terms), terms);
    case "refused":
      return refused(state, back, answer, terms);
    case "unclear":
      return tryAgain(state, back, 0, terms) ?? stuck(state, back, answer.detail, terms);
  }
}

function refused(
  state: At<"refunding">,
  back: Back,
  { because, againMs, detail }: Extract<Refunded, { is: "refused" }>,
  terms: Terms,
): Step {
  const mayWork = againMs !== undefined || LATER.includes(because);
  const again = mayWork ? tryAgain(state, back, againMs ?? 0, terms) : undefined;
  return again ?? move(state, [{ ...back, stage: "refused", tries: 0, because, detail }], [], terms);
}

function tryAgain(state: At<"refunding">, back: Back, leastMs: number, terms: Terms): Step | undefined {
  const pauseMs = terms.refundPausesMs[back.tries];
  if (pauseMs === undefined) return undefined;
  const next = { ...back, tries: back.tries + 1 };
  return move(state, [next], refundIt(state, next, Math.max(leastMs, pauseMs), terms), terms);
}

const stuck = (state: At<"refunding">, back: Back, detail: string, terms: Terms): Step =>
  move(state, [{ ...back, stage: "stuck", tries: 0, because: "unanswered", detail }], [], terms);

/** Looks at the attempt's standing after a while: has the bank confirmed? */
function follow({ sale }: At<"refunding">, attempt: number, tries: number, terms: Terms): Effects {
  const pauseMs = FOLLOW_PAUSES_MS[tries];
  return pauseMs === undefined ? [] : [followUp(attemptOf(sale, attempt, terms), pauseMs)];
}

/** With these refunds changed: still under way, or over. */
function move(state: At<"refunding">, changed: readonly Back[], effects: Effects, terms: Terms): Step {
  const next: At<"refunding"> = { ...state, backs: merged(state.backs, changed) };
  const round = next.backs.filter(({ key }) => state.round.includes(key));
  if (round.some(({ stage }) => stage === "asked" || stage === "taken")) return { state: next, effects };
  return round.every(({ stage }) => stage === "confirmed")
    ? over(next, effects)
    : handOver(next, round, effects, terms);
}

/** A refund ends what was owed of its payment, a part of it too; of another payment, and of the goods that are for it, it ends nothing. */
function over(state: At<"refunding">, effects: Effects): Step {
  const { sale, receipts, backs, by, releases } = state;
  const [untouched] = dueReceipts(state).filter((receipt) => isUntouched(receipt, backs));
  if (untouched !== undefined) {
    const { because, delivered } = state;
    const left =
      untouched === receipts[0] ? { because, delivered } : ({ because: "paid-twice", delivered: true } as const);
    return { state: { at: "owed", sale, receipts, ...left, releases, isReleasing: false, backs }, effects };
  }
  return {
    state: { at: "remedied", sale, receipts, how: "refunded", by, backs },
    effects: [...effects, tell(sale, { type: "remedied", order: sale.order, how: "refunded" })],
    finished: true,
  };
}

/**
 * A person has to see to what could not be given back. A demand that was made twice, or was not answered, may still be on its way, so
 * whether it was given back all the same is looked at once more.
 */
function handOver(state: At<"refunding">, round: readonly Back[], effects: Effects, terms: Terms): Step {
  const { sale, receipts, backs, because, delivered, releases } = state;
  const failed = round.filter(({ stage }) => stage !== "confirmed");
  const refunds = failed.map(({ key, because: why = "unanswered", detail: said = "" }) => ({
    key,
    because: why,
    said,
  }));
  const attempts = [...new Set(failed.map(({ attempt }) => attempt))];
  const looks = attempts.map((attempt) => recheck(attemptOf(sale, attempt, terms)));
  return {
    state: { at: "owed", sale, receipts, because, delivered, releases, isReleasing: false, backs },
    effects: [...effects, alarm("refund-failed", { is: "refunds-failed", refunds }), ...looks],
  };
}

function news(state: At<"refunding">, event: Of<"news">, terms: Terms): Step {
  const { standing, attempt } = event;
  const changed = standing.is === "refunded" ? corrected(state.backs, attempt, standing) : [];
  if (changed.length === 0) return newsOfRound(state, event, terms);
  const told = refusedAndMade(state.backs, changed);
  const next = { ...state, backs: merged(state.backs, changed) };
  const step = newsOfRound(next, event, terms);
  return "ignored" in step ? move(next, [], told, terms) : { ...step, effects: [...told, ...step.effects] };
}

function newsOfRound(state: At<"refunding">, event: Of<"news">, terms: Terms): Step {
  const { standing, attempt, via, isAside = false } = event;
  const isPaid = state.receipts.some((receipt) => receipt.attempt === attempt);
  if (!isPaid && standing.is === "settled") return paidTwice(state, attempt, standing);
  if (!isPaid)
    return (
      (via === "answer" ? endLeftOver(state, standing.is, attempt, terms) : undefined) ?? nothingToSay(state, event)
    );
  const open = state.backs.filter((back) => back.attempt === attempt && state.round.includes(back.key) && isOpen(back));
  if (open.length === 0) return ignored("no refund of this payment is open");
  const seen = open.map((back) => (standing.is === "refunded" ? seenIn(standing, back) : back));
  if (via === "notification" || isAside) return told(state, open, seen, terms);
  return (standing.is === "settled" ? gone(state, open, terms) : undefined) ?? lookedAt(state, seen, terms);
}

const isOpen = ({ stage }: Back): boolean => stage === "asked" || stage === "taken";

function paidTwice(state: At<"refunding">, attempt: number, { payment }: Extract<Standing, { is: "settled" }>): Step {
  const receipts = [...state.receipts, { attempt, payment }];
  return {
    state: { ...state, receipts },
    effects: [alarm("paid-twice", { is: "paid-as-well", attempt })],
  };
}

/** A refund in the provider's books. All of the money confirmed is as good, whoever asked for it. */
function seenIn({ isFull, refunds }: Extract<Standing, { is: "refunded" }>, back: Back): Back {
  const made: RefundMade | undefined = refunds.find(({ key }) => key === back.key);
  const isAllBack = isFull && refunds.every(({ isConfirmed }) => isConfirmed);
  if (made?.isConfirmed || isAllBack) return { ...back, stage: "confirmed", tries: 0 };
  return made !== undefined && back.stage === "asked" ? { ...back, stage: "taken", tries: 0 } : back;
}

/** Out of turn: what is not confirmed yet is followed up from the moment it is in the books, and no more often for it. */
function told(state: At<"refunding">, before: readonly Back[], seen: readonly Back[], terms: Terms): Step {
  const taken = seen.filter((back, at) => back.stage === "taken" && before[at]?.stage === "asked");
  const changed = seen.filter((back, at) => back.stage !== before[at]?.stage);
  if (changed.length === 0) return ignored("nothing new of its refund");
  return move(
    state,
    changed,
    taken.flatMap((back) => follow(state, back.attempt, 0, terms)),
    terms,
  );
}

/** How often a refund may be missing in the provider's books, which can lag, before it is asked for anew. */
const MISSING_MOST = 2;

/** A refund that was taken is in the books no more: the bank has sent it back. Asked for anew, by its key, it says why. */
function gone(state: At<"refunding">, open: readonly Back[], terms: Terms): Step | undefined {
  const back = open.find(({ stage, tries, isRenewed }) => stage === "taken" && tries >= MISSING_MOST && !isRenewed);
  if (back === undefined) return undefined;
  const next: Back = { ...back, stage: "asked", tries: 0, isRenewed: true };
  return move(state, [next], refundIt(state, next, 0, terms), terms);
}

/** A look in its turn: who still waits for the bank is looked at again, ever more slowly, and in the end by a person. */
function lookedAt(state: At<"refunding">, seen: readonly Back[], terms: Terms): Step {
  if (seen.every(({ stage }) => stage === "asked")) return ignored("its refund is not in the provider's books yet");
  const counted = seen.map((back) => (back.stage === "taken" ? countedOn(back) : back));
  const waiting = counted.find(({ stage }) => stage === "taken");
  return move(state, counted, waiting === undefined ? [] : follow(state, waiting.attempt, waiting.tries, terms), terms);
}

function countedOn(back: Back): Back {
  const tries = back.tries + 1;
  if (tries < FOLLOW_PAUSES_MS.length) return { ...back, tries };
  return { ...back, stage: "stuck", tries: 0, because: "unconfirmed", detail: "the bank has not confirmed it" };
}
