import { every } from "../../../host/every.ts";
import type { Log } from "../../../host/log.ts";
import type { OrderId, StandId } from "../../../protocol/ids.ts";
import { type Clock, pause, type Stop } from "../../../protocol/time.ts";
import type { LedgerJournal } from "../../cashier.ts";
import { kept } from "../../kept.ts";
import { type State, standOf, type Terms } from "../../ledger/words.ts";
import { whatToDo } from "../../operator/what-to-do.ts";
import { type Day, dayOf, spanOf } from "../../reconcile/day.ts";
import { csvOfDay, csvOfSales, dayOfSales } from "../../sales/report.ts";
import { type SaleRow, saleOf } from "../../sales/sale.ts";
import { changedSales, type SalesFilter, saleById, searchSales } from "../../sales/search.ts";
import { owedNow, type SumRow, salesSums, salesTotal } from "../../sales/sums.ts";
import type { Store } from "../../store/store.ts";
import type { SalesDesk } from "../api/desks.ts";
import type { OrderLine, OrderPage, Overview, OwedLine, SalesRow } from "../api/words.ts";
import { actionsOn } from "./actions.ts";
import { eventLine } from "./story.ts";

export type SalesDeskParts = {
  readonly store: Store;
  readonly journal: Pick<LedgerJournal, "stateOf" | "story">;
  readonly clock: Clock;
  readonly log: Log;
  termsFor(stand: StandId): Terms;
};

/** A sale goes through `paid` within seconds; one that stays there waits for somebody. */
const STAYS_PAID_MS = 60_000;
const MOST_OWED = 200;
/** Each reads the book from end to end; more are told to come back. */
const MOST_TABLES = 4;
const BREATH_MS = 2;
const TODAY_AGE_MS = 2_000;

/** The book of sales, and the journal where it must be as of now. */
export function salesDesk(parts: SalesDeskParts): SalesDesk {
  const { store, clock } = parts;
  const breathe = () => pause(clock, BREATH_MS);
  return {
    find: async ({ after, limit, ...filter }) => {
      const place = after === undefined ? {} : { after };
      const page = await searchSales(store, filter, { limit, ...place, breathe });
      const { next } = page;
      return { orders: page.sales.map(lineOf), ...(next === undefined ? {} : { next }) };
    },
    page: (order) => pageOf(order, parts),
    owed: () => owed(parts),
    owedCount: async () => (await owedNow(store)).orders,
    sums: async (by, span) => (await salesSums(store, by, span)).map(rowOf),
    report: async (day) => {
      const { total, stands, products } = await dayOfSales(store, day as Day);
      const { owed: owedThen, ...all } = total;
      return { day, total: all, stands: stands.map(rowOf), products: products.map(rowOf), owed: owedThen };
    },
    reportCsv: async (day) => csvOfDay(await dayOfSales(store, day as Day)),
    csv: tablesOf((filter) => csvOfSales(store, filter, { breathe })),
    today: kept(clock, TODAY_AGE_MS, () => today(store, clock)),
    onChange: (hear) => follow(parts, hear),
  };
}

const lineOf = (row: SaleRow): OrderLine => ({
  order: row.order_id,
  claim: row.claim,
  stand: row.stand,
  ...(row.merchant !== "" && { merchant: row.merchant as NonNullable<OrderLine["merchant"]> }),
  amount: row.amount,
  refunded: row.refunded,
  state: row.state,
  ...(row.because !== null && { because: row.because }),
  items: (JSON.parse(row.items) as OrderLine["items"]).map(({ name, quantity }) => ({ name, quantity })),
  begunMs: row.began_ms,
  ...(row.paid_ms !== null && { paidMs: row.paid_ms }),
});

const rowOf = ({ key, sales, amount, refunded }: SumRow): SalesRow => ({ key, sales, amount, refunded });

/** As the journal has it now; as the book has it, when the journal has it no more. */
async function pageOf(order: OrderId, parts: SalesDeskParts): Promise<OrderPage | undefined> {
  const { store, journal, clock, termsFor } = parts;
  const story = await journal.story(order);
  const state = await journal.stateOf(order);
  if (state === undefined) {
    const row = await saleById(store, order);
    return row && { ...lineOf(row), actions: [], refunds: [], payments: [], events: [] };
  }
  const todo = todoOf(state);
  return {
    ...lineOf(saleOf(state, story)),
    ...(todo !== undefined && { todo }),
    actions: actionsOn(state, clock.now(), termsFor(standOf(state))),
    refunds: refundsOf(state),
    payments: paymentsOf(state),
    events: story.map(eventLine),
  };
}

const refundsOf = (state: State): OrderPage["refunds"] =>
  ("backs" in state ? (state.backs ?? []) : []).map(({ amount, stage, because }) => ({
    amount,
    stage,
    ...(because !== undefined && { because }),
  }));

const paymentsOf = (state: State): OrderPage["payments"] =>
  ("receipts" in state ? state.receipts : []).map(({ payment: { amount, fee, paidAt } }) => ({ amount, fee, paidAt }));

/** The commands of a terminal are buttons here. */
const BUTTONS = [
  ["`backend remedy ID --how refunded`", "“dealt with by hand”"],
  ["`backend refund ID`", "“refund”"],
  ["`backend release ID`", "“release again”"],
] as const;

function todoOf(state: State): string | undefined {
  if (state.at !== "owed" && state.at !== "paid" && state.at !== "refunding") return undefined;
  return BUTTONS.reduce((text, [command, button]) => text.replaceAll(command, button), whatToDo(state));
}

/** The oldest first, as the journal has each now. */
async function owed({ store, journal, clock, termsFor }: SalesDeskParts): Promise<readonly OwedLine[]> {
  const rows = await store
    .selectFrom("sales")
    .selectAll()
    .where("is_finished", "=", 0)
    .where("state", "in", ["owed", "paid"])
    .where("paid_ms", "is not", null)
    .where(({ eb, or }) => or([eb("state", "=", "owed"), eb("paid_ms", "<", clock.wall() - STAYS_PAID_MS)]))
    .orderBy("paid_ms")
    .orderBy("order_id")
    .limit(MOST_OWED)
    .execute();
  const found: OwedLine[] = [];
  for (const row of rows) {
    const state = await journal.stateOf(row.order_id);
    if (state === undefined || (state.at !== "owed" && state.at !== "paid")) continue;
    const refused = refusedIn(state);
    found.push({
      ...lineOf(row),
      state: state.at,
      ...("because" in state && { because: state.because }),
      sinceMs: row.paid_ms ?? row.began_ms,
      todo: todoOf(state) ?? "",
      goodsOut: state.at === "owed" && state.delivered,
      ...(refused !== undefined && { refused }),
      actions: actionsOn(state, clock.now(), termsFor(standOf(state))),
    });
  }
  return found;
}

/** Why the last refund that has come to a person did not go through. */
const refusedIn = (state: State): string | undefined =>
  refundsOf(state).findLast(({ stage }) => stage === "refused" || stage === "stuck")?.because;

async function today(store: Store, clock: Clock): Promise<Overview["today"]> {
  const { fromWall, toWall } = spanOf(dayOf(clock.wall()));
  const { sales, amount, refunded } = await salesTotal(store, { fromMs: fromWall, toMs: toWall });
  return { sales, amount, refunded };
}

/** Counts the tables that are being read. One that nobody reads is ended by whoever hands it on, and counts no more. */
function tablesOf(read: (filter: SalesFilter) => AsyncIterable<string>): SalesDesk["csv"] {
  let open = 0;
  async function* counted(filter: SalesFilter): AsyncGenerator<string> {
    open += 1;
    try {
      yield* read(filter);
    } finally {
      open -= 1;
    }
  }
  return (filter) => (open >= MOST_TABLES ? "busy" : counted(filter));
}

const LOOK_MS = 1_000;
/** Another backend may write a little later what happened a little earlier. */
const BACK_MS = 5_000;
const MOST_AT_ONCE = 500;

/** Looks every second what has changed in the book, whichever backend wrote it. */
function follow({ store, clock, log }: SalesDeskParts, hear: (order: OrderLine) => void): Stop {
  let told = new Map<string, number>();
  let sinceWall = clock.wall();
  const run = async (): Promise<void> => {
    const rows = await changedSales(store, sinceWall - BACK_MS, MOST_AT_ONCE);
    const now = new Map(rows.map(({ order_id, events }) => [order_id, events]));
    for (const row of rows) if (told.get(row.order_id) !== row.events) hear(lineOf(row));
    told = now;
    sinceWall = Math.max(sinceWall, rows.at(-1)?.changed_ms ?? 0);
  };
  return every(clock, log, { firstMs: LOOK_MS, everyMs: LOOK_MS, what: "sales book not followed", run });
}
