import type { StandId } from "../../protocol/ids.ts";
import type { Delivery } from "../../wire/post.ts";

export type SilenceOptions = {
  /** How many silent stands are tried at once. */
  readonly triesAtOnce: number;
  /** The stand is heard, and something that it missed often waits for long. Not again before something is missed again. */
  back(stand: StandId): void;
};

/** Who has missed something so often is told it again after eight seconds or more. */
const OFTEN = 3;

/**
 * Which stands have let a statement pass without a word, so that those who are not there take no room from those who sell: each is
 * tried with one statement at a time, and only so many of them at once. Whoever is heard, or says that it is there, is not silent any more.
 */
export class Silence {
  readonly #options: SilenceOptions;
  readonly #silent = new Set<StandId>();
  readonly #tried = new Set<StandId>();
  /** Something waits for these, and for long. */
  readonly #missing = new Set<StandId>();

  constructor(options: SilenceOptions) {
    this.#options = options;
  }

  /** How many stands are silent. */
  get size(): number {
    return this.#silent.size;
  }

  /** It said something under its seal. */
  heard(stand: StandId): void {
    this.isThere(stand);
    if (this.#missing.delete(stand)) this.#options.back(stand);
  }

  /** Somebody says so. */
  isThere(stand: StandId): void {
    this.#silent.delete(stand);
  }

  /** Tells it what was put off so many times before, or puts it off once more: `tell` is not called then. */
  async tell(stand: StandId, tries: number, tell: () => Promise<Delivery>): Promise<Delivery | "put-off"> {
    const isTry = this.#silent.has(stand);
    if (isTry && (this.#tried.has(stand) || this.#tried.size >= this.#options.triesAtOnce)) {
      this.#miss(stand, tries);
      return "put-off";
    }
    if (isTry) this.#tried.add(stand);
    try {
      return this.#learn(stand, tries, await tell());
    } finally {
      if (isTry) this.#tried.delete(stand);
    }
  }

  #learn(stand: StandId, tries: number, delivery: Delivery): Delivery {
    if (delivery === "acked") this.heard(stand);
    if (delivery !== "silent") return delivery;
    this.#silent.add(stand);
    this.#miss(stand, tries);
    return delivery;
  }

  #miss(stand: StandId, tries: number): void {
    if (tries >= OFTEN) this.#missing.add(stand);
  }
}
