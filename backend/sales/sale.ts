import { claimCodeOf } from "../../protocol/ids.ts";
import type { WallMs } from "../../protocol/time.ts";
import { type Event, isFinished, type Of, orderOf, type Receipt, type State, standOf } from "../ledger/words.ts";
import type { SaleItemsTable, SalesTable } from "./tables.ts";

/** One order's events and when they were heard, oldest first; at least one. */
export type Story = readonly { readonly event: Event; readonly wall: WallMs }[];

/** One order in the sales book. */
export type SaleRow = SalesTable;

/**
 * Draws an order's row from what the journal has of it. Pure: same order, same row. `paid_ms` and the other walls are when this
 * backend heard of it, so they are of its clock and not the provider's.
 */
export function saleOf(state: State, story: Story): SaleRow {
  const order = orderOf(state);
  const { merchant, amount, items } = state.at === "forestalled" ? NO_SALE : state.sale;
  const finished = isFinished(state);
  const decision = story.findLast(isDecision)?.event as Decided | undefined;
  const receipts = receiptsOf(state);
  return {
    order_id: order,
    claim: claimCodeOf(order),
    stand: standOf(state),
    merchant,
    amount,
    items: JSON.stringify(items),
    words: items.map(({ name, product }) => `${name} ${product}`.toLowerCase()).join("\n"),
    state: state.at,
    because: becauseOf(state),
    is_finished: finished ? 1 : 0,
    began_ms: story.at(0)?.wall ?? 0,
    changed_ms: story.at(-1)?.wall ?? 0,
    paid_ms: receipts.length === 0 ? null : wallOf(story, isSettlement),
    delivered_ms: wallOf(story, ({ type }) => type === "delivered"),
    ended_ms: finished ? (story.at(-1)?.wall ?? 0) : null,
    paid: sumOf(receipts, ({ payment }) => payment.amount),
    fee: sumOf(receipts, ({ payment }) => payment.fee),
    refunded: refundedOf(state),
    attempts: attemptsOf(state),
    payment: receipts[0]?.payment.transaction ?? null,
    issuer: receipts[0]?.payment.issuer ?? null,
    decided_by: decision?.by ?? null,
    decided_why: decision?.why ?? null,
    is_forgotten: 0,
    events: story.length,
  };
}

/** What of which product the order is for, line by line. */
export const saleItemsOf = (state: State): readonly SaleItemsTable[] =>
  state.at === "forestalled"
    ? []
    : state.sale.items.map(({ product, name, price, quantity }, nth) => ({
        order_id: state.sale.order,
        nth,
        product,
        name,
        price,
        quantity,
      }));

const NO_SALE = { merchant: "", amount: 0, items: [] } as const;

type Decided = Of<"release-ordered" | "remedied" | "refund-ordered">;
const isDecision = ({ event }: Story[number]): boolean =>
  event.type === "release-ordered" || event.type === "remedied" || event.type === "refund-ordered";

const isSettlement = (event: Event): boolean => event.type === "news" && event.standing.is === "settled";

const wallOf = (story: Story, is: (event: Event) => boolean): WallMs | null =>
  story.find(({ event }) => is(event))?.wall ?? null;

const receiptsOf = (state: State): readonly Receipt[] => ("receipts" in state ? state.receipts : []);

const sumOf = <Of>(all: readonly Of[], of: (each: Of) => number): number =>
  all.reduce((total, each) => total + of(each), 0);

function becauseOf(state: State): string | null {
  if ("because" in state) return state.because;
  if (state.at === "voided") return state.as;
  return state.at === "remedied" ? state.how : null;
}

/** Of paid orders those that were paid: the others' names are forgotten by the ledger. */
const attemptsOf = (state: State): number =>
  "attempt" in state ? state.attempt : Math.max(0, ...receiptsOf(state).map(({ attempt }) => attempt));

/**
 * All that is in the provider's books as given back. A refund by hand leaves no trace of its amount: all that came is taken as
 * given back, as the daily comparison of both books does.
 */
function refundedOf(state: State): number {
  const backs = "backs" in state ? (state.backs ?? []) : [];
  const made = sumOf(backs, ({ stage, amount }) => (stage === "taken" || stage === "confirmed" ? amount : 0));
  const all = sumOf(receiptsOf(state), ({ payment }) => payment.amount + payment.fee);
  const isByHand = state.at === "remedied" && state.how === "refunded" && made === 0;
  return isByHand ? all : Math.min(made, all);
}
