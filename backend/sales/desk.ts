import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import { isOrderId, type OrderId } from "../../protocol/ids.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import type { LedgerJournal } from "../cashier.ts";
import type { OrderSearch, SalesDesk } from "../console/api/desks.ts";
import type { OrderLine, OrderPage, OwedLine } from "../console/api/words.ts";
import { whatToDo } from "../operator/what-to-do.ts";
import { type Day, dayOf, readDay, spanOf } from "../reconcile/day.ts";
import type { Store } from "../store/store.ts";
import { actionsOn, eventsOf, lineOf } from "./lines.ts";
import { csvOfDay, csvOfSales, dayOfSales } from "./report.ts";
import { type SaleRow, saleOf } from "./sale.ts";
import { changedSales, saleById, searchSales } from "./search.ts";
import { owedNow, salesSums, salesTotal } from "./sums.ts";

export type SalesDeskParts = {
  readonly store: Store;
  /** Says what is so now; the book is behind it by a moment. */
  readonly journal: Pick<LedgerJournal, "stateOf" | "story">;
  readonly clock: Clock;
  readonly log: Log;
};

const MOST_OWED = 500;
/** Paid and not yet delivered for so long is more than a machine at work. */
const AT_WORK_MS = 60_000;
const FOLLOW_MS = 1_000;
/** What was written late is seen all the same. */
const OVERLAP_MS = 10_000;
const MOST_FOLLOWED = 500;

/** What the console is told of orders and sales. */
export const salesDesk = (parts: SalesDeskParts): SalesDesk => ({
  find: async (search) => {
    const { after, limit, ...filter } = search;
    const page = await searchSales(parts.store, filter, { limit, ...(after === undefined ? {} : { after }) });
    return { orders: page.sales.map(lineOf), ...(page.next === undefined ? {} : { next: page.next }) };
  },
  page: (order) => pageOf(order, parts),
  owed: () => owedLines(parts),
  owedCount: async () => (await owedNow(parts.store)).orders,
  sums: (by, span) => salesSums(parts.store, by, span),
  report: async (day) => {
    const { total, stands, products } = await dayOfSales(parts.store, asDay(day));
    return { day, total, stands, products, owed: total.owed };
  },
  reportCsv: async (day) => csvOfDay(await dayOfSales(parts.store, asDay(day))),
  today: async () => {
    const { fromWall: fromMs, toWall: toMs } = spanOf(dayOf(parts.clock.wall()));
    const { sales, amount, refunded } = await salesTotal(parts.store, { fromMs, toMs });
    return { sales, amount, refunded };
  },
  csv: (search) => csvOf(search, parts),
  onChange: (hear) => follow(hear, parts),
});

function asDay(text: string): Day {
  const day = readDay(text);
  if (day === undefined) throw new RangeError(`"${text}" is no day of the calendar`);
  return day;
}

async function csvOf({ after: _, limit, ...filter }: OrderSearch, { store }: SalesDeskParts): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of csvOfSales(store, filter, limit)) pieces.push(piece);
  return pieces.join("");
}

/** The order as the journal has it; when that has let go of it, what the book still knows. */
async function pageOf(order: OrderId, { store, journal }: SalesDeskParts): Promise<OrderPage | undefined> {
  const story = await journal.story(order);
  const state = await journal.stateOf(order);
  if (state === undefined || story.length === 0) {
    const row = await saleById(store, order);
    return row === undefined ? undefined : { ...lineOf(row), ...leftOf(row) };
  }
  const backs = "backs" in state ? (state.backs ?? []) : [];
  const receipts = "receipts" in state ? state.receipts : [];
  const isOpen = state.at === "owed" || state.at === "paid" || state.at === "refunding";
  return {
    ...lineOf(saleOf(state, story)),
    ...(isOpen ? { todo: whatToDo(state) } : {}),
    actions: actionsOn(state),
    refunds: backs.map(({ amount, stage, because }) => ({
      amount,
      stage,
      ...(because === undefined ? {} : { because }),
    })),
    payments: receipts.map(({ payment: { amount, fee, paidAt } }) => ({ amount, fee, paidAt })),
    events: eventsOf(story),
  };
}

const leftOf = ({ paid, fee, paid_ms }: SaleRow): Pick<OrderPage, "actions" | "refunds" | "payments" | "events"> => ({
  actions: [],
  refunds: [],
  payments: paid_ms === null ? [] : [{ amount: paid, fee, paidAt: new Date(paid_ms).toISOString() }],
  events: [],
});

/** Found in the book, told as the journal has it: what was dealt with a moment ago is not told. */
async function owedLines({ store, journal, clock }: SalesDeskParts): Promise<readonly OwedLine[]> {
  const rows = await store
    .selectFrom("sales")
    .selectAll()
    .where("is_finished", "=", 0)
    .where("state", "in", ["owed", "refunding", "paid"])
    .where(({ eb, or }) => or([eb("state", "<>", "paid"), eb("paid_ms", "<", clock.wall() - AT_WORK_MS)]))
    .orderBy("paid_ms")
    .limit(MOST_OWED)
    .execute();
  const lines: OwedLine[] = [];
  for (const row of rows) {
    const state = isOrderId(row.order_id) ? await journal.stateOf(row.order_id) : undefined;
    if (state?.at !== "owed" && state?.at !== "paid" && state?.at !== "refunding") continue;
    lines.push({
      ...lineOf(row),
      state: state.at,
      sinceMs: row.paid_ms ?? row.changed_ms,
      todo: whatToDo(state),
      goodsOut: "delivered" in state && state.delivered,
      actions: actionsOn(state),
    });
  }
  return lines;
}

/** Looks once a second what has changed, whichever backend wrote it; each order is told once for each change. */
function follow(hear: (order: OrderLine) => void, { store, clock, log }: SalesDeskParts): Stop {
  let told = new Map<string, number>();
  let since = clock.wall();
  return every(clock, log, {
    firstMs: FOLLOW_MS,
    everyMs: FOLLOW_MS,
    what: "changed orders not told",
    run: async () => {
      const rows = await changedSales(store, since - OVERLAP_MS, MOST_FOLLOWED);
      for (const row of rows) if (told.get(row.order_id) !== row.events) hear(lineOf(row));
      told = new Map(rows.map(({ order_id, events }) => [order_id, events]));
      const isWhole = rows.length < MOST_FOLLOWED;
      since = isWhole ? clock.wall() : (rows.at(-1)?.changed_ms ?? since) + OVERLAP_MS;
    },
  });
}
