import { setImmediate as turn } from "node:timers/promises";
import type { Clock, Instant, Stop, WallMs } from "../../protocol/time.ts";

type Timer = { readonly at: number; readonly nth: number; readonly run: () => void };

/** 2026-01-01T00:00:00Z. */
const FIRST_WALL = Date.UTC(2026, 0, 1);
const TURNS_TO_SETTLE = 8;

/** Lets promises and short I/O callbacks that are already under way go on; no time passes on any `Clock`. */
export const settle = async (turns: number = TURNS_TO_SETTLE): Promise<void> => {
  for (let left = turns; left > 0; left -= 1) await turn();
};

/** A clock that stands still until the test moves it. Timers run in the order of their due time, then of their making. */
export class VirtualClock implements Clock {
  #boot: number;
  #ms = 0;
  #wall: WallMs;
  #made = 0;
  #timers: Timer[] = [];

  constructor(options: { readonly wall?: WallMs; readonly boot?: number } = {}) {
    this.#wall = options.wall ?? FIRST_WALL;
    this.#boot = options.boot ?? 1;
  }

  now(): Instant {
    return { clock: `boot-${this.#boot}`, ms: this.#ms };
  }

  wall(): WallMs {
    return this.#wall;
  }

  after(ms: number, run: () => void): Stop {
    const timer: Timer = { at: this.#ms + Math.max(0, ms), nth: this.#made, run };
    this.#made += 1;
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Lets `ms` milliseconds pass and runs what becomes due, each timer at its own time; nothing settles in between. */
  pass(ms: number): void {
    const end = this.#ms + ms;
    for (let timer = this.#dueBy(end); timer !== undefined; timer = this.#dueBy(end)) this.#fire(timer);
    this.#moveTo(end);
  }

  /** Like `pass`, and promises that a timer set off go on before the next timer runs. */
  async advance(ms: number): Promise<void> {
    const end = this.#ms + ms;
    await settle();
    for (let timer = this.#dueBy(end); timer !== undefined; timer = this.#dueBy(end)) {
      this.#fire(timer);
      await settle();
    }
    this.#moveTo(end);
  }

  /** Somebody sets the wall clock; steady time does not notice. */
  jumpWall(ms: number): void {
    this.#wall += ms;
  }

  /** The machine starts again: steady time begins at 0 under a new name, and no timer survives. */
  reboot(): void {
    this.#boot += 1;
    this.#ms = 0;
    this.#timers = [];
  }

  #dueBy(end: number): Timer | undefined {
    const due = this.#timers.filter((timer) => timer.at <= end);
    return due.sort((one, other) => one.at - other.at || one.nth - other.nth)[0];
  }

  #fire(timer: Timer): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
    this.#moveTo(timer.at);
    timer.run();
  }

  #moveTo(ms: number): void {
    const passed = Math.max(0, ms - this.#ms);
    this.#ms += passed;
    this.#wall += passed;
  }
}
