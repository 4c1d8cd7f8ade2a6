import { csvLine } from "../csv.ts";
import { inPieces } from "../pieces.ts";
import { writeWib } from "../providers/midtrans/time.ts";
import { type Day, spanOf } from "../reconcile/day.ts";
import type { Store } from "../store/store.ts";
import type { SaleRow } from "./sale.ts";
import { type SalesFilter, searchSales } from "./search.ts";
import { type Sum, type SumRow, salesSums, salesTotal } from "./sums.ts";

/** What was paid on one day in western Indonesian time. */
export type DayOfSales = {
  readonly day: Day;
  readonly total: Sum;
  readonly stands: readonly SumRow[];
  readonly products: readonly SumRow[];
};

export async function dayOfSales(store: Store, day: Day): Promise<DayOfSales> {
  const { fromWall: fromMs, toWall: toMs } = spanOf(day);
  const span = { fromMs, toMs };
  const total = await salesTotal(store, span);
  const stands = await salesSums(store, "stand", span);
  return { day, total, stands, products: await salesSums(store, "product", span) };
}

/** The same as a table, a line for each stand and each product. */
export const csvOfDay = (sales: DayOfSales): AsyncIterable<string> => inPieces(linesOf(sales));

function* linesOf({ day, total, stands, products }: DayOfSales): Generator<string> {
  const line = (of: string, key: string, { sales, amount, refunded, owed }: Sum): string =>
    csvLine([day, of, key, sales, amount, refunded, owed]);
  yield csvLine(["day", "of", "name", "sales", "amount", "refunded", "owed"]);
  yield line("all", "", total);
  for (const row of stands) yield line("stand", row.key, row);
  for (const row of products) yield line("product", row.key, row);
}

const COLUMNS = [
  "order",
  "claim",
  "stand",
  "merchant",
  "state",
  "because",
  "amount",
  "paid",
  "fee",
  "refunded",
  "items",
  "began_wib",
  "paid_wib",
  "delivered_wib",
  "transaction",
  "issuer",
] as const;

const ROWS_A_PAGE = 500;
/** A spreadsheet takes no more lines than these and a few. */
const MOST_ORDERS = 1_000_000;

export type TableOptions = {
  /** How many orders; a last line says so where there are more. Default 1,000,000. */
  readonly most?: number;
  /** Between two pages others have their turn. */
  breathe?(): Promise<void>;
};

/**
 * Every order that fits, the newest first, piece by piece: the header, then some hundred lines at once. A page of the book is read when
 * somebody asks for its piece, so that no more than one is in memory.
 */
export async function* csvOfSales(
  store: Store,
  filter: SalesFilter,
  { most = MOST_ORDERS, breathe }: TableOptions = {},
): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  let left = most;
  for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
    const page = await searchSales(store, filter, {
      limit: Math.min(left, ROWS_A_PAGE),
      ...(after === undefined ? {} : { after }),
      ...(breathe && { breathe }),
    });
    if (page.sales.length > 0) yield page.sales.map(lineOf).join("");
    left -= page.sales.length;
    after = page.next;
    if (left === 0 && after !== undefined) return yield csvLine([`cut after ${most} orders: ask for a shorter time`]);
    await breathe?.();
  }
}

function lineOf(row: SaleRow): string {
  const items = JSON.parse(row.items) as readonly { readonly name: string; readonly quantity: number }[];
  return csvLine([
    row.order_id,
    row.claim,
    row.stand,
    row.merchant,
    row.state,
    row.because ?? "",
    row.amount,
    row.paid,
    row.fee,
    row.refunded,
    items.map(({ name, quantity }) => (quantity === 1 ? name : `${quantity} × ${name}`)).join("; "),
    wib(row.began_ms),
    wib(row.paid_ms),
    wib(row.delivered_ms),
    row.payment ?? "",
    row.issuer ?? "",
  ]);
}

const wib = (wall: number | null): string => (wall === null ? "" : writeWib(wall));
