import type { StandId } from "../../protocol/ids.ts";
import type { Delivery } from "../../wire/post.ts";

/**
 * Which stands have let a statement pass without a word, so that those who are not there take no room from those who sell: each is
 * tried with one statement at a time, and only so many of them at once. Whoever is heard, or says that it is there, is not silent any more.
 */
export class Silence {
  readonly #triesAtOnce: number;
  readonly #silent = new Set<StandId>();
  readonly #tried = new Set<StandId>();

  constructor(triesAtOnce: number) {
    this.#triesAtOnce = triesAtOnce;
  }

  /** How many stands are silent. */
  get size(): number {
    return this.#silent.size;
  }

  heard(stand: StandId): void {
    this.#silent.delete(stand);
  }

  /** Tells it, or puts that off: `tell` is not called then. */
  async tell(stand: StandId, tell: () => Promise<Delivery>): Promise<Delivery | "put-off"> {
    const isTry = this.#silent.has(stand);
    if (isTry && (this.#tried.has(stand) || this.#tried.size >= this.#triesAtOnce)) return "put-off";
    if (isTry) this.#tried.add(stand);
    try {
      return this.#learn(stand, await tell());
    } finally {
      if (isTry) this.#tried.delete(stand);
    }
  }

  #learn(stand: StandId, delivery: Delivery): Delivery {
    if (delivery === "silent") this.#silent.add(stand);
    if (delivery === "acked") this.heard(stand);
    return delivery;
  }
}
