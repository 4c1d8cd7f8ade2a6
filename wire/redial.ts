import type { Log } from "../host/log.ts";
import type { Random } from "../protocol/ids.ts";
import { type Clock, type Instant, sinceMs } from "../protocol/time.ts";
import { Attempt, type Dial, type Patience } from "./attempt.ts";
import { Pause } from "./pause.ts";
import type { PublishOptions, Transport, TransportEvents, TransportOptions } from "./transport.ts";

export type Redial = {
  /** The longest pause after the first failure; it doubles with each further one. */
  readonly firstMs: number;
  /** The same where nobody waits for the connection. */
  readonly calmFirstMs: number;
  readonly capMs: number;
  /** A connection that held this long begins again with the shortest pause. */
  readonly stableMs: number;
};

export const usualRedial: Redial = { firstMs: 2_000, calmFirstMs: 15_000, capMs: 60_000, stableMs: 10_000 };
export const usualPatience: Patience = { connectMs: 30_000, publishMs: 10_000, storeMs: 10_000, leaveMs: 1_000 };

/** Not even the luckiest draw may turn a refusing broker into a busy loop. */
const SHORTEST_PAUSE_MS = 50;

/**
 * How long to wait before the next attempt, after `failures` in a row (1 or more): anything up to a bound that doubles, so
 * that ten thousand stands do not come back in the same second.
 */
export function pauseMs(failures: number, redial: Pick<Redial, "firstMs" | "capMs">, random: Random): number {
  const longest = Math.min(redial.capMs, redial.firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.max(SHORTEST_PAUSE_MS, Math.floor(random() * longest));
}

/** From so many failures on the bound does not grow any more. */
const failuresAtCap = ({ firstMs, capMs }: Pick<Redial, "firstMs" | "capMs">): number =>
  1 + Math.ceil(Math.log2(Math.max(1, capMs / firstMs)));

export type RedialParts = {
  readonly dial: Dial;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly redial: Redial;
  readonly patience: Patience;
};

type Options = Pick<TransportOptions, "will" | "hurries">;

/** A transport out of single connections: when one ends, for whatever reason, it is thrown away and another is dialled. */
export class RedialledTransport implements Transport {
  readonly #parts: RedialParts;
  readonly #events: TransportEvents;
  readonly #options: Options;
  #attempt: Attempt | undefined;
  #attempts = 0;
  #failures = 0;
  #upAt: Instant | undefined;
  #lastAttempt: Instant;
  readonly #pause: Pause;
  #isHurried = false;

  /** Begins to connect at once. */
  constructor(parts: RedialParts, options: Options, events: TransportEvents) {
    this.#parts = parts;
    this.#events = events;
    this.#options = options;
    this.#lastAttempt = parts.clock.now();
    this.#pause = new Pause(parts.clock);
    this.#try();
  }

  get connected(): boolean {
    return this.#attempt?.isUp ?? false;
  }

  get lastAttempt(): Instant {
    return this.#lastAttempt;
  }

  publish(topic: string, payload: string, options: PublishOptions = {}): Promise<boolean> {
    return this.#attempt?.publish(topic, payload, options) ?? Promise.resolve(false);
  }

  /** Once a pause: whoever presses again and again does not make a busy loop. */
  hurry(): void {
    const { random, redial } = this.#parts;
    if (!this.#pause.isOn || this.#isHurried) return;
    this.#isHurried = true;
    this.#pause.bringForward(pauseMs(1, redial, random));
  }

  async close(): Promise<void> {
    this.#pause.end();
    await this.#attempt?.leave();
  }

  #try(): void {
    const { dial, clock, patience } = this.#parts;
    this.#attempts += 1;
    this.#lastAttempt = clock.now();
    const events = {
      up: () => this.#rise(),
      over: (because: string) => this.#fall(because),
      hear: this.#events.hear,
    };
    this.#attempt = new Attempt(dial, this.#options.will?.(this.#attempts), events, clock, patience);
  }

  #rise(): void {
    this.#upAt = this.#parts.clock.now();
    this.#parts.log.info("connected to the broker", { attempt: this.#attempts, failures: this.#failures });
    this.#events.up();
  }

  #fall(because: string): void {
    const { random, log } = this.#parts;
    const pace = this.#pace();
    this.#failures = this.#hasHeld() ? 1 : this.#failures + 1;
    if (this.#wasSlow()) this.#failures = Math.max(this.#failures, failuresAtCap(pace));
    this.#upAt = undefined;
    const pause = pauseMs(this.#failures, pace, random);
    log.warn("not connected to the broker", { because, attempt: this.#attempts, failures: this.#failures, pause });
    this.#isHurried = false;
    this.#pause.begin(pause, () => this.#try());
    this.#events.down(because);
  }

  /** Those for whom nobody waits leave the door to the others. */
  #pace(): Pick<Redial, "firstMs" | "capMs"> {
    const { firstMs, calmFirstMs, capMs } = this.#parts.redial;
    return { firstMs: this.#options.hurries?.() === false ? calmFirstMs : firstMs, capMs };
  }

  /** Nobody answered in time: a broker that has more connections to make than it can is helped by whoever comes later. */
  #wasSlow(): boolean {
    const { clock, patience } = this.#parts;
    return this.#upAt === undefined && (sinceMs(this.#lastAttempt, clock.now()) ?? 0) >= patience.connectMs;
  }

  #hasHeld(): boolean {
    const held = this.#upAt && sinceMs(this.#upAt, this.#parts.clock.now());
    return held !== undefined && held >= this.#parts.redial.stableMs;
  }
}
