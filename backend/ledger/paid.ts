import type { ReleaseId } from "../../protocol/ids.ts";
import type { Trouble } from "../../protocol/statements.ts";
import { alarm, ignored, nothingToSay, objected, settlementOf, tell, tellKind } from "./effects.ts";
import { withPolicy } from "./policy.ts";
import { orderRefund, refunding } from "./refunding.ts";
import { backsOf, corrected, merged, refusedAndMade } from "./refunds.ts";
import { orderRelease } from "./release.ts";
import { endLeftOver } from "./stray.ts";
import {
  type At,
  type Back,
  type Event,
  isFinished,
  type Of,
  type OpenStage,
  type PaidFor,
  type Step,
  type Terms,
} from "./words.ts";

type Kept = Exclude<PaidFor, At<"refunding">>;

/** The money has come: deliver, owe, give back or remedy. Nothing the provider says later takes that back. */
export function paidFor(state: PaidFor, event: Event, terms: Terms): Step {
  if (state.at === "refunding") return refunding(state, event, terms);
  switch (event.type) {
    case "charged":
      return leftOver(state, event.charge.is, event.attempt, terms);
    case "news":
      return moreNews(state, event, terms);
    case "delivered":
      return goodsAreOut(state, event.release, terms);
    case "not-delivered":
      return goodsAreNotOut(state, event.because, terms);
    case "synced":
      return settleAgain(state, event.stage);
    case "release-ordered":
      return orderRelease(state, event);
    case "refund-ordered":
      if (state.at === "remedied") return objected("dealt-with", "it has been dealt with");
      return orderRefund(state, event, terms);
    case "remedied":
      return remedy(state, event);
    default:
      return nothingToSay(state, event);
  }
}

/** An attempt that the order did not need: nobody shall pay it as well. */
function leftOver(state: Kept, is: string, attempt: number, terms: Terms): Step {
  if (state.receipts.some((each) => each.attempt === attempt)) return ignored("this attempt was paid");
  return endLeftOver(state, is, attempt, terms) ?? ignored("nothing of this attempt is left to pay");
}

function moreNews(state: Kept, event: Of<"news">, terms: Terms): Step {
  const { standing, attempt } = event;
  if (standing.is === "refunded") return givenBack(state, attempt, standing);
  if (standing.is !== "settled") {
    return event.via === "answer"
      ? leftOver(state, standing.is, attempt, terms)
      : ignored("nothing takes a settlement back");
  }
  if (state.receipts.some((each) => each.attempt === attempt)) return ignored("known already");
  const receipts = [...state.receipts, { attempt, payment: standing.payment }];
  const because = alarm("paid-twice", { is: "paid-as-well", attempt });
  if (state.at === "paid") return { state: { ...state, receipts }, effects: [because] };
  return paidTwice({ ...state, receipts }, [because], terms);
}

/** Goods that are out, or were made good, keep the first payment; the rest is owed. */
function paidTwice(state: Exclude<Kept, At<"paid">>, effects: readonly ReturnType<typeof alarm>[], terms: Terms): Step {
  const { sale, receipts } = state;
  const delivered = state.at !== "owed" || state.delivered;
  const before = state.at === "owed" ? state : { releases: [], isReleasing: false };
  const backs = backsOf(state);
  const { releases, isReleasing } = before;
  const owed = { at: "owed", sale, receipts, because: "paid-twice", delivered, releases, isReleasing, backs } as const;
  return delivered ? withPolicy({ state: owed, effects }, terms) : { state: owed, effects };
}

type GivenBack = Extract<Of<"news">["standing"], { is: "refunded" }>;

/** Money went back, by this ledger or by somebody else. All of it, and confirmed: then nothing is owed any more. */
function givenBack(before: Kept, attempt: number, standing: GivenBack): Step {
  const changed = corrected(backsOf(before), attempt, standing);
  const elsewhere = isOwn(before, standing)
    ? []
    : [alarm("refunded-elsewhere", { is: "given-back", transaction: standing.transaction })];
  const told = [...refusedAndMade(backsOf(before), changed), ...elsewhere];
  const state = withBacks(before, changed);
  const isBack = standing.isFull && standing.refunds.every(({ isConfirmed }) => isConfirmed);
  if (state.at === "owed" && state.receipts.length === 1 && !state.isReleasing && isBack) {
    const step = remedy(state, { type: "remedied", how: "refunded", by: "provider", why: "refunded at the provider" });
    return "ignored" in step ? step : { ...step, effects: [...step.effects, ...told] };
  }
  if (told.length === 0 && changed.length === 0) return ignored("these refunds are its own");
  return { state, effects: told, finished: isFinished(state) };
}

/** Where the provider does not name them, somebody should look. */
function isOwn(state: Kept, { refunds }: GivenBack): boolean {
  const names = backsOf(state).map(({ key }) => key);
  return refunds.length > 0 && refunds.every(({ key }) => key !== undefined && names.includes(key));
}

/** Goods that are out, and money that is back, or may be: a person decides whether that is meant. */
function withBacks(state: Kept, changed: readonly Back[]): Kept {
  if (state.at === "paid" || changed.length === 0) return state;
  const backs = merged(backsOf(state), changed);
  if (state.at !== "delivered") return { ...state, backs };
  const { sale, receipts } = state;
  return { at: "owed", sale, receipts, because: "goodwill", delivered: true, releases: [], isReleasing: false, backs };
}

function goodsAreOut(state: Kept, release: ReleaseId, terms: Terms): Step {
  if (state.at === "delivered") return ignored("delivered already");
  if (state.at === "owed" && state.delivered) return ignored("delivered already; money is owed");
  const { sale, receipts } = state;
  if (state.at === "remedied") {
    return { state, effects: [alarm("contradiction", { is: "delivered-after-remedy" })], finished: true };
  }
  if (receipts.length > 1)
    return withPolicy(
      { state: outAndPaidTwice(state), effects: [alarm("owed", { is: "owed", because: "paid-twice" })] },
      terms,
    );
  const backs = backsOf(state);
  if (backs.some(({ stage }) => stage !== "refused")) {
    const because = alarm("contradiction", { is: "delivered-and-given-back" });
    return { state: { ...outAndPaidTwice(state), because: "goodwill" }, effects: [because] };
  }
  const before = backs.length === 0 ? {} : { backs };
  return { state: { at: "delivered", sale, receipts, release, ...before }, effects: [], finished: true };
}

function outAndPaidTwice(state: At<"paid" | "owed">): At<"owed"> {
  const { sale, receipts } = state;
  const releases = state.at === "owed" ? state.releases : [];
  const kept = { sale, receipts, releases, isReleasing: false, backs: backsOf(state) };
  return { at: "owed", ...kept, because: "paid-twice", delivered: true };
}

function goodsAreNotOut(state: Kept, because: Trouble, terms: Terms): Step {
  if (state.at === "remedied") return tellRemedied(state);
  if (state.at === "delivered") return ignored("delivered already");
  if (state.at === "owed" && state.delivered) return ignored("delivered already; money is owed");
  const { sale, receipts } = state;
  const before = state.at === "owed" ? state : { releases: [], backs: [] };
  const { releases, backs } = before;
  const owed = { at: "owed", sale, receipts, because, delivered: false, releases, isReleasing: false, backs } as const;
  const step = { state: owed, effects: [alarm("owed", { is: "owed", because })] };
  return backs.length === 0 ? withPolicy(step, terms) : step;
}

/** The stand still has an order open that was dealt with: it could not close it when it was told. */
const tellRemedied = (state: At<"remedied">): Step => ({
  state,
  effects: [tell(state.sale, { type: "remedied", order: state.sale.order, how: state.how })],
  takesBack: [tellKind("remedied")],
  finished: true,
});

/** A stand that has not got the settlement hears it again; one that has, or owes goods, knows. */
function settleAgain(state: Kept, stage: OpenStage): Step {
  if (state.at === "remedied" && stage !== "unlisted") return tellRemedied(state);
  const knows = stage === "releasing" || stage === "troubled";
  const [receipt] = state.receipts;
  if (state.at !== "paid" || knows || receipt === undefined) return ignored("the stand has this order's settlement");
  const body = settlementOf(state.sale, receipt.payment);
  return { state, effects: [tell(state.sale, body)], takesBack: [tellKind("settled")] };
}

/** An order whose stand is gone is dealt with as well, by whoever answers for it. */
function remedy(state: Kept, { how, by }: Of<"remedied">): Step {
  if (state.at !== "owed" && state.at !== "paid")
    return objected("not-owed", "only an order that is owed can be remedied");
  const { sale, receipts } = state;
  return {
    state: { at: "remedied", sale, receipts, how, by, backs: backsOf(state) },
    effects: [tell(sale, { type: "remedied", order: sale.order, how })],
    takesBack: [tellKind("release"), tellKind("settled")],
    finished: true,
  };
}
