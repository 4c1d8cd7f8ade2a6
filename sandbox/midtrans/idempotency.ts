import type { Clock } from "../../protocol/time.ts";

const KEY_MAX = 46;
const LIFETIME_MS = 5 * 60_000;
const KEPT = 5_000;

type Entry<Answer> = { readonly answer?: Answer; readonly untilMs: number };

/**
 * Midtrans' `Idempotency-Key`: one key space for all POST calls; the stored answer comes back whatever the body says; only
 * good answers are stored, for five minutes; a key of more than 46 characters is ignored.
 */
export class Idempotency<Answer> {
  readonly #clock: Clock;
  readonly #lifetimeMs: number;
  readonly #entries = new Map<string, Entry<Answer>>();

  constructor(clock: Clock, speed: number) {
    this.#clock = clock;
    this.#lifetimeMs = LIFETIME_MS / speed;
  }

  /** `"running"` while the first call with this key has no answer yet. */
  async once(
    key: string | undefined,
    call: () => Promise<Answer>,
    isGood: (answer: Answer) => boolean,
  ): Promise<Answer | "running"> {
    if (key === undefined || key === "" || key.length > KEY_MAX) return call();
    const entry = this.#entries.get(key);
    const isAlive = entry !== undefined && (entry.answer === undefined || entry.untilMs > this.#clock.now().ms);
    if (isAlive) return entry.answer ?? "running";
    return this.#first(key, call, isGood);
  }

  async #first(key: string, call: () => Promise<Answer>, isGood: (answer: Answer) => boolean): Promise<Answer> {
    this.#entries.delete(key);
    this.#entries.set(key, { untilMs: 0 });
    try {
      const answer = await call();
      if (isGood(answer)) this.#entries.set(key, { answer, untilMs: this.#clock.now().ms + this.#lifetimeMs });
      else this.#entries.delete(key);
      this.#forgetOldest();
      return answer;
    } catch (error) {
      this.#entries.delete(key);
      throw error;
    }
  }

  #forgetOldest(): void {
    if (this.#entries.size <= KEPT) return;
    const oldest = [...this.#entries].find(([, entry]) => entry.answer !== undefined);
    if (oldest !== undefined) this.#entries.delete(oldest[0]);
  }
}
