import type { Log } from "../host/log.ts";
import type { Kept, Owed } from "../journal/journal.ts";
import type { Outcome } from "../journal/performer.ts";
import type { Random, StandId, StatementId } from "../protocol/ids.ts";
import type { KeySet, SigningKey } from "../protocol/keys.ts";
import { unsealDown } from "../protocol/seal.ts";
import type { DownBody, DownStatement, ReportBody, UpBody } from "../protocol/statements.ts";
import { type Clock, leftMs } from "../protocol/time.ts";
import { topicOf } from "../protocol/topics.ts";
import { againAfterMs, Exchange } from "../wire/exchange.ts";
import { type Delivery, Post } from "../wire/post.ts";
import type { OpenTransport, Transport, Will } from "../wire/transport.ts";
import { Greeting } from "./greeting.ts";
import type { Effect, State } from "./order/words.ts";
import type { LinkObstacle } from "./readiness/preflight.ts";

export type LinkOptions = {
  readonly stand: StandId;
  readonly key: SigningKey;
  readonly backendKeys: KeySet;
  readonly open: OpenTransport;
  /** The journal's id and the boot's, named in what the stand says. */
  readonly journal: string;
  readonly boot: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The journal was lost and begun anew. */
  readonly lost: boolean;
  hear(body: DownBody, id: StatementId): Promise<void>;
  openOrders(): Promise<readonly Kept<State>[]>;
  /** Whether there is a customer. */
  isServing(): boolean;
  /** By what the stand works; told when the backend has a sync. */
  using?(): ReportBody;
  /** Connected, or not any more; or nobody answers, or somebody again. */
  changed(): void;
};

/** As many orders as one sync may name; a stand with more open ones names the oldest. */
const SYNC_MOST = 200;

/** The stand's end of the wire: presence, a greeting at every connect, what is owed to the backend, and what it says. */
export class Link {
  readonly #options: LinkOptions;
  readonly #transport: Transport;
  readonly #post: Post;
  readonly #exchange: Exchange<DownStatement>;
  readonly #greeting: Greeting;
  /** Connections are counted from the start of this process, so presence names the process, not only the boot. */
  readonly #run: string;
  #connections = 0;
  #trouble: string | undefined;
  /** The attempt that made, or will make, the connection: will and presence of one connection bear the same number. */
  #attempt = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
    const { stand, clock } = options;
    this.#run = `${options.boot}.${clock.now().ms}`;
    this.#transport = options.open(
      {
        clientId: `stand-${stand}`,
        subscribe: [topicOf(stand, "down")],
        hurries: () => options.isServing(),
        will: (connection) => this.#lastWill(connection),
      },
      { up: () => this.#up(), down: (because) => this.#down(because), hear: (message) => this.#hear(message.payload) },
    );
    this.#post = new Post({ transport: this.#transport, clock });
    this.#exchange = this.#openExchange();
    this.#greeting = new Greeting({
      ...options,
      sync: (id, isCheck, signal) => this.#sync(id, isCheck, signal),
      greeted: () => this.#greeted(),
      changed: () => options.changed(),
    });
  }

  get connected(): boolean {
    return this.#transport.connected;
  }

  /** Why no backend can be asked for anything, as far as is known. */
  get obstacle(): LinkObstacle | undefined {
    if (!this.connected) return "link-down";
    return this.#greeting.isSilent ? "backend-silent" : undefined;
  }

  /** Names this run of the daemon, as presence does. */
  get run(): string {
    return this.#run;
  }

  /** Connections so far, less the first. */
  get reconnects(): number {
    return Math.max(0, this.#connections - 1);
  }

  /** What became of the last connection, or attempt at one, that failed. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** A customer has come who cannot be served without the backend. */
  hurry(): void {
    this.#transport.hurry();
    this.#greeting.hurry();
  }

  get transport(): Transport {
    return this.#transport;
  }

  /**
   * Tells the backend what the journal owes it. What it says of time is worked out now, when it is sent; a request whose time
   * is over is not sent any more.
   */
  async tell(owed: Owed<Effect>, signal: AbortSignal): Promise<Outcome> {
    const { effect, id, seq, tries } = owed;
    if (effect.do !== "tell") return "done";
    const left = effect.until === undefined ? undefined : leftMs(effect.until, this.#options.clock.now());
    if (left === 0) return "done";
    const body: UpBody =
      effect.body.type === "charge" && left !== undefined ? { ...effect.body, patienceMs: left } : effect.body;
    const delivery = await this.#greeting.watch(this.#exchange.tell({ id, seq, body }, "backend", signal), signal);
    return delivery === "acked" ? "done" : { againMs: againAfterMs(delivery, tries) };
  }

  /** Says of the stand itself what no journal owes. False: it did not reach the broker. */
  async report(body: ReportBody): Promise<boolean> {
    return this.connected && this.#exchange.say("backend", body);
  }

  /** One line of telemetry; dropped when there is no connection. */
  async publishHealth(health: object): Promise<boolean> {
    return this.#transport.publish(topicOf(this.#options.stand, "health"), JSON.stringify(health));
  }

  /** Says goodbye, so that nobody waits for the last will. */
  async close(): Promise<void> {
    this.#greeting.down();
    if (this.connected) await this.#sayPresence(false);
    await this.#transport.close();
  }

  #openExchange(): Exchange<DownStatement> {
    const { stand, backendKeys, hear } = this.#options;
    return new Exchange<DownStatement>({
      ...this.#options,
      me: stand,
      post: this.#post,
      topicTo: () => topicOf(stand, "up"),
      publish: (...message) => this.#transport.publish(...message),
      unseal: (payload) => unsealDown(payload, backendKeys, stand),
      commit: (statement) => hear(statement.body, statement.id),
    });
  }

  #lastWill(connection: number): Will {
    this.#attempt = connection;
    return { topic: topicOf(this.#options.stand, "presence"), payload: this.#presence(false) };
  }

  #up(): void {
    this.#connections += 1;
    this.#options.changed();
    this.#sayPresence(true).catch((error: unknown) => this.#options.log.warn("presence not said", { error }));
    this.#greeting.up();
  }

  /**
   * The orders are those of the moment; it keeps its id, so that an ack counts however late it comes. People are not told of a lost journal
   * every other minute.
   */
  async #sync(id: StatementId, isCheck: boolean, signal: AbortSignal): Promise<Delivery> {
    const { openOrders, lost } = this.#options;
    const orders = (await openOrders())
      .slice(0, SYNC_MOST)
      .flatMap(({ state }) =>
        state.at === "delivered" || state.at === "closed" ? [] : [{ order: state.order.id, at: state.at }],
      );
    const body = { type: "sync", orders, lost: lost && !isCheck } as const;
    return this.#exchange.tell({ id, seq: 0, body }, "backend", signal);
  }

  #greeted(): void {
    const using = this.#options.using?.();
    if (using === undefined) return;
    this.report(using).catch((error: unknown) => this.#options.log.warn("report not said", { error }));
  }

  async #sayPresence(online: boolean): Promise<void> {
    const topic = topicOf(this.#options.stand, "presence");
    await this.#transport.publish(topic, this.#presence(online), { retain: true });
  }

  #presence(online: boolean): string {
    return JSON.stringify({ online, boot: this.#run, connection: this.#attempt });
  }

  #down(because: string): void {
    this.#trouble = because;
    this.#options.log.warn("link down", { because });
    this.#greeting.down();
    this.#post.lost();
    this.#options.changed();
  }

  async #hear(payload: Uint8Array): Promise<void> {
    const said = await this.#exchange.hear(payload);
    if (said !== undefined) this.#greeting.heard();
  }
}
