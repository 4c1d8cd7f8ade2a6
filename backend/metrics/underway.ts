import { putNewest } from "../../host/newest.ts";
import type { Stopwatch } from "./metered.ts";

/** So many are remembered; the oldest are forgotten. */
const BOUND = 20_000;

/** Since when things are under way, by their names; bounded, and only in memory. */
export class Underway<Name> {
  readonly #since = new Map<Name, number>();
  readonly #stopwatch: Stopwatch;

  constructor(stopwatch: Stopwatch) {
    this.#stopwatch = stopwatch;
  }

  /** It began `beforeMs` ago. One that is under way already stays as it is. */
  begin(name: Name, beforeMs = 0): void {
    if (this.#since.has(name)) return;
    putNewest(this.#since, name, this.#stopwatch() - beforeMs, BOUND);
  }

  /** It is over: tells `hear` how long it was under way; false when nobody knows. */
  end(name: Name, hear: (ms: number) => void = () => undefined): boolean {
    const since = this.#since.get(name);
    if (since === undefined) return false;
    this.#since.delete(name);
    hear(this.#stopwatch() - since);
    return true;
  }
}
