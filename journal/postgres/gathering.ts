type Waiting<Item> = { readonly item: Item; done(): void; failed(error: unknown): void };

/**
 * Does one work for all that came while the last one was under way. With `linger` it waits for that before each, so that more come
 * together; without it an item that is alone waits for nobody.
 */
export class Gathering<Item> {
  readonly #work: (items: readonly Item[]) => Promise<void>;
  readonly #linger: (() => Promise<void>) | undefined;
  #waiting: Waiting<Item>[] = [];
  #isWorking = false;

  constructor(work: (items: readonly Item[]) => Promise<void>, linger?: () => Promise<void>) {
    this.#work = work;
    this.#linger = linger;
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
      if (this.#linger !== undefined) await this.#linger();
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
