import { setImmediate as turn } from "node:timers/promises";
import { putNewest } from "../../host/newest.ts";
import type { OrderId } from "../../protocol/ids.ts";
import type { StandJournal } from "../stand.ts";

/** As many references are known at once; beyond, those of the oldest orders are forgotten. Some 3 MB. */
const MOST = 20_000;
const PAGE = 100;

export type ReferencesOptions = {
  readonly journal: Pick<StandJournal, "inSpan" | "stateOf">;
  /** For tests; `MOST` when absent. */
  readonly most?: number;
};

/** Which order a controller's reference means. The journal has it; this is the way to it. */
export class References {
  readonly #options: ReferencesOptions;
  readonly #orders = new Map<string, OrderId>();
  #reading: Promise<void> | undefined;

  constructor(options: ReferencesOptions) {
    this.#options = options;
  }

  /** Resolves when all that the journal holds is known. Rejects with `JournalFault`; the next call reads again. */
  async known(): Promise<void> {
    this.#reading ??= this.#read();
    try {
      await this.#reading;
    } catch (fault) {
      this.#reading = undefined;
      throw fault;
    }
  }

  async find(reference: string): Promise<OrderId | undefined> {
    await this.known();
    return this.#orders.get(reference);
  }

  add(reference: string, order: OrderId): void {
    putNewest(this.#orders, reference, order, this.#options.most ?? MOST);
  }

  /** Oldest first, some at a time: the stand sells meanwhile. */
  async #read(): Promise<void> {
    const { journal } = this.#options;
    const whole = { fromWall: 0, toWall: Number.MAX_SAFE_INTEGER, limit: PAGE };
    for (let after: number | undefined = 0; after !== undefined; await turn()) {
      const page: Awaited<ReturnType<StandJournal["inSpan"]>> = await journal.inSpan({ ...whole, after });
      for (const order of page.orders) await this.#take(order);
      after = page.next;
    }
  }

  async #take(order: string): Promise<void> {
    const state = await this.#options.journal.stateOf(order);
    const reference = state?.order.reference;
    if (state !== undefined && reference !== undefined) this.add(reference, state.order.id);
  }
}
