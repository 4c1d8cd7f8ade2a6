import type { Message } from "./transport.ts";

/** Puts a message where it is safe, and says so; it may never say so. */
export type Store = (message: Message, stored: () => void) => void;

type Heard = { readonly message: Message; readonly id: number | undefined; isStored: boolean };

/**
 * What one connection hears, on its way to the disk: the messages of a topic one after another, those of several topics side by side,
 * because one stand's commit need not wait for another's. Acknowledged in the order in which they came, as MQTT 3.1.1 demands (4.6);
 * beyond its bound nothing more is read, and the broker keeps the rest.
 */
export class Reception {
  readonly #atOnce: number;
  readonly #store: Store;
  readonly #acknowledge: (ids: readonly number[]) => void;
  /** In order of arrival, from the first that is not acknowledged. */
  readonly #heard: Heard[] = [];
  /** By topic: the one under way, and behind it those that wait for it. */
  readonly #queues = new Map<string, Heard[]>();
  #goOn: (() => void) | undefined;

  constructor(atOnce: number, store: Store, acknowledge: (ids: readonly number[]) => void) {
    this.#atOnce = atOnce;
    this.#store = store;
    this.#acknowledge = acknowledge;
  }

  /** `id`: by which the broker knows it, where it wants to be told that it is stored. `goOn` reads the next one. */
  take(message: Message, id: number | undefined, goOn: () => void): void {
    const heard: Heard = { message, id, isStored: false };
    this.#heard.push(heard);
    const queue = this.#queues.get(message.topic);
    if (queue !== undefined) queue.push(heard);
    else {
      this.#queues.set(message.topic, [heard]);
      this.#begin(heard);
    }
    if (this.#heard.length < this.#atOnce) goOn();
    else this.#goOn = goOn;
  }

  #begin(heard: Heard): void {
    this.#store(heard.message, () => this.#stored(heard));
  }

  #stored(heard: Heard): void {
    if (heard.isStored) return;
    heard.isStored = true;
    if (heard.id === undefined) this.#heard.splice(this.#heard.indexOf(heard), 1);
    this.#acknowledgeFirst();
    this.#beginNext(heard.message.topic);
    if (this.#heard.length >= this.#atOnce) return;
    const goOn = this.#goOn;
    this.#goOn = undefined;
    goOn?.();
  }

  #acknowledgeFirst(): void {
    const waiting = this.#heard.findIndex(({ isStored }) => !isStored);
    const stored = this.#heard.splice(0, waiting < 0 ? this.#heard.length : waiting);
    const ids = stored.flatMap(({ id }) => id ?? []);
    if (ids.length > 0) this.#acknowledge(ids);
  }

  #beginNext(topic: string): void {
    const [, next] = this.#queues.get(topic) ?? [];
    this.#queues.get(topic)?.shift();
    if (next === undefined) this.#queues.delete(topic);
    else this.#begin(next);
  }
}
