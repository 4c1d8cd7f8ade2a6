/** The orders that were written last, as they were left: the next event is mostly about one of them. */
export class LatestRows<Row> {
  readonly #atMost: number;
  readonly #rows = new Map<string, Row>();

  constructor(atMost: number) {
    this.#atMost = atMost;
  }

  get(order: string): Row | undefined {
    return this.#rows.get(order);
  }

  set(order: string, row: Row): void {
    this.#rows.delete(order);
    this.#rows.set(order, row);
    const [oldest] = this.#rows.keys();
    if (this.#rows.size > this.#atMost && oldest !== undefined) this.#rows.delete(oldest);
  }

  forget(order: string): void {
    this.#rows.delete(order);
  }

  clear(): void {
    this.#rows.clear();
  }
}
