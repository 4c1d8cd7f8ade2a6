import { sql } from "../store/query.ts";
import type { Store } from "../store/store.ts";

/** By what sales are summed up. Hours and days are those of western Indonesian time. */
const sumWords = ["hour", "day", "stand", "product"] as const;
export type SumBy = (typeof sumWords)[number];

/** When the money came, by the backend's clock: `fromMs` lies in it, `toMs` does not. */
export type PaidSpan = { readonly fromMs: number; readonly toMs: number; readonly stand?: string };

/**
 * Whole rupiah. `sales`: orders that were paid; of a product, pieces. `amount`: what was paid for them, without fees. `refunded`: what
 * has gone back of them until now, whenever that was; of a product its share, rounded down. `owed`: orders that wait for goods or
 * money; of a product 0.
 */
export type Sum = {
  readonly sales: number;
  readonly amount: number;
  readonly refunded: number;
  readonly owed: number;
};

/** `key`: a wall of the hour's or day's beginning in milliseconds since 1970, as text; a stand's id; a product's name. */
export type SumRow = Sum & { readonly key: string };

const HOUR_MS = 3_600_000;
const WIB_MS = 7 * HOUR_MS;
const LENGTH_MS = { hour: HOUR_MS, day: 24 * HOUR_MS } as const;

/** Groups beyond are not told. */
const MOST_ROWS = 20_000;

/** Sums of what was paid in this time, by the key's order; what sold nothing has no row. */
export async function salesSums(store: Store, by: SumBy, span: PaidSpan): Promise<readonly SumRow[]> {
  if (by === "product") return byProduct(store, span);
  if (by === "stand") return byStand(store, span);
  const length = LENGTH_MS[by];
  const rows = await paidIn(store, span)
    .select(sql<number>`(paid_ms + ${WIB_MS}) / ${length}`.as("nth"))
    .groupBy("nth")
    .orderBy("nth")
    .limit(MOST_ROWS)
    .execute();
  return rows.map(({ nth, ...sum }) => ({ key: String(nth * length - WIB_MS), ...summed(sum) }));
}

/** All of it together. */
export async function salesTotal(store: Store, span: PaidSpan): Promise<Sum> {
  const row = await paidIn(store, span).executeTakeFirst();
  return summed(row ?? {});
}

/** Orders that were paid and wait for goods, for money or for a person, whenever they were paid. */
export async function owedNow(store: Store): Promise<{ readonly orders: number; readonly oldestMs?: number }> {
  const row = await store
    .selectFrom("sales")
    .where("is_finished", "=", 0)
    .where("state", "=", "owed")
    .select(({ fn }) => [fn.countAll<number>().as("orders"), fn.min("paid_ms").as("oldest")])
    .executeTakeFirst();
  return { orders: row?.orders ?? 0, ...(row?.oldest == null ? {} : { oldestMs: row.oldest }) };
}

async function byStand(store: Store, span: PaidSpan): Promise<readonly SumRow[]> {
  const rows = await paidIn(store, span)
    .select("stand as key")
    .groupBy("stand")
    .orderBy("stand")
    .limit(MOST_ROWS)
    .execute();
  return rows.map(({ key, ...sum }) => ({ key, ...summed(sum) }));
}

function paidIn(store: Store, { fromMs, toMs, stand }: PaidSpan) {
  const query = store
    .selectFrom("sales")
    .where("paid_ms", ">=", fromMs)
    .where("paid_ms", "<", toMs)
    .select(({ fn }) => [
      fn.countAll<number>().as("sales"),
      fn.sum<number | null>("paid").as("amount"),
      fn.sum<number | null>("refunded").as("refunded"),
      sql<number | null>`sum(CASE WHEN is_finished = 0 AND state <> 'paid' THEN 1 ELSE 0 END)`.as("owed"),
    ]);
  return stand === undefined ? query : query.where("stand", "=", stand);
}

async function byProduct(store: Store, { fromMs, toMs, stand }: PaidSpan): Promise<readonly SumRow[]> {
  const line = sql<number>`price * quantity`;
  const share = sql<number>`CASE WHEN refunded >= amount THEN ${line} ELSE ${line} * refunded / amount END`;
  const query = store
    .selectFrom("sales")
    .innerJoin("sale_items", "sale_items.order_id", "sales.order_id")
    .where("paid_ms", ">=", fromMs)
    .where("paid_ms", "<", toMs)
    .select([
      "name as key",
      sql<number>`sum(quantity)`.as("sales"),
      sql<number>`sum(${line})`.as("amount"),
      sql<number>`sum(${share})`.as("refunded"),
    ])
    .groupBy("name")
    .orderBy("name")
    .limit(MOST_ROWS);
  const rows = await (stand === undefined ? query : query.where("stand", "=", stand)).execute();
  return rows.map(({ key, ...sum }) => ({ key, ...summed(sum) }));
}

const summed = (row: { readonly [Name in keyof Sum]?: number | null }): Sum => ({
  sales: row.sales ?? 0,
  amount: row.amount ?? 0,
  refunded: row.refunded ?? 0,
  owed: row.owed ?? 0,
});
