import { setImmediate as turn } from "node:timers/promises";
import type { Clock, Instant, Stop } from "../../protocol/time.ts";

type Entry = { readonly at: number; readonly nth: number; readonly run: () => void };

/** 2026-01-01T00:00:00Z, where every simulated world begins. */
const FIRST_WALL = Date.UTC(2026, 0, 1);

/** Virtual time: what is due runs in order, and everything it set off has come to rest before the next is due. */
export class Timeline {
  #ms = 0;
  #made = 0;
  readonly #entries: Entry[] = [];
  readonly #boots = new Map<string, number>();
  /** What is done in real time: until it is, none passes here. */
  readonly #works = new Set<Promise<unknown>>();

  get ms(): number {
    return this.#ms;
  }

  /** Whole milliseconds, like every clock of ours; a fraction rounds up. */
  at(ms: number, run: () => void): Stop {
    const entry: Entry = { at: Math.max(Math.ceil(ms), this.#ms), nth: this.#made, run };
    this.#made += 1;
    const place = this.#entries.findIndex((other) => other.at > entry.at);
    this.#entries.splice(place < 0 ? this.#entries.length : place, 0, entry);
    return () => {
      const index = this.#entries.indexOf(entry);
      if (index >= 0) this.#entries.splice(index, 1);
    };
  }

  after(ms: number, run: () => void): Stop {
    return this.at(this.#ms + Math.max(0, ms), run);
  }

  /** No virtual time passes before this is done. */
  during<T>(work: Promise<T>): Promise<T> {
    this.#works.add(work);
    const done = (): void => void this.#works.delete(work);
    work.then(done, done);
    return work;
  }

  /** Lets everything that is under way come to rest. */
  async rest(): Promise<void> {
    await rest();
    while (this.#works.size > 0) {
      await Promise.allSettled(this.#works);
      await rest();
    }
  }

  /** Runs until `until`, or until `isOver` says so; `checked` after every entry. */
  async run(until: number, checked: () => void = () => undefined, isOver: () => boolean = () => false): Promise<void> {
    await this.rest();
    while (!isOver()) {
      const next = this.#entries[0];
      if (next === undefined || next.at > until) break;
      this.#entries.shift();
      this.#ms = next.at;
      next.run();
      await this.rest();
      checked();
    }
    if (!isOver()) this.#ms = Math.max(this.#ms, until);
  }

  /** A clock on this timeline that counts from the first time somebody asked for this boot; "utc" counts from 1970. */
  clock(boot: string, isAlive: () => boolean = () => true, wallOffset: () => number = () => 0): Clock {
    const began = this.#boots.get(boot) ?? (boot === "utc" ? -FIRST_WALL : this.#ms);
    this.#boots.set(boot, began);
    return {
      now: (): Instant => ({ clock: boot, ms: this.#ms - began }),
      wall: () => FIRST_WALL + this.#ms + wallOffset(),
      after: (ms, run) => this.after(ms, () => (isAlive() ? run() : undefined)),
    };
  }
}

/** Lets every promise that is under way come to rest; no time passes. */
export const rest = async (): Promise<void> => {
  await turn();
  await turn();
};
