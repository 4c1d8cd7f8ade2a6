import { sql } from "./query.ts";
import type { Store } from "./store.ts";

/** Resolves when the store answers. */
export async function probe(store: Store): Promise<void> {
  await sql`SELECT 1`.execute(store);
}
