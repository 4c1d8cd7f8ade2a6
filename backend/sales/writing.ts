import type { Transaction } from "../store/query.ts";
import type { Store } from "../store/store.ts";
import type { Tables } from "../store/tables.ts";
import type { SaleRow } from "./sale.ts";
import type { SaleItemsTable } from "./tables.ts";

/** An order as it goes into the book. */
export type Drawn = { readonly row: SaleRow; readonly items: readonly SaleItemsTable[] };

/** How far a reader of the journal has come, under its name. */
export type Cursor = { readonly name: string; readonly until_ms: number };

const ROWS_AT_ONCE = 100;

/** Writes orders and how far that brings the reader, all or nothing. An order that the book knows further stays as it is. */
export async function writeSales(store: Store, drawn: readonly Drawn[], cursor?: Cursor): Promise<void> {
  // Several backends write at once: in one sequence, so that none waits for another that waits for it.
  const sorted = [...drawn].sort((one, other) => (one.row.order_id < other.row.order_id ? -1 : 1));
  await store.transaction().execute(async (whole) => {
    for (let from = 0; from < sorted.length; from += ROWS_AT_ONCE)
      await writeSome(whole, sorted.slice(from, from + ROWS_AT_ONCE));
    if (cursor !== undefined) await setCursor(whole, cursor);
  });
}

async function writeSome(whole: Transaction<Tables>, drawn: readonly Drawn[]): Promise<void> {
  await whole
    .insertInto("sales")
    .values(drawn.map(({ row }) => row))
    .onConflict((conflict) =>
      conflict
        .column("order_id")
        .doUpdateSet(({ ref }) => ({
          state: ref("excluded.state"),
          because: ref("excluded.because"),
          merchant: ref("excluded.merchant"),
          amount: ref("excluded.amount"),
          items: ref("excluded.items"),
          words: ref("excluded.words"),
          is_finished: ref("excluded.is_finished"),
          began_ms: ref("excluded.began_ms"),
          changed_ms: ref("excluded.changed_ms"),
          paid_ms: ref("excluded.paid_ms"),
          delivered_ms: ref("excluded.delivered_ms"),
          ended_ms: ref("excluded.ended_ms"),
          paid: ref("excluded.paid"),
          fee: ref("excluded.fee"),
          refunded: ref("excluded.refunded"),
          attempts: ref("excluded.attempts"),
          payment: ref("excluded.payment"),
          issuer: ref("excluded.issuer"),
          decided_by: ref("excluded.decided_by"),
          decided_why: ref("excluded.decided_why"),
          is_forgotten: ref("excluded.is_forgotten"),
          events: ref("excluded.events"),
        }))
        // What was forgotten is not learnt again from the same story.
        .where(({ eb, or, and, ref }) =>
          or([
            eb("sales.events", "<", ref("excluded.events")),
            and([eb("sales.events", "=", ref("excluded.events")), eb("sales.is_forgotten", "=", 0)]),
          ]),
        ),
    )
    .execute();
  const items = drawn.flatMap((each) => each.items);
  if (items.length === 0) return;
  await whole
    .insertInto("sale_items")
    .values(items)
    .onConflict((conflict) => conflict.columns(["order_id", "nth"]).doNothing())
    .execute();
}

export async function setCursor(store: Pick<Store, "insertInto">, cursor: Cursor): Promise<void> {
  await store
    .insertInto("sales_cursors")
    .values(cursor)
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ until_ms: cursor.until_ms }))
    .execute();
}

export const cursorsIn = (store: Store): Promise<Cursor[]> => store.selectFrom("sales_cursors").selectAll().execute();

/** Whoever has caught up for a reader that is gone forgets it, unless it has come on meanwhile. */
export async function dropCursor(store: Store, { name, until_ms }: Cursor): Promise<void> {
  await store.deleteFrom("sales_cursors").where("name", "=", name).where("until_ms", "=", until_ms).execute();
}
