type Waiting<Item> = { readonly item: Item; done(): void; failed(error: unknown): void };

/** Does one work for all that came while the last one was under way: alone, an item waits for nobody. */
export class Gathering<Item> {
  readonly #work: (items: readonly Item[]) => Promise<void>;
  #waiting: Waiting<Item>[] = [];
  #isWorking = false;

  constructor(work: (items: readonly Item[]) => Promise<void>) {
    this.#work = work;
  }

  /** Resolves when the work that the item was in is done; rejects when that has failed. */
  add(item: Item): Promise<void> {
    const added = new Promise<void>((done, failed) => void this.#waiting.push({ item, done, failed }));
    if (!this.#isWorking) void this.#workOn();
    return added;
  }

  async #workOn(): Promise<void> {
    this.#isWorking = true;
    while (this.#waiting.length > 0) {
      const gathered = this.#waiting;
      this.#waiting = [];
      try {
        await this.#work(gathered.map(({ item }) => item));
        for (const { done } of gathered) done();
      } catch (error) {
        for (const { failed } of gathered) failed(error);
      }
    }
    this.#isWorking = false;
  }
}
