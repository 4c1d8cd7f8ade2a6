/** Runs acts `atOnce` at a time, in their order; more than `longest` that wait are turned away. */
export class Queue {
  readonly #atOnce: number;
  readonly #longest: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ atOnce, longest }: { readonly atOnce: number; readonly longest: number }) {
    this.#atOnce = atOnce;
    this.#longest = longest;
  }

  /** `full` where too many wait already; what the act rejects with is passed on. */
  async run<Answer>(act: () => Promise<Answer>): Promise<Answer | "full"> {
    if (this.#running >= this.#atOnce) {
      if (this.#waiting.length >= this.#longest) return "full";
      await new Promise<void>((begin) => this.#waiting.push(begin));
    } else this.#running += 1;
    try {
      return await act();
    } finally {
      this.#next();
    }
  }

  /** Who waits takes over the place, so that nobody slips in between. */
  #next(): void {
    const begin = this.#waiting.shift();
    if (begin === undefined) this.#running -= 1;
    else begin();
  }
}
