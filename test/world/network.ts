import type { Random } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import type {
  Message,
  OpenTransport,
  PublishOptions,
  Transport,
  TransportEvents,
  TransportOptions,
  Will,
} from "../../wire/transport.ts";
import type { Life } from "./mortal.ts";
import type { Timeline } from "./timeline.ts";

/** How bad the network is; every chance from 0 to 1, drawn anew for every message. */
export type Weather = {
  readonly delayMs: readonly [least: number, most: number];
  readonly lose: number;
  readonly repeat: number;
  /** A message is altered on its way, as a hostile broker would. */
  readonly alter: number;
};

export const fair: Weather = { delayMs: [5, 20], lose: 0, repeat: 0, alter: 0 };

type End = {
  readonly options: TransportOptions;
  readonly events: TransportEvents;
  readonly life: Life;
  isConnected: boolean;
  connection: number;
  will: Will | undefined;
};

const RECONNECT_MS = 2_000;
const NO_ANSWER_MS = 5_000;

/**
 * A broker and everybody's way to it, in virtual time. It drops, delays, repeats, reorders and alters as its weather says, and
 * cuts connections when it is told to.
 */
export class Network {
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #ends = new Set<End>();
  readonly #retained = new Map<string, Message>();
  #isUp = true;
  weather: Weather = fair;

  constructor(timeline: Timeline, random: Random) {
    this.#timeline = timeline;
    this.#random = random;
  }

  /** A process's way in; it goes with the process's life. */
  openFor(life: Life, clock: Clock): OpenTransport {
    return (options, events) => {
      const end: End = { options, events, life, isConnected: false, connection: 0, will: undefined };
      this.#ends.add(end);
      this.#connectLater(end, 10);
      return this.#transportOf(end, clock);
    };
  }

  /** The broker stops, or is back. */
  set isUp(isUp: boolean) {
    this.#isUp = isUp;
    if (!isUp) for (const end of this.#ends) this.#cut(end, "the broker is gone");
  }

  /** Cuts whoever connects under this id; it comes back by itself. */
  cutOff(clientId: string): void {
    for (const end of this.#ends) if (end.options.clientId === clientId) this.#cut(end, "cut off");
  }

  /** A process has died: the broker speaks its last will, and forgets it. */
  forget(life: Life): void {
    for (const end of [...this.#ends]) if (end.life === life) this.#bury(end);
  }

  #bury(end: End): void {
    this.#ends.delete(end);
    if (end.isConnected) this.#speakWill(end);
    end.isConnected = false;
  }

  #transportOf(end: End, clock: Clock): Transport {
    return {
      get connected() {
        return end.isConnected;
      },
      get lastAttempt() {
        return clock.now();
      },
      publish: (topic, payload, options) => this.#publish(end, topic, payload, options ?? {}),
      hurry: () => undefined,
      close: async () => {
        end.isConnected = false;
        this.#ends.delete(end);
      },
    };
  }

  #connectLater(end: End, ms: number): void {
    this.#timeline.after(ms * (0.5 + this.#random()), () => this.#connect(end));
  }

  #connect(end: End): void {
    if (end.life.isOver || !this.#ends.has(end) || end.isConnected) return;
    end.connection += 1;
    end.will = end.options.will?.(end.connection);
    if (this.#isUp) this.#letIn(end);
    else this.#connectLater(end, RECONNECT_MS);
  }

  #letIn(end: End): void {
    end.isConnected = true;
    end.events.up();
    for (const message of this.#retained.values()) if (isFor(end, message.topic)) this.#carry(end, message);
  }

  #cut(end: End, because: string): void {
    if (!end.isConnected) return;
    end.isConnected = false;
    this.#speakWill(end);
    end.events.down(because);
    this.#connectLater(end, RECONNECT_MS);
  }

  #speakWill(end: End): void {
    const { will } = end;
    if (will !== undefined) this.#spread({ topic: will.topic, payload: new TextEncoder().encode(will.payload) }, true);
  }

  #publish(
    end: End,
    topic: string,
    payload: string,
    { retain = false, unconfirmed }: PublishOptions,
  ): Promise<boolean> {
    if (!end.isConnected) return Promise.resolve(false);
    if (this.#random() < this.weather.lose) return unconfirmed ? Promise.resolve(true) : this.#loseWay(end);
    this.#spread({ topic, payload: new TextEncoder().encode(payload) }, retain);
    if (unconfirmed) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#timeline.after(this.#delay(), () => resolve(end.isConnected));
    });
  }

  /** The message is gone and no answer comes; the connection is given up for it. */
  #loseWay(end: End): Promise<boolean> {
    return new Promise((resolve) => {
      this.#timeline.after(NO_ANSWER_MS, () => {
        this.#cut(end, "no answer");
        resolve(false);
      });
    });
  }

  #spread(message: Message, retain: boolean): void {
    if (retain) this.#retained.set(message.topic, message);
    for (const end of this.#ends) {
      if (!isFor(end, message.topic)) continue;
      this.#carry(end, message);
      if (this.#random() < this.weather.repeat) this.#carry(end, message);
    }
  }

  #carry(end: End, message: Message): void {
    const carried = this.#random() < this.weather.alter ? altered(message, this.#random) : message;
    this.#timeline.after(this.#delay(), () => {
      if (!end.isConnected || end.life.isOver) return;
      end.events.hear(carried).catch(() => this.#cut(end, "not committed"));
    });
  }

  #delay(): number {
    const [least, most] = this.weather.delayMs;
    return least + (most - least) * this.#random();
  }
}

/** One byte is another one. */
function altered({ topic, payload }: Message, random: Random): Message {
  const place = Math.floor(random() * payload.length);
  return {
    topic,
    payload: payload.map((byte, index) => (index === place ? byte ^ (1 + Math.floor(random() * 255)) : byte)),
  };
}

const isFor = ({ options: { subscribe, overhear = [] } }: End, topic: string): boolean =>
  [...subscribe, ...overhear].some((pattern) => matches(pattern, topic));

const matches = (pattern: string, topic: string): boolean => {
  const words = topic.split("/");
  const parts = pattern.split("/");
  return parts.length === words.length && parts.every((part, index) => part === "+" || part === words[index]);
};
