import type { ReleaseId } from "../../protocol/ids.ts";
import type { DownBody, Trouble } from "../../protocol/statements.ts";
import { alarm, ignored, nothingToSay, settlementOf, tell, tellKind } from "./effects.ts";
import { endLeftOver } from "./stray.ts";
import { type Event, isFinished, type Of, type OpenStage, type PaidFor, type Step, type Terms } from "./words.ts";

/** The money has come: deliver, owe or remedy. Nothing the provider says later takes that back. */
export function paidFor(state: PaidFor, event: Event, terms: Terms): Step {
  switch (event.type) {
    case "charged":
      return leftOver(state, event.charge.is, event.attempt, terms);
    case "news":
      return moreNews(state, event, terms);
    case "delivered":
      return goodsAreOut(state, event.release);
    case "not-delivered":
      return goodsAreNotOut(state, event.because);
    case "synced":
      return settleAgain(state, event.stage);
    case "release-ordered":
      return orderRelease(state, event);
    case "remedied":
      return remedy(state, event);
    default:
      return nothingToSay(state, event);
  }
}

/** An attempt that the order did not need: nobody shall pay it as well. */
function leftOver(state: PaidFor, is: string, attempt: number, terms: Terms): Step {
  if (state.receipts.some((each) => each.attempt === attempt)) return ignored("this attempt was paid");
  return endLeftOver(state, is, attempt, terms) ?? ignored("nothing of this attempt is left to pay");
}

function moreNews(state: PaidFor, event: Of<"news">, terms: Terms): Step {
  const { standing, attempt } = event;
  if (standing.is === "refunded")
    return { state, effects: [alarm("refunded-elsewhere", standing.transaction)], finished: isFinished(state) };
  if (standing.is !== "settled") {
    return event.via === "answer"
      ? leftOver(state, standing.is, attempt, terms)
      : ignored("nothing takes a settlement back");
  }
  if (state.receipts.some((each) => each.attempt === attempt)) return ignored("known already");
  const receipts = [...state.receipts, { attempt, payment: standing.payment }];
  const because = alarm("paid-twice", `attempt ${attempt} was paid as well`);
  if (state.at === "paid") return { state: { ...state, receipts }, effects: [because] };
  const isOut = state.at === "delivered" || (state.at === "owed" && state.delivered);
  return {
    state: { at: "owed", sale: state.sale, receipts, because: "paid-twice", delivered: isOut },
    effects: [because],
  };
}

function goodsAreOut(state: PaidFor, release: ReleaseId): Step {
  if (state.at === "delivered") return ignored("delivered already");
  if (state.at === "owed" && state.delivered) return ignored("delivered already; money is owed");
  const { sale, receipts } = state;
  if (state.at === "remedied") {
    return { state, effects: [alarm("contradiction", "delivered after it had been remedied")], finished: true };
  }
  if (receipts.length === 1)
    return { state: { at: "delivered", sale, receipts, release }, effects: [], finished: true };
  return {
    state: { at: "owed", sale, receipts, because: "paid-twice", delivered: true },
    effects: [alarm("owed", "paid-twice")],
  };
}

function goodsAreNotOut(state: PaidFor, because: Trouble): Step {
  if (state.at !== "paid" && state.at !== "owed") return ignored(`the order is ${state.at} already`);
  if (state.at === "owed" && state.delivered) return ignored("delivered already; money is owed");
  const { sale, receipts } = state;
  return { state: { at: "owed", sale, receipts, because, delivered: false }, effects: [alarm("owed", because)] };
}

/** A stand that has not got the settlement hears it again; one that has, or owes goods, knows. */
function settleAgain(state: PaidFor, stage: OpenStage): Step {
  const knows = stage === "releasing" || stage === "troubled";
  const [receipt] = state.receipts;
  if (state.at !== "paid" || knows || receipt === undefined) return ignored("the stand has this order's settlement");
  const body = settlementOf(state.sale, receipt.payment);
  return { state, effects: [tell(state.sale, body)], takesBack: [tellKind("settled")] };
}

/** The settlement goes with it, in case the stand has lost its journal: without one it releases nothing. */
function orderRelease(state: PaidFor, { release, by }: Of<"release-ordered">): Step {
  const [receipt] = state.receipts;
  const product = state.sale.items[0]?.product;
  if (state.at !== "owed" || state.delivered) return ignored("only an order that is owed its goods is released again");
  if (receipt === undefined || product === undefined) return ignored("the order names no goods");
  const { sale } = state;
  const body: DownBody = { type: "release", order: sale.order, release, by, product };
  return {
    state,
    effects: [tell(sale, settlementOf(sale, receipt.payment)), tell(sale, body)],
    takesBack: [tellKind("settled"), tellKind("release")],
  };
}

function remedy(state: PaidFor, { how, by }: Of<"remedied">): Step {
  if (state.at !== "owed") return ignored("only an order that is owed can be remedied");
  const { sale, receipts } = state;
  return {
    state: { at: "remedied", sale, receipts, how, by },
    effects: [tell(sale, { type: "remedied", order: sale.order, how })],
    takesBack: [tellKind("release"), tellKind("settled")],
    finished: true,
  };
}
