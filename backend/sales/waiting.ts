import type { OrderId } from "../../protocol/ids.ts";
import { sql } from "../store/query.ts";
import type { Store } from "../store/store.ts";

/*
 * Orders that nothing is the end of yet, from the index of those alone: the rest of the book, years of it, is not read. The zero stands in the
 * question itself, or a database that has not seen the values yet could not know that the index holds them.
 */
const OPEN = sql<boolean>`is_finished = 0`;

/** Orders whose money is here, and whose goods or refund are not at their end; the longest paid first, half a second behind the journal. */
export async function moneyWaiting(store: Store, limit: number): Promise<readonly OrderId[]> {
  const rows = await waitingIn(store).limit(limit).execute();
  return rows.map(({ order_id }) => order_id as OrderId);
}

export const waitingIn = (store: Store) =>
  store
    .selectFrom("sales")
    .where(OPEN)
    .where("state", "in", ["owed", "paid", "refunding"])
    .select("order_id")
    .orderBy("paid_ms")
    .orderBy("order_id");

/** How many open orders each merchant has. */
export async function openByMerchant(store: Store): Promise<ReadonlyMap<string, number>> {
  const rows = await openOfMerchants(store).execute();
  return new Map(rows.map(({ merchant, orders }) => [merchant, Number(orders)]));
}

export const openOfMerchants = (store: Store) =>
  store
    .selectFrom("sales")
    .where(OPEN)
    .where("merchant", "<>", "")
    .groupBy("merchant")
    .select(({ fn }) => ["merchant", fn.countAll<number>().as("orders")]);

/** How many open orders are in each state. */
export async function openByState(store: Store): Promise<ReadonlyMap<string, number>> {
  const rows = await openOfStates(store).execute();
  return new Map(rows.map(({ state, orders }) => [state, Number(orders)]));
}

export const openOfStates = (store: Store) =>
  store
    .selectFrom("sales")
    .where(OPEN)
    .groupBy("state")
    .select(({ fn }) => ["state", fn.countAll<number>().as("orders")]);

/** When the money came of the order that has waited for its goods, or for a person, the longest; `undefined`: none does. */
export async function oldestPaid(store: Store): Promise<number | undefined> {
  const row = await paidLongest(store).executeTakeFirst();
  return row?.since == null ? undefined : Number(row.since);
}

/** The sum keeps databases from looking for the least in the index of all payments, where the open orders stand last. */
export const paidLongest = (store: Store) =>
  store
    .selectFrom("sales")
    .where(OPEN)
    .where("state", "in", ["owed", "paid"])
    .select(sql<number | null>`min(paid_ms + 0)`.as("since"));
