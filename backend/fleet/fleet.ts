import { jsonIn } from "../../host/json.ts";
import type { Log } from "../../host/log.ts";
import type { Owed } from "../../journal/journal.ts";
import type { Outcome } from "../../journal/performer.ts";
import { isStandId, type OrderId, type Random, type StandId, type StatementId } from "../../protocol/ids.ts";
import type { KeySet, SigningKey } from "../../protocol/keys.ts";
import { unsealUp } from "../../protocol/seal.ts";
import {
  type CareBody,
  type DownBody,
  type Party,
  presenceSchema,
  type UpBody,
  type UpStatement,
} from "../../protocol/statements.ts";
import { type Clock, leftMs } from "../../protocol/time.ts";
import { everyTopicOf, readTopic, topicOf } from "../../protocol/topics.ts";
import { againAfterMs, Exchange } from "../../wire/exchange.ts";
import { Post } from "../../wire/post.ts";
import type { Message, OpenTransport, Transport } from "../../wire/transport.ts";
import type { Company } from "../books.ts";
import { Presences, type ReadonlyPresences } from "../health/presence.ts";
import type { Effect } from "../ledger/words.ts";
import { unsealedFor, type Watching } from "../metrics/metered.ts";
import { Silence } from "./silence.ts";

export type FleetOptions = {
  /** Names this process to the broker; another process needs another name. */
  readonly clientId: string;
  readonly key: SigningKey;
  /** By which a stand is spoken to; `key` when absent. */
  keyFor?(stand: StandId): SigningKey;
  readonly standKeys: KeySet;
  readonly open: OpenTransport;
  readonly journal: string;
  /** Shares the stands' statements among the backends of this group (`$share`); alone when absent. */
  readonly group?: string;
  readonly company?: Pick<Company, "received">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly watching?: Pick<Watching, "meter">;
  /** Where the customer of an order sees how it stands; offers name it. */
  pageOf?(order: OrderId): string;
  /** Whether what the stand says is heard now; what is not is not acked. */
  admits?(stand: StandId, body: UpBody): boolean;
  /** Resolves when it is on disk. */
  hear(stand: StandId, body: Exclude<UpBody, { type: "ack" }>, id: StatementId): Promise<void>;
  /** A stand is heard that has missed what waits for it: there is no need to wait any longer. */
  back(stand: StandId): void;
  /** A stand reported its health; nothing depends on it. */
  healthOf(stand: StandId, health: unknown): void;
  /** Where presence is kept; a place of its own when absent. */
  readonly presences?: Presences;
  /** Connected, or not any more. */
  changed(): void;
};

type Offer = Extract<DownBody, { type: "offer" }>;

/** Presence is not sealed, so anybody at the broker can make up stands, where nobody says which there are. */
const PRESENCE_BOUND = 10_000;
/** Longest health or presence message that is read. */
const TELEMETRY_MAX_BYTES = 4_096;

/** Acks for other backends that may be under way to them; more are dropped. */
const STRAYING_AT_MOST = 1_024;

/** Stands that have not answered and are tried nevertheless, at once; half of what may be under way to all. */
const SILENT_AT_ONCE = 128;

/** The backend's end of the wire to all stands. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #transport: Transport;
  readonly #post: Post;
  readonly #silence: Silence;
  readonly #exchange: Exchange<UpStatement>;
  readonly #presences: Presences;
  #straying = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#silence = new Silence({ triesAtOnce: SILENT_AT_ONCE, back: (stand) => options.back(stand) });
    this.#presences = options.presences ?? new Presences(() => true, PRESENCE_BOUND);
    this.#transport = options.open(
      {
        clientId: options.clientId,
        subscribe: [everyTopicOf("up", options.group)],
        overhear: [everyTopicOf("presence"), everyTopicOf("health", options.group)],
      },
      { up: () => options.changed(), down: (because) => this.#down(because), hear: (message) => this.#hear(message) },
    );
    this.#post = new Post({ transport: this.#transport, clock: options.clock });
    this.#exchange = this.#openExchange();
  }

  get connected(): boolean {
    return this.#transport.connected;
  }

  /** What each stand last said of being there. */
  get presence(): ReadonlyPresences {
    return this.#presences;
  }

  /**
   * Tells a stand what the ledger owes it, whatever its presence says: a last will can come late, and presence is not sealed.
   * An offer says how long it is still good, worked out now, and where the order's page is.
   */
  async tell(owed: Owed<Effect>, signal: AbortSignal): Promise<Outcome> {
    const { effect, id, seq, tries } = owed;
    if (effect.do !== "tell") return "done";
    const left = effect.until === undefined ? undefined : leftMs(effect.until, this.#options.clock.now());
    if (left === 0) return "done";
    const body = effect.body.type === "offer" ? this.#offerNow(effect.body, left) : effect.body;
    const tell = () => this.#exchange.tell({ id, seq, body }, effect.to, signal);
    const delivery = await this.#silence.tell(effect.to, tries, tell);
    if (delivery === "put-off") return { againMs: againAfterMs("silent", tries) };
    return delivery === "acked" ? "done" : { againMs: againAfterMs(delivery, tries) };
  }

  /** Says what no journal owes; whoever wants it heard looks at what the stand reports. False: it did not reach the broker. */
  say(stand: StandId, body: CareBody): Promise<boolean> {
    return this.#exchange.say(stand, body);
  }

  /** Another backend was told that stands have these. */
  received(ids: readonly string[]): void {
    this.#post.acked(ids);
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  #offerNow(offer: Offer, left: number | undefined): Offer {
    const page = this.#options.pageOf?.(offer.order);
    return {
      ...offer,
      ...(left === undefined ? {} : { validForMs: left }),
      ...(page === undefined ? {} : { page }),
    };
  }

  #openExchange(): Exchange<UpStatement> {
    const { standKeys, watching } = this.#options;
    return new Exchange<UpStatement>({
      ...this.#options,
      me: "backend",
      post: this.#post,
      keyFor: (party) => this.#options.keyFor?.(party as StandId) ?? this.#options.key,
      topicTo: (party) => topicOf(party as StandId, "down"),
      publish: (...message) => this.#transport.publish(...message),
      unseal: unsealedFor(watching, (payload) => unsealUp(payload, standKeys, "backend")),
      admits: ({ from, body }) => !isStandId(from) || this.#options.admits?.(from, body) !== false,
      commit: (statement) => this.#commit(statement),
      strayAcks: (from, ids) => this.#strayed(from, ids),
    });
  }

  /** What the stand says next does not wait until the others know. An ack that gets lost costs one more sending, so some may. */
  #strayed(from: Party, ids: readonly StatementId[]): void {
    const { company, log } = this.#options;
    if (!isStandId(from)) return;
    this.#silence.heard(from);
    if (company === undefined || this.#straying >= STRAYING_AT_MOST) return;
    this.#straying += 1;
    company
      .received(from, ids)
      .catch((error: unknown) => log.warn("acks not told to the other backends", { error }))
      .finally(() => {
        this.#straying -= 1;
      });
  }

  /** A stand that syncs has connected anew: what was sent to it before is gone, and is not waited for. */
  async #commit({ from, body, id }: UpStatement): Promise<void> {
    if (!isStandId(from) || body.type === "ack") return;
    this.#silence.heard(from);
    if (body.type === "sync") this.#post.lost(topicOf(from, "down"));
    await this.#options.hear(from, body, id);
  }

  #down(because: string): void {
    this.#options.log.warn("fleet link down", { because });
    this.#post.lost();
    this.#options.changed();
  }

  async #hear({ topic, payload }: Message): Promise<void> {
    const about = readTopic(topic);
    if (about === undefined) return;
    if (about.channel === "up") await this.#exchange.hear(payload);
    else if (about.channel === "presence") this.#hearPresence(about.stand, payload);
    else if (about.channel === "health") this.#hearHealth(about.stand, payload);
  }

  #hearHealth(stand: StandId, payload: Uint8Array): void {
    const health = readJson(payload);
    if (typeof health === "object" && health !== null) this.#options.healthOf(stand, health);
  }

  #hearPresence(stand: StandId, payload: Uint8Array): void {
    const said = presenceSchema.safeParse(readJson(payload));
    if (said.success && said.data.online) this.#silence.isThere(stand);
    if (said.success) this.#presences.hear(stand, said.data, this.#options.clock.now().ms);
  }
}

const readJson = (payload: Uint8Array): unknown => (payload.length > TELEMETRY_MAX_BYTES ? undefined : jsonIn(payload));
