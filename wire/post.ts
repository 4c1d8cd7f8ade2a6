import type { Clock } from "../protocol/time.ts";
import type { Transport } from "./transport.ts";

/** `acked`: the other side has it on disk. `silent`: no word in time. `down`: the connection was gone, or went. */
export type Delivery = "acked" | "silent" | "down";

export type PostOptions = {
  readonly transport: Pick<Transport, "publish">;
  readonly clock: Clock;
  /** How long to wait for the ack, from the sending on. Default 10 s. */
  readonly ackWithinMs?: number;
  /** How many statements may be under way; one more is `silent` at once, and stays owed. Default 1,024. */
  readonly atMost?: number;
};

type Waiting = { readonly topic: string; readonly give: (delivery: Delivery) => void };

const ACK_WITHIN_MS = 10_000;
const AT_MOST = 1_024;
/** Late acks that are kept for the next try; the oldest is forgotten, and costs one more sending. */
const LATE_AT_MOST = 1_024;

/**
 * Knows which statements are under way, and tells each sender what became of its own. Keeps nothing: what is not acked is
 * still owed in its sender's journal.
 */
export class Post {
  readonly #options: PostOptions;
  readonly #underWay = new Map<string, Set<Waiting>>();
  /** Acked when nobody waited any more. An id names one statement for ever, so an ack is never out of date. */
  readonly #late = new Set<string>();
  #count = 0;

  constructor(options: PostOptions) {
    this.#options = options;
  }

  /** Statements that were sent and wait for their ack. */
  get underWay(): number {
    return this.#count;
  }

  /**
   * Sends once and waits for the ack; `silent`, too, when `signal` says to wait no longer. What was acked since the last try is not
   * sent again: a side that is slow would only become slower. Never rejects.
   */
  send(id: string, topic: string, sealed: string, signal?: AbortSignal): Promise<Delivery> {
    if (this.#late.delete(id)) return Promise.resolve("acked");
    if (signal?.aborted || this.#count >= (this.#options.atMost ?? AT_MOST)) return Promise.resolve("silent");
    const delivery = this.#wait(id, topic, signal);
    this.#options.transport.publish(topic, sealed).then(
      (isTaken) => isTaken || this.#settle(id, "down"),
      () => this.#settle(id, "down"),
    );
    return delivery;
  }

  /** The other side says that it has these. Returns those that nobody waits for. */
  acked<Id extends string>(ids: readonly Id[]): readonly Id[] {
    const strays = ids.filter((id) => !this.#underWay.has(id));
    for (const id of strays) this.#keepLate(id);
    for (const id of ids) this.#settle(id, "acked");
    return strays;
  }

  /** The connection is gone, ours or that of whoever hears `topic`: nobody will ack what is under way. */
  lost(topic?: string): void {
    const waiting = [...this.#underWay.values()].flatMap((each) => [...each]);
    for (const each of waiting) if (topic === undefined || each.topic === topic) each.give("down");
  }

  #wait(id: string, topic: string, signal: AbortSignal | undefined): Promise<Delivery> {
    return new Promise((resolve) => {
      const give = (delivery: Delivery): void => {
        if (!this.#forget(id, waiting)) return;
        stop();
        signal?.removeEventListener("abort", giveUp);
        resolve(delivery);
      };
      const waiting = { topic, give };
      const giveUp = (): void => give("silent");
      const stop = this.#options.clock.after(this.#options.ackWithinMs ?? ACK_WITHIN_MS, giveUp);
      signal?.addEventListener("abort", giveUp);
      this.#remember(id, waiting);
    });
  }

  #keepLate(id: string): void {
    this.#late.delete(id);
    this.#late.add(id);
    const [oldest] = this.#late;
    if (this.#late.size > LATE_AT_MOST && oldest !== undefined) this.#late.delete(oldest);
  }

  #settle(id: string, delivery: Delivery): void {
    for (const { give } of [...(this.#underWay.get(id) ?? [])]) give(delivery);
  }

  #remember(id: string, waiting: Waiting): void {
    const known = this.#underWay.get(id) ?? new Set();
    this.#underWay.set(id, known.add(waiting));
    this.#count += 1;
  }

  #forget(id: string, waiting: Waiting): boolean {
    const known = this.#underWay.get(id);
    if (known?.delete(waiting) !== true) return false;
    if (known.size === 0) this.#underWay.delete(id);
    this.#count -= 1;
    return true;
  }
}
