import type { Transaction } from "./acquirer.ts";

/** Every transaction of one merchant, in memory alone. Beyond `atMost` the oldest is forgotten. */
export class Books {
  readonly #atMost: number;
  readonly #byId = new Map<string, Transaction>();
  readonly #newestOf = new Map<string, string>();
  readonly #byQr = new Map<string, string>();
  readonly #pending = new Set<string>();

  constructor(atMost: number) {
    this.#atMost = atMost;
  }

  /** Adds a transaction, or puts its later standing in the place of the earlier. */
  put(transaction: Transaction): void {
    const { id, orderId, qr, standing } = transaction;
    if (!this.#byId.has(id)) {
      this.#newestOf.set(orderId, id);
      this.#byQr.set(qr, id);
    }
    this.#byId.set(id, transaction);
    if (standing === "pending") this.#pending.add(id);
    else this.#pending.delete(id);
    if (this.#byId.size > this.#atMost) this.#forgetOldest();
  }

  /** By transaction id, or by order id: then the newest of that order. */
  find(id: string): Transaction | undefined {
    return this.#byId.get(id) ?? this.ofOrder(id);
  }

  ofOrder(orderId: string): Transaction | undefined {
    return this.#byId.get(this.#newestOf.get(orderId) ?? "");
  }

  byQr(text: string): Transaction | undefined {
    return this.#byId.get(this.#byQr.get(text) ?? "");
  }

  /** Oldest first. */
  all(): readonly Transaction[] {
    return [...this.#byId.values()];
  }

  pending(): readonly Transaction[] {
    return [...this.#pending].flatMap((id) => this.#byId.get(id) ?? []);
  }

  #forgetOldest(): void {
    const [oldest] = this.#byId.values();
    if (oldest === undefined) return;
    this.#byId.delete(oldest.id);
    this.#byQr.delete(oldest.qr);
    this.#pending.delete(oldest.id);
    if (this.#newestOf.get(oldest.orderId) === oldest.id) this.#newestOf.delete(oldest.orderId);
  }
}
