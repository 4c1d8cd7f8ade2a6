import type { OrderId, StandId } from "../../protocol/ids.ts";
import type { Store } from "../store/store.ts";
import type { PaidOrder } from "./conditions.ts";

/** Of more, the oldest are enough to be told of. */
const MOST = 10_000;

/** Orders whose money came and whose goods are not out, as the sales book has them; the oldest first. */
export async function paidOrders(store: Store): Promise<readonly PaidOrder[]> {
  const rows = await store
    .selectFrom("sales")
    .where("is_finished", "=", 0)
    .where("state", "in", ["paid", "owed"])
    .select(["order_id", "stand", "state", "because", "paid_ms", "changed_ms"])
    .orderBy("began_ms")
    .limit(MOST)
    .execute();
  return rows.map(({ order_id, stand, state, because, paid_ms, changed_ms }) => ({
    order: order_id as OrderId,
    stand: stand as StandId,
    state,
    because: because ?? undefined,
    paidMs: paid_ms ?? changed_ms,
  }));
}
