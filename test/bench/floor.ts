import type { Socket } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import { connectAsync, type MqttClient } from "mqtt";
import type { Mosquitto } from "../support/mosquitto.ts";
import { pause } from "../support/until.ts";
import { nowMs } from "./stopwatch.ts";
import type { Side, Toll } from "./trace.ts";

export type BareToll = Pick<Toll, "is" | "side" | "bytes">;

/** When a side began its part of the tolls, and when it was through. */
export type Paid = { readonly begunAt: number; readonly endedAt: number };

/** One side of a sale's commits and hops without any logic, in the process of the product's own side. */
export type Bare = {
  /** Learns what is to be paid, and waits from now on for what the other side sends. */
  arm(tolls: readonly BareToll[]): void;
  /**
   * Pays. The side of the first toll is told to; the other one hears of it by a hop. Resolves when all is long paid: who asked
   * would be told, and woken, before the first hop is on its way.
   */
  go(): Promise<void>;
  paid(): Promise<Paid>;
  close(): Promise<void>;
};

/** SQLite and MQTT.js themselves, set up as the product sets them up, on the same disk and broker. `work` is done last. */
export async function openBare(
  side: Side,
  folder: string,
  broker: Pick<Mosquitto, "url" | "ca">,
  work?: () => void,
): Promise<Bare> {
  const journal = openBareJournal(join(folder, `bare-${side}.sqlite`));
  const client = await connectBare(side, broker);
  const inbox = new Inbox(client);
  const pay = async (tolls: readonly BareToll[], gone: Promise<void>): Promise<Paid> => {
    await gone;
    const begunAt = nowMs();
    for (const { is, side: whose, bytes } of tolls) {
      if (whose === side && is === "commit") journal.commit(bytes);
      else if (whose === side) publishAtOnce(client, `bench/from-${side}`, Buffer.alloc(bytes));
      else if (is === "hop") await inbox.next();
    }
    work?.();
    return { begunAt, endedAt: nowMs() };
  };
  let go = (): void => undefined;
  let paid: Promise<Paid> | undefined;
  return {
    arm: (tolls) => {
      const gone = tolls[0]?.side === side ? new Promise<void>((resolve) => (go = resolve)) : Promise.resolve();
      paid = pay(tolls, gone);
    },
    go: () => {
      go();
      return pause(PAID_AT_LAST_MS);
    },
    paid: () => paid ?? Promise.reject(new Error("it was not armed")),
    close: async () => {
      await client.endAsync();
      journal.close();
    },
  };
}

/** Longer than all tolls of a sale take together, on all but the slowest machines. */
const PAID_AT_LAST_MS = 20;

/** MQTT.js holds back what it writes until the turn is over; the product does not let it, and neither does its floor. */
function publishAtOnce(client: MqttClient, topic: string, payload: Buffer): void {
  client.publish(topic, payload, { qos: 1 });
  (client.stream as Socket).uncork();
}

/** More than fill a log once: from then on commits write over it, as those of a journal in use do, and need no new space. */
const FIRST_COMMITS = 1_200;

function openBareJournal(file: string): { commit(bytes: number): void; close(): void } {
  const database = new Database(file);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE rows (row TEXT NOT NULL)");
  const insert = database.prepare("INSERT INTO rows (row) VALUES (?)");
  for (let nth = 0; nth < FIRST_COMMITS; nth += 1) insert.run("x");
  database.exec("PRAGMA synchronous = FULL");
  return { commit: (bytes) => void insert.run("x".repeat(bytes)), close: () => void database.close() };
}

async function connectBare(side: Side, { url, ca }: Pick<Mosquitto, "url" | "ca">): Promise<MqttClient> {
  const options = { protocolVersion: 4 as const, reconnectPeriod: 0, clientId: `bare-${side}` };
  const client = await connectAsync(url, { ...options, ...(ca === undefined ? {} : { ca }) });
  (client.stream as Socket).setNoDelay(true);
  await client.subscribeAsync(`bench/from-${side === "stand" ? "backend" : "stand"}`, { qos: 1 });
  return client;
}

/** What came and was not waited for yet. */
class Inbox {
  #unread = 0;
  #hear: (() => void) | undefined;

  constructor(client: MqttClient) {
    client.on("message", () => {
      this.#unread += 1;
      this.#hear?.();
    });
  }

  async next(): Promise<void> {
    if (this.#unread === 0)
      await new Promise<void>((resolve) => {
        this.#hear = resolve;
      });
    this.#unread -= 1;
  }
}
