import type { Clock } from "../../protocol/time.ts";

type Old = { readonly key: string; readonly untilMs: number };

const OLD_MAX = 10;

/** A merchant's server keys: the newest signs, and for a while those before it are good for calls too. */
export class ServerKeys {
  readonly #clock: Clock;
  #current: string;
  #old: readonly Old[] = [];

  constructor(first: string, clock: Clock) {
    this.#current = first;
    this.#clock = clock;
  }

  /** What notifications and status answers are signed with. */
  get current(): string {
    return this.#current;
  }

  isGood(key: string): boolean {
    const now = this.#clock.now().ms;
    return key === this.#current || this.#old.some((each) => each.key === key && each.untilMs > now);
  }

  /** From now on `next` signs; the key before it is good for calls `oldForMs` longer. Of old keys ten are remembered. */
  rotate(next: string, oldForMs: number): void {
    const left = { key: this.#current, untilMs: this.#clock.now().ms + oldForMs };
    this.#old = [...this.#old, left].slice(-OLD_MAX);
    this.#current = next;
  }
}
