import type { OrderRow } from "../sql.ts";

/** The next event is mostly about one of the last orders. */
const AT_MOST = 64;

/** The orders that were written last, as they are in the file. */
export class LatestRows {
  readonly #rows = new Map<string, OrderRow>();

  get(order: string): OrderRow | undefined {
    return this.#rows.get(order);
  }

  set(order: string, row: OrderRow): void {
    this.#rows.delete(order);
    this.#rows.set(order, row);
    const [oldest] = this.#rows.keys();
    if (this.#rows.size > AT_MOST && oldest !== undefined) this.#rows.delete(oldest);
  }

  clear(): void {
    this.#rows.clear();
  }
}
