import type { Clock, Stop } from "../protocol/time.ts";
import type { Message, PublishOptions, Will } from "./transport.ts";

/** One connection, from the first byte to the last; never used again. */
export interface Connection {
  /** `taken` tells whether the broker has it; it may never be called. */
  publish(topic: string, payload: string, options: PublishOptions, taken: (isTaken: boolean) => void): void;
  /** Ends at once, without a goodbye. */
  cut(): void;
  /** Says goodbye and calls `gone`; it may never be called. */
  leave(gone: () => void): void;
}

export type ConnectionEvents = {
  /** Connected, and every subscription granted. */
  up(): void;
  ended(because: string): void;
  /** `stored` lets the broker know. */
  hear(message: Message, stored: () => void): void;
};

/** Begins to connect, and tells by events what comes of it. */
export type Dial = (will: Will | undefined, events: ConnectionEvents) => Connection;

/** How long each wait may take, in milliseconds. */
export type Patience = {
  /** From the first byte until every subscription is granted. */
  readonly connectMs: number;
  /** Until the broker has taken what was published. */
  readonly publishMs: number;
  /** Until what was heard is on disk. */
  readonly storeMs: number;
  /** For a goodbye. */
  readonly leaveMs: number;
};

export type AttemptEvents = {
  up(): void;
  /** Once, unless `leave` was called. */
  over(because: string): void;
  hear(message: Message): Promise<void>;
};

/** Publications that may wait for the broker at the same time; more are answered false. */
const MOST_UNDER_WAY = 256;

/**
 * Sees one connection through: whatever does not happen in time, or goes wrong, ends the connection, and everything that
 * waited for it is told.
 */
export class Attempt {
  readonly #clock: Clock;
  readonly #patience: Patience;
  readonly #events: AttemptEvents;
  readonly #waiting = new Set<(isTaken: boolean) => void>();
  readonly #timers = new Set<Stop>();
  #stage: "dialling" | "up" | "over" = "dialling";
  readonly #connection: Connection | undefined;
  readonly #stopDialling: Stop;

  constructor(dial: Dial, will: Will | undefined, events: AttemptEvents, clock: Clock, patience: Patience) {
    this.#clock = clock;
    this.#patience = patience;
    this.#events = events;
    const { connectMs } = patience;
    this.#stopDialling = this.#within(connectMs, () => this.#end(`not connected within ${connectMs} ms`));
    try {
      this.#connection = dial(will, {
        up: () => this.#rise(),
        ended: (because) => this.#end(because),
        hear: (message, stored) => void this.#hear(message, stored),
      });
      if (!this.#isAlive()) this.#connection.cut();
    } catch (error) {
      this.#within(0, () => this.#end(`could not begin to connect: ${wordsOf(error)}`));
    }
  }

  get isUp(): boolean {
    return this.#stage === "up";
  }

  publish(topic: string, payload: string, options: PublishOptions): Promise<boolean> {
    const connection = this.#connection;
    if (!this.isUp || connection === undefined) return Promise.resolve(false);
    if (options.unconfirmed === true) {
      connection.publish(topic, payload, options, () => undefined);
      return Promise.resolve(true);
    }
    if (this.#waiting.size >= MOST_UNDER_WAY) return Promise.resolve(false);
    return new Promise((resolve) => {
      const ms = this.#patience.publishMs;
      const stop = this.#within(ms, () => this.#end(`the broker did not take a message for ${topic} within ${ms} ms`));
      const settle = (isTaken: boolean): void => {
        stop();
        this.#waiting.delete(settle);
        resolve(isTaken);
      };
      this.#waiting.add(settle);
      connection.publish(topic, payload, options, settle);
    });
  }

  /** Ends it in good order; nothing more is heard of it. */
  async leave(): Promise<void> {
    if (this.#stage === "over") return;
    const connection = this.#connection;
    this.#stop();
    await new Promise<void>((resolve) => {
      const stop = this.#within(this.#patience.leaveMs, resolve);
      const gone = (): void => {
        stop();
        resolve();
      };
      if (connection === undefined) gone();
      else connection.leave(gone);
    });
    connection?.cut();
  }

  #rise(): void {
    if (this.#stage !== "dialling") return;
    this.#stage = "up";
    this.#stopDialling();
    this.#events.up();
  }

  #end(because: string): void {
    if (this.#stage === "over") return;
    this.#stop();
    this.#connection?.cut();
    this.#events.over(because);
  }

  #stop(): void {
    this.#stage = "over";
    this.#stopTimers();
    for (const settle of [...this.#waiting]) settle(false);
  }

  async #hear(message: Message, stored: () => void): Promise<void> {
    if (this.#stage === "over") return;
    const ms = this.#patience.storeMs;
    const stop = this.#within(ms, () => this.#end(`a message on ${message.topic} was not stored within ${ms} ms`));
    try {
      await this.#events.hear(message);
      stop();
      if (this.#isAlive()) stored();
    } catch (error) {
      this.#end(`a message on ${message.topic} could not be stored: ${wordsOf(error)}`);
    }
  }

  #isAlive(): boolean {
    return this.#stage !== "over";
  }

  #within(ms: number, run: () => void): Stop {
    const cancel = this.#clock.after(ms, () => {
      this.#timers.delete(stop);
      run();
    });
    const stop = (): void => {
      cancel();
      this.#timers.delete(stop);
    };
    this.#timers.add(stop);
    return stop;
  }

  #stopTimers(): void {
    for (const stop of [...this.#timers]) stop();
  }
}

/** Node leaves the message empty when several addresses were tried. */
export const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code ?? error.name) : String(error);
