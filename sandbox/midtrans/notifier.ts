import { setMaxListeners } from "node:events";
import type { Random } from "../../protocol/ids.ts";
import type { Clock, Stop, WallMs } from "../../protocol/time.ts";
import type { Body } from "./body.ts";
import type { Headers, Post } from "./post.ts";
import { type Answered, pauseBefore } from "./retries.ts";

/** One notification to one address, and what became of its tries. */
export type Delivery = {
  readonly order: string;
  readonly standing: string;
  readonly url: string;
  readonly tries: readonly { readonly at: WallMs; readonly answered: Answered | "refused" }[];
  /** `given-up`: no try is left. `refused`: the address may not be called. */
  readonly state: "waiting" | "delivered" | "given-up" | "refused";
};

export type NotifierOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly post: Post;
  /** How much faster than the published intervals. */
  readonly speed: number;
  /** Told after every try. */
  readonly hear: (delivery: Delivery) => void;
};

function stateAfter(answered: Answered | "refused", pause: number | undefined): Delivery["state"] {
  if (answered === "refused") return "refused";
  if (pause !== undefined) return "waiting";
  return typeof answered === "number" && answered >= 200 && answered <= 299 ? "delivered" : "given-up";
}

type Letter = { readonly json: string; readonly headers: Headers };

/**
 * Deliveries remembered, and with them tries that wait. Beyond, the oldest that is over is forgotten; where none is, the oldest, and it is
 * not tried again.
 */
const KEPT = 5_000;

/** Sends notifications and repeats them by the answers. Tries of different notifications run side by side, in no order. */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #deliveries = new Map<number, Delivery>();
  readonly #waits = new Map<number, Stop>();
  readonly #closing = new AbortController();
  #made = 0;

  constructor(options: NotifierOptions) {
    this.#options = options;
    // Each try that is under way listens for the end, and there may be any number.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Resolves after the first try; later tries go on by themselves, with the same bytes. A text goes out as it is. */
  async send(
    url: string,
    about: { readonly order: string; readonly standing: string },
    body: Body | string,
    headers: Headers = {},
  ): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#made += 1;
    const id = this.#made;
    this.#deliveries.set(id, { ...about, url, tries: [], state: "waiting" });
    this.#forgetOldest();
    await this.#try(id, { json: typeof body === "string" ? body : JSON.stringify(body), headers });
  }

  /** Oldest first. */
  deliveries(): readonly Delivery[] {
    return [...this.#deliveries.values()];
  }

  close(): void {
    this.#closing.abort();
    for (const stop of this.#waits.values()) stop();
    this.#waits.clear();
  }

  async #try(id: number, letter: Letter): Promise<void> {
    this.#waits.delete(id);
    const before = this.#deliveries.get(id);
    if (before === undefined) return;
    const answered = await this.#options.post(before.url, letter.json, this.#closing.signal, letter.headers);
    if (this.#closing.signal.aborted) return;
    const tries = [...before.tries, { at: this.#options.clock.wall(), answered }];
    const pause = answered === "refused" ? undefined : pauseBefore(tries.length, answered, this.#options.random);
    const after = { ...before, tries, state: stateAfter(answered, pause) };
    if (this.#deliveries.has(id)) this.#deliveries.set(id, after);
    if (pause !== undefined) this.#tryLater(id, letter, pause / this.#options.speed);
    this.#options.hear(after);
  }

  #tryLater(id: number, letter: Letter, ms: number): void {
    const run = () => void this.#try(id, letter);
    this.#waits.set(id, this.#options.clock.after(ms, run));
  }

  #forgetOldest(): void {
    if (this.#deliveries.size <= KEPT) return;
    const oldest = this.#firstThatIsOver() ?? this.#deliveries.keys().next().value;
    if (oldest === undefined) return;
    this.#deliveries.delete(oldest);
    this.#waits.get(oldest)?.();
    this.#waits.delete(oldest);
  }

  #firstThatIsOver(): number | undefined {
    for (const [id, { state }] of this.#deliveries) if (state !== "waiting") return id;
    return undefined;
  }
}
