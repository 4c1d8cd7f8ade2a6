import { Agent, request } from "node:http";
import type { Socket } from "node:net";
import { connectAsync, type MqttClient } from "mqtt";
import {
  firstReleaseOf,
  newOrderId,
  newUlid,
  type OrderId,
  type StandId,
  type StatementId,
} from "../../protocol/ids.ts";
import { newKeyPair, type PublicJwk } from "../../protocol/keys.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { seal } from "../../protocol/seal.ts";
import type { Statement, UpBody } from "../../protocol/statements.ts";
import { everyTopicOf, topicOf } from "../../protocol/topics.ts";
import { bareTopicOf, type Kind, qosOf, readBare, type Samples, writeBare } from "./bare-words.ts";
import { noticeOf, PATH } from "./shop.ts";
import { Signal } from "./signal.ts";
import { nowMs } from "./stopwatch.ts";

/** Whoever buys and delivers, with the backends' logic or without. */
export interface Talk {
  /** One sale, from the stand's word to the backend's ack of its end. Answers how long the webhook's money took to the stand. */
  sell(): Promise<number>;
  close(): Promise<void>;
}

const AMOUNT = rupiah(15_000);
const ITEMS = [{ product: "kopi", name: "Kopi Susu", price: AMOUNT, quantity: 1 }];
const PATIENCE_MS = 120_000;
const BOOT = "bench";

export const newStands = (count: number) =>
  Array.from({ length: count }, (_, nth) => ({ id: `stand-${nth + 1}` as StandId, pair: newKeyPair() }));
export type BenchStands = ReturnType<typeof newStands>;
export const publicOf = (stands: BenchStands): readonly { readonly id: string; readonly jwk: PublicJwk }[] =>
  stands.map(({ id, pair }) => ({ id, jwk: pair.publicJwk }));

/** A sale's words by its stand, sealed before anybody looks at the clock. */
type Prepared = {
  readonly stand: BenchStands[number];
  readonly order: OrderId;
  readonly charge: string;
  readonly delivered: string;
  readonly deliveredId: string;
};

/** Stands over one connection to the real broker, speaking real statements; what they are told is acked, and not checked. */
export class StandTalk implements Talk {
  readonly #client: MqttClient;
  readonly #post: Post;
  readonly #prepared: Prepared[];
  readonly #stands: ReadonlyMap<string, BenchStands[number]>;
  readonly #heard = new Waiting();
  readonly #said = new Map<string, string>();

  private constructor(client: MqttClient, stands: BenchStands, ports: readonly number[], sales: number) {
    this.#client = client;
    this.#stands = new Map(stands.map((stand) => [stand.id, stand]));
    this.#prepared = Array.from({ length: sales }, (_, nth) => this.#prepare(stands, nth));
    this.#post = new Post(ports);
    client.on("message", (topic, payload) => this.#hear(topic, payload));
  }

  static async open(broker: string, stands: BenchStands, ports: readonly number[], sales: number): Promise<StandTalk> {
    const client = await connected(broker, "stands");
    const talk = new StandTalk(client, stands, ports, sales);
    await client.subscribeAsync(everyTopicOf("down"), { qos: 1 });
    return talk;
  }

  /** Of each kind what was said last. */
  get samples(): Samples {
    return Object.fromEntries(this.#said) as Samples;
  }

  async sell(): Promise<number> {
    const sale = this.#prepared.pop();
    if (sale === undefined) throw new Error("more sales than were prepared");
    const offered = this.#heard.next(`offer ${sale.order}`);
    this.#say(sale.stand.id, "charge", sale.charge);
    await offered;
    const settled = this.#heard.next(`settled ${sale.order}`);
    const since = nowMs();
    const noticed = this.#post.send(noticeOf({ order: sale.order, number: 1, amount: AMOUNT }));
    await settled;
    const tookMs = nowMs() - since;
    const acked = this.#heard.next(sale.deliveredId);
    this.#say(sale.stand.id, "delivered", sale.delivered);
    await Promise.all([acked, noticed]);
    return tookMs;
  }

  async close(): Promise<void> {
    this.#post.close();
    await this.#client.endAsync();
  }

  #prepare(stands: BenchStands, nth: number): Prepared {
    const stand = stands[nth % stands.length];
    if (stand === undefined) throw new RangeError("no stands");
    const order = newOrderId(Date.now(), Math.random);
    const about = { type: "charge", order, amount: AMOUNT, items: ITEMS, method: "qris" } as const;
    const charge = sealedBy(stand, nth + 1, { ...about, patienceMs: PATIENCE_MS });
    const release = firstReleaseOf(order);
    const delivered = sealedBy(stand, nth + 1, { type: "delivered", order, release, confirmed: false });
    return { stand, order, charge: charge.text, delivered: delivered.text, deliveredId: delivered.id };
  }

  #say(stand: StandId, kind: string, text: string): void {
    this.#said.set(kind, text);
    this.#client.publish(topicOf(stand, "up"), text, { qos: qosOf(kind) });
  }

  #hear(topic: string, payload: Buffer): void {
    const text = payload.toString("latin1");
    const { id, body } = readSealed(text);
    const { type, order, ids } = body;
    this.#said.set(type, text);
    for (const id of ids ?? []) this.#heard.came(id);
    if (order === undefined) return;
    this.#heard.came(`${type} ${order}`);
    const stand = this.#stands.get(topic.split("/")[3] ?? "");
    if (stand === undefined) return;
    const ack = sealedBy(stand, 0, { type: "ack", ids: [id] });
    this.#say(stand.id, "ack", ack.text);
  }
}

/** The same stands, doing the same with the same words, at backends without any logic. */
export class BareTalk implements Talk {
  readonly #client: MqttClient;
  readonly #post: Post;
  readonly #samples: Samples;
  readonly #stands: BenchStands;
  readonly #heard = new Waiting();
  #sold = 0;

  private constructor(client: MqttClient, stands: BenchStands, samples: Samples, ports: readonly number[]) {
    this.#client = client;
    this.#stands = stands;
    this.#samples = samples;
    this.#post = new Post(ports);
    client.on("message", (_, payload) => this.#hear(payload));
  }

  static async open(
    broker: string,
    stands: BenchStands,
    samples: Samples,
    ports: readonly number[],
  ): Promise<BareTalk> {
    const client = await connected(broker, "bare-stands");
    const talk = new BareTalk(client, stands, samples, ports);
    await client.subscribeAsync(everyTopicOf("down"), { qos: 1 });
    return talk;
  }

  async sell(): Promise<number> {
    this.#sold += 1;
    const sale = this.#sold;
    const offered = this.#heard.next(`offer ${sale}`);
    this.#say("charge", sale, this.#samples.charge);
    await offered;
    const settled = this.#heard.next(`settled ${sale}`);
    const since = nowMs();
    const noticed = this.#post.send(noticeOf({ order: String(sale) as OrderId, number: 1, amount: AMOUNT }));
    await settled;
    const tookMs = nowMs() - since;
    const acked = this.#heard.next(`ack ${sale}`);
    this.#say("delivered", sale, this.#samples.delivered);
    await Promise.all([acked, noticed]);
    return tookMs;
  }

  async close(): Promise<void> {
    this.#post.close();
    await this.#client.endAsync();
  }

  #say(kind: Kind, sale: number, sealed: string): void {
    const topic = bareTopicOf(sale, this.#stands.length, "up");
    this.#client.publish(topic, writeBare(kind, sale, sealed), { qos: qosOf(kind) });
  }

  #hear(payload: Buffer): void {
    const text = payload.toString("latin1");
    const [kind, sale] = readBare(text);
    const { id } = readSealed(text);
    this.#heard.came(`${kind} ${sale}`);
    const stand = this.#stands[sale % this.#stands.length];
    if (kind === "ack" || stand === undefined) return;
    this.#say("ack", sale, sealedBy(stand, 0, { type: "ack", ids: [id as StatementId] }).text);
  }
}

function sealedBy({ id: from, pair }: BenchStands[number], seq: number, body: UpBody) {
  const id = newUlid(Date.now(), Math.random);
  const statement = { v: 1, id, from, to: "backend", at: { journal: BOOT, seq }, body } as Statement;
  return { id, text: seal(statement, pair.signing) };
}

type Said = {
  readonly id: StatementId;
  readonly body: { readonly type: string; readonly order?: string; readonly ids?: readonly string[] };
};

const readSealed = (text: string): Said =>
  JSON.parse(Buffer.from(text.split(".")[1] ?? "", "base64url").toString()) as Said;

async function connected(broker: string, clientId: string): Promise<MqttClient> {
  const client = await connectAsync(broker, { protocolVersion: 4, reconnectPeriod: 0, clientId });
  (client.stream as Socket).setNoDelay(true);
  return client;
}

/** What somebody waits for, by name; what nobody waits for is nothing to anybody. */
class Waiting {
  readonly #signals = new Map<string, Signal>();

  async next(name: string): Promise<void> {
    const signal = new Signal();
    this.#signals.set(name, signal);
    await signal.next(name);
  }

  came(name: string): void {
    this.#signals.get(name)?.tell();
    this.#signals.delete(name);
  }
}

/** Webhooks, to one backend after another, over connections that stay. */
class Post {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #ports: readonly number[];
  #next = 0;

  constructor(ports: readonly number[]) {
    this.#ports = ports;
  }

  send(body: string): Promise<void> {
    this.#next += 1;
    const port = this.#ports[this.#next % this.#ports.length];
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const how = { host: "127.0.0.1", port, path: PATH, method: "POST", headers, agent: this.#agent };
      const asked = request(how, (answer) => {
        answer.resume();
        if (answer.statusCode === 200) answer.on("end", resolve);
        else reject(new Error(`the webhook answered ${answer.statusCode}`));
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
