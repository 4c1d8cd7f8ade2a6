import { firstReleaseOf, type ReleaseId } from "../../protocol/ids.ts";
import { checkOffer } from "../../protocol/qris.ts";
import type { Trouble, UpBody, VoidReason } from "../../protocol/statements.ts";
import { type Instant, isReached, later, sinceMs } from "../../protocol/time.ts";
import { receipt, tell, tellKind } from "./effects.ts";
import {
  type At,
  type Ending,
  type Event,
  isHandOver,
  type Opening,
  type Order,
  type Paid,
  type Rules,
  type Settlement,
  type State,
  type Step,
} from "./words.ts";

/**
 * The stand's order machine: one sale, top to bottom. Pure and total: every event has an answer in every state, and each state
 * has its function below, in the order in which a sale comes to them.
 */
export function step(state: State | undefined, event: Event, now: Instant, rules: Rules): Step {
  const at = { now, rules };
  if (state === undefined) return unknownOrder(event, at);
  switch (state.at) {
    case "charging":
      return charging(state, event, at);
    case "awaiting":
      return awaiting(state, event, at);
    case "closing":
      return closing(state, event, at);
    case "releasing":
      return releasing(state, event, at);
    case "delivered":
      return delivered(state, event);
    case "troubled":
      return troubled(state, event, at);
    case "closed":
      return closed(state, event, at);
  }
}

/** When the clock itself is the next event. */
export function deadlineOf(state: State): Instant | undefined {
  switch (state.at) {
    case "charging":
    case "awaiting":
      return state.deadline;
    case "releasing":
      return windowEndOf(state);
    default:
      return undefined;
  }
}

function windowEndOf({ order: { opening }, since }: At<"releasing">): Instant | undefined {
  return opening !== undefined && isHandOver(opening) ? later(since, opening.windowMs) : undefined;
}

/** Open: the stand still expects something of this order and names it to the backend at every connect. */
export const isOpen = (state: State): boolean => state.at !== "delivered" && state.at !== "closed";

/** By which time, and by which of the stand's rules, a step is decided. */
type Moment = { readonly now: Instant; readonly rules: Rules };

const ignored = (why: string): Step => ({ ignored: why });

function unknownOrder(event: Event, at: Moment): Step {
  if (event.type === "begun") return begin(event.order, at);
  if (event.type !== "settled") return ignored("this stand does not know the order");
  const order: Order = { id: event.order, amount: event.settlement.amount, items: [], begunAt: 0 };
  return trouble({ order, paid: event.settlement, releases: [] }, "unknown-here", at);
}

function begin(order: Order, { now, rules }: Moment): Step {
  const deadline = later(now, rules.chargePatienceMs);
  const { id, amount, items } = order;
  const body: UpBody = {
    type: "charge",
    order: id,
    amount,
    items: [...items],
    method: "qris",
    patienceMs: rules.chargePatienceMs,
  };
  return { state: { at: "charging", order, deadline }, effects: [tell(body, deadline)] };
}

function charging(state: At<"charging">, event: Event, at: Moment): Step {
  switch (event.type) {
    case "offered":
      return offered(state, event, at);
    case "refused":
      return close(state.order, { is: "refused", because: event.because }, at.now);
    case "settled":
      return settled(state.order, event.settlement, at);
    default:
      return unpaid(state, event, at);
  }
}

function offered(state: At<"charging">, event: Extract<Event, { type: "offered" }>, { now, rules }: Moment): Step {
  const order: Order = event.page === undefined ? state.order : { ...state.order, page: event.page };
  if (event.amount !== order.amount || checkOffer(event.qr, order.amount) !== "good") return end(order, "bad-qr", now);
  const deadline = later(now, Math.min(event.validForMs, rules.paymentPatienceMs));
  return {
    state: { at: "awaiting", order, qr: event.qr, shownAt: now, deadline },
    effects: rules.prints.qr ? [{ effect: { do: "print-qr", order, qr: event.qr, until: deadline } }] : [],
  };
}

function awaiting(state: At<"awaiting">, event: Event, at: Moment): Step {
  switch (event.type) {
    case "settled":
      return settled(state.order, event.settlement, at);
    case "not-shown":
      return end(state.order, event.because, at.now);
    case "offered":
      return ignored("the offer is on show already");
    default:
      return unpaid(state, event, at);
  }
}

/** What ends an order that nobody has paid, wherever it stands. */
function unpaid(state: At<"charging" | "awaiting">, event: Event, { now }: Moment): Step {
  switch (event.type) {
    case "cancel-pressed":
    case "interlock-tripped":
      return end(state.order, "cancelled", now);
    case "rebooted":
      return end(state.order, "rebooted", now);
    case "deadline":
      return isReached(state.deadline, now) ? end(state.order, "expired", now) : ignored("the deadline is not reached");
    case "voided":
      return close(state.order, { is: "voided", why: event.as }, now);
    case "remedied":
      return close(state.order, { is: "remedied", how: event.how }, now);
    default:
      return ignored(`${event.type} says nothing to an order that is ${state.at}`);
  }
}

function closing(state: At<"closing">, event: Event, at: Moment): Step {
  switch (event.type) {
    case "voided":
    case "refused":
      return close(state.order, { is: "voided", why: state.why }, state.since);
    case "remedied":
      return close(state.order, { is: "remedied", how: event.how }, state.since);
    case "settled":
      return (event.inFront && isStillThere(state, at) ? settled : paidLate)(state.order, event.settlement, at);
    default:
      return ignored("the order is closing; the backend's answer decides");
  }
}

/** The customer of an order that a power cut ended has been gone for as long as the power was, and nobody knows how long. */
function isStillThere({ why, since }: At<"closing">, { now, rules }: Moment): boolean {
  const age = sinceMs(since, now);
  return why !== "rebooted" && age !== undefined && age < rules.graceMs;
}

function releasing(state: At<"releasing">, event: Event, at: Moment): Step {
  switch (event.type) {
    case "released":
    case "not-released":
      return event.release === state.release ? released(state, event, at) : ignored("the outcome of another release");
    case "deadline":
    case "rebooted":
      return windowOver(state, event.type, at);
    default:
      return ignored("paid; the release is under way");
  }
}

function released(state: At<"releasing">, event: Extract<Event, { type: "released" | "not-released" }>, at: Moment) {
  const { order, paid, releases, release } = state;
  if (event.type === "not-released") return trouble({ order, paid, releases }, event.because, at, release);
  const { confirmed } = event;
  const body: UpBody = { type: "delivered", order: order.id, release, confirmed };
  return {
    state: { at: "delivered", order, paid, releases, release, confirmed, since: at.now },
    effects: [tell(body), ...(at.rules.prints.receipt ? [receipt(order, paid, at.now)] : [])],
    finished: true,
  } satisfies Step;
}

/**
 * A controller that has not said in time what became of the release: nobody has seen the goods leave. After another boot
 * nobody knows how long ago it was asked. What becomes of a contact of ours is told by who moves it.
 */
function windowOver(state: At<"releasing">, how: "deadline" | "rebooted", at: Moment): Step {
  const end = windowEndOf(state);
  if (end === undefined) return ignored("paid; the release is under way");
  const { order, paid, releases, release } = state;
  if (how === "rebooted") return trouble({ order, paid, releases }, "release-unclear", at, release);
  if (!isReached(end, at.now)) return ignored("the controller still has time");
  return trouble({ order, paid, releases }, "not-confirmed", at, release);
}

function delivered(state: At<"delivered">, event: Event): Step {
  if (event.type !== "release-ordered") return ignored("delivered already");
  const body: UpBody = { type: "delivered", order: state.order.id, release: state.release, confirmed: state.confirmed };
  return { state, effects: [tell(body)], takesBack: [tellKind("delivered")], finished: true };
}

function troubled(state: At<"troubled">, event: Event, at: Moment): Step {
  switch (event.type) {
    case "release-ordered":
      return releaseAgain(state, event, at);
    case "remedied":
      return close(state.order, { is: "remedied", how: event.how }, at.now);
    default:
      return ignored("paid and not delivered: staff decides");
  }
}

function releaseAgain(state: At<"troubled">, event: Extract<Event, { type: "release-ordered" }>, at: Moment): Step {
  if (state.releases.includes(event.release)) return ignored("this release has been tried already");
  const opening = openingNow(state.order, event.opening);
  const releases = [...state.releases, event.release];
  const { order, paid } = state;
  if (opening === undefined) return trouble({ order, paid, releases }, "release-failed", at, event.release);
  return release({ order: { ...order, opening }, paid, releases }, event.release, opening, at.now);
}

/** A controller's order is opened as the controller said; the menu may know its product by another name. */
const openingNow = ({ reference, opening }: Order, ofMenu: Opening | undefined): Opening | undefined =>
  reference === undefined ? (ofMenu ?? opening) : opening;

function closed(state: At<"closed">, event: Event, at: Moment): Step {
  if (state.ending.is === "remedied") return ignored("the money of this order has been dealt with");
  if (event.type === "remedied") return close(state.order, { is: "remedied", how: event.how }, state.since);
  if (event.type !== "settled") return ignored("the order is closed");
  return paidLate(state.order, event.settlement, at);
}

/** The money is there, and so is the customer. */
function settled(order: Order, paid: Settlement, at: Moment): Step {
  if (paid.amount < order.amount) return trouble({ order, paid, releases: [] }, "underpaid", at);
  const id = firstReleaseOf(order.id);
  const { opening } = order;
  if (opening === undefined) return trouble({ order, paid, releases: [] }, "unknown-here", at);
  return release({ order, paid, releases: [id] }, id, opening, at.now);
}

const paidLate = (order: Order, paid: Settlement, at: Moment): Step =>
  trouble({ order, paid, releases: [] }, paid.amount < order.amount ? "underpaid" : "paid-late", at);

/** A release that a controller performs owes the world nothing: that it waits is in the state, for who asks. */
function release(about: Paid, id: ReleaseId, opening: Opening, now: Instant): Step {
  return {
    state: { at: "releasing", ...about, release: id, since: now },
    effects: isHandOver(opening) ? [] : [{ effect: { do: "release", order: about.order.id, release: id, opening } }],
    takesBack: ["print-qr", tellKind("void")],
  };
}

function trouble(about: Paid, because: Trouble, { now, rules }: Moment, id?: ReleaseId): Step {
  const { order, paid } = about;
  const body: UpBody = {
    type: "not-delivered",
    order: order.id,
    because,
    ...(id === undefined ? {} : { release: id }),
  };
  const isForCustomer = rules.prints.receipt && because !== "unknown-here";
  return {
    state: { at: "troubled", ...about, because, since: now },
    effects: [tell(body), ...(isForCustomer ? [receipt(order, paid, now, because)] : [])],
    takesBack: ["print-qr"],
  };
}

/** A charge that the backend does not have yet is taken back: its void says all. */
function end(order: Order, why: VoidReason, now: Instant): Step {
  return {
    state: { at: "closing", order, why, since: now },
    effects: [tell({ type: "void", order: order.id, why })],
    takesBack: [tellKind("charge"), "print-qr"],
  };
}

/** `since`: when the customer saw it end, which may be long before the backend knew. */
const close = (order: Order, ending: Ending, since: Instant): Step => ({
  state: { at: "closed", order, ending, since },
  effects: [],
  takesBack: ["print-qr", tellKind("charge"), tellKind("void")],
  finished: true,
});
