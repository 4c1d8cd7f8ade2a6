import type { Log } from "../host/log.ts";
import { Seldom } from "../host/seldom.ts";
import { newUlid, type Random, type StatementId } from "../protocol/ids.ts";
import type { SigningKey } from "../protocol/keys.ts";
import { seal, type Unsealed } from "../protocol/seal.ts";
import type { DownBody, DownStatement, Party, Statement, UpBody, UpStatement } from "../protocol/statements.ts";
import type { Clock } from "../protocol/time.ts";
import type { Delivery, Post } from "./post.ts";
import type { PublishOptions } from "./transport.ts";

/** A statement that a journal owes: it keeps its id however often it is sent. */
export type Letter = { readonly id: string; readonly seq: number; readonly body: UpBody | DownBody };

export type ExchangeOptions<Said extends Statement> = {
  readonly me: Party;
  readonly key: SigningKey;
  /** The key for what is said to one party; `key` when absent. */
  keyFor?(party: Party): SigningKey;
  /** The sender's journal, named in every statement. */
  readonly journal: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly post: Post;
  topicTo(party: Party): string;
  /** Sends what nobody owes and nobody waits for: acks, unconfirmed, and what a stand says of itself. */
  publish(topic: string, payload: string, options?: PublishOptions): Promise<boolean>;
  unseal(payload: Uint8Array): Unsealed<Said>;
  /** False: there is no room for it now; it is dropped and not acked, so it comes again. Never asked of an ack. */
  admits?(statement: Said): boolean;
  /** Resolves when the statement is on disk; rejects when it cannot be put there. Never called with an ack. */
  commit(statement: Said): Promise<void>;
  /** Acks of statements that nobody waits for here: another process with the same name may have sent them. */
  strayAcks?(from: Party, ids: readonly StatementId[]): void;
};

/** Acks travel together: those of one moment, at most so many in one statement. */
const ACKS_TOGETHER_MS = 1;
const ACKS_AT_ONCE = 64;

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

/** How long to wait before a statement that was not acked is sent again: longer each time, while the other side is silent. */
export const againAfterMs = (delivery: Exclude<Delivery, "acked">, tries: number): number =>
  delivery === "down" ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 20));

/**
 * One side of the talk between stand and backend: seals what is owed and waits for its ack; unseals what comes, has it
 * committed, and only then acks it.
 */
export class Exchange<Said extends UpStatement | DownStatement> {
  readonly #options: ExchangeOptions<Said>;
  readonly #seldom: Seldom;
  readonly #toAck = new Map<Party, StatementId[]>();

  constructor(options: ExchangeOptions<Said>) {
    this.#options = options;
    this.#seldom = new Seldom(options);
  }

  /** Sends one owed statement, and waits until the other side has it on disk, or has been silent for too long. */
  async tell(letter: Letter, to: Party, signal: AbortSignal): Promise<Delivery> {
    const { post, topicTo } = this.#options;
    return post.send(letter.id, topicTo(to), this.#seal(letter, to), signal);
  }

  /** Says something once, without waiting for an answer. False when it did not reach the broker. */
  async say(to: Party, body: UpBody | DownBody): Promise<boolean> {
    const { clock, random, publish, topicTo } = this.#options;
    const id = newUlid(clock.wall(), random);
    return publish(topicTo(to), this.#seal({ id, seq: 0, body }, to), { unconfirmed: body.type === "ack" });
  }

  /** A message from the broker; resolves when what it said is on disk. What is not sealed well is dropped, and logged now and then. */
  async hear(payload: Uint8Array): Promise<Said | undefined> {
    const unsealed = this.#options.unseal(payload);
    if (unsealed.is === "refused") {
      const { because } = unsealed;
      this.#seldom.warn("statement refused", { because, bytes: payload.length }, because);
      return undefined;
    }
    const { statement } = unsealed;
    if (statement.body.type === "ack") {
      const strays = this.#options.post.acked(statement.body.ids);
      if (strays.length > 0) this.#options.strayAcks?.(statement.from, strays);
      return statement;
    }
    if (this.#options.admits?.(statement) === false) return undefined;
    await this.#options.commit(statement);
    this.#ack(statement);
    return statement;
  }

  #seal({ id, seq, body }: Letter, to: Party): string {
    const { me, key, keyFor, journal } = this.#options;
    // The journal made the id and the types of `body` and `to` belong together; the receiver's schema checks all of it again.
    const statement = { v: 1, id, from: me, to, at: { journal, seq }, body } as Statement;
    return seal(statement, keyFor?.(to) ?? key);
  }

  #ack({ from, id }: Said): void {
    const waiting = this.#toAck.get(from);
    if (waiting !== undefined) waiting.push(id);
    else {
      this.#toAck.set(from, [id]);
      this.#options.clock.after(ACKS_TOGETHER_MS, () => this.#sendAcks(from));
    }
  }

  /** An ack that gets lost is no harm: the statement comes again, and is acked again. */
  #sendAcks(to: Party): void {
    const ids = this.#toAck.get(to) ?? [];
    this.#toAck.delete(to);
    for (let from = 0; from < ids.length; from += ACKS_AT_ONCE) {
      this.say(to, { type: "ack", ids: ids.slice(from, from + ACKS_AT_ONCE) }).catch((error: unknown) =>
        this.#options.log.warn("ack not sent", { to, error }),
      );
    }
  }
}
