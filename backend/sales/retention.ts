import type { WallMs } from "../../protocol/time.ts";
import type { Store } from "../store/store.ts";
import type { RetentionConfig } from "./config.ts";

const DAY_MS = 24 * 3_600_000;
/** Rows of one transaction; others have their turn between two. */
const AT_ONCE = 500;

export type Swept = { readonly forgotten: number; readonly deleted: number };

/** Deletes what is personal, and what is old, of orders that nothing more is expected of. What is owed stays, however old. */
export async function sweepSales(
  store: Store,
  { personal_days, sales_days }: Pick<RetentionConfig, "personal_days" | "sales_days">,
  now: WallMs,
): Promise<Swept> {
  const deleted = await inParts(() => deleteSome(store, now - sales_days * DAY_MS));
  return { deleted, forgotten: await inParts(() => forgetSome(store, now - personal_days * DAY_MS)) };
}

async function inParts(part: () => Promise<number>): Promise<number> {
  let total = 0;
  for (let done = AT_ONCE; done >= AT_ONCE; total += done) done = await part();
  return total;
}

async function deleteSome(store: Store, beforeMs: number): Promise<number> {
  const orders = await endedBefore(store, beforeMs).execute();
  if (orders.length === 0) return 0;
  const ids = orders.map(({ order_id }) => order_id);
  await store.transaction().execute(async (whole) => {
    await whole.deleteFrom("sale_items").where("order_id", "in", ids).execute();
    await whole.deleteFrom("sales").where("order_id", "in", ids).execute();
  });
  return ids.length;
}

async function forgetSome(store: Store, beforeMs: number): Promise<number> {
  const orders = await endedBefore(store, beforeMs).where("is_forgotten", "=", 0).execute();
  if (orders.length === 0) return 0;
  const ids = orders.map(({ order_id }) => order_id);
  const nothing = { issuer: null, decided_by: null, decided_why: null, is_forgotten: 1 };
  await store.updateTable("sales").set(nothing).where("order_id", "in", ids).execute();
  return ids.length;
}

const endedBefore = (store: Store, beforeMs: number) =>
  store
    .selectFrom("sales")
    .select("order_id")
    .where("is_finished", "=", 1)
    .where("changed_ms", "<", beforeMs)
    .limit(AT_ONCE);
