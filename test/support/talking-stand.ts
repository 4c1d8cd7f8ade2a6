import { systemChance } from "../../host/chance.ts";
import { steadyClock } from "../../host/clock.ts";
import { silentLog } from "../../host/log.ts";
import { newOrderId, newUlid, type OrderId, type StandId } from "../../protocol/ids.ts";
import type { KeySet, SigningKey } from "../../protocol/keys.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { unsealDown } from "../../protocol/seal.ts";
import type { DownBody, DownStatement, UpBody } from "../../protocol/statements.ts";
import { topicOf } from "../../protocol/topics.ts";
import { Exchange } from "../../wire/exchange.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import { Post } from "../../wire/post.ts";
import { until } from "./until.ts";

export type TalkingStand = {
  /** Says it again until a backend has it. */
  says(body: UpBody): Promise<void>;
  /** Asks for a charge of a new order; resolves to the order when a backend has it. */
  asksForCharge(): Promise<OrderId>;
  /** What it was told of this order, each statement once, in the order in which they came first. */
  toldOf(order: OrderId): readonly DownBody[];
  close(): Promise<void>;
};

/** A stand's end of the wire without a stand: it takes in and acks what it is told, and repeats what it says until it is acked. */
export async function talkingStand(
  url: string,
  id: StandId,
  key: SigningKey,
  backendKeys: KeySet,
): Promise<TalkingStand> {
  const [clock, random, log] = [steadyClock(`boot of ${id}`), systemChance, silentLog];
  const heard = new Map<string, DownBody>();
  const stopping = new AbortController();
  const transport = openMqtt({ url, clock, random, log })(
    { clientId: id, subscribe: [topicOf(id, "down")] },
    { up: () => undefined, down: () => undefined, hear: async ({ payload }) => void (await exchange.hear(payload)) },
  );
  const post = new Post({ transport, clock, ackWithinMs: 3_000 });
  const exchange: Exchange<DownStatement> = new Exchange<DownStatement>({
    ...{ me: id, key, journal: `journal of ${id}`, clock, random, log, post },
    topicTo: () => topicOf(id, "up"),
    publish: (topic, payload) => transport.publish(topic, payload),
    unseal: (payload) => unsealDown(payload, backendKeys, id),
    commit: async (statement) => {
      if (!heard.has(statement.id)) heard.set(statement.id, statement.body);
    },
  });
  await until(`${id} is connected`, () => transport.connected);
  let seq = 0;
  const says = async (body: UpBody): Promise<void> => {
    seq += 1;
    // As a stand's own do, its ids rise: the last word counts.
    const letter = { id: newUlid(Date.UTC(2026, 0, 1) + seq, random), seq, body };
    while (!stopping.signal.aborted && (await exchange.tell(letter, "backend", stopping.signal)) !== "acked")
      await new Promise<void>((resolve) => clock.after(100, resolve));
  };
  return {
    says,
    asksForCharge: async () => {
      const order = newOrderId(Date.UTC(2026, 0, 1), random);
      const price = rupiah(15_000);
      const items = [{ product: "kopi", name: "Kopi Susu", price, quantity: 1 }];
      await says({ type: "charge", order, amount: price, items, method: "qris", patienceMs: 120_000 });
      return order;
    },
    toldOf: (order) => [...heard.values()].filter((body) => "order" in body && body.order === order),
    close: async () => {
      stopping.abort();
      await transport.close();
    },
  };
}
