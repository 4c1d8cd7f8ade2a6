import type { Socket } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import { connectAsync, type MqttClient } from "mqtt";
import type { Mosquitto } from "../support/mosquitto.ts";
import { nowMs } from "./stopwatch.ts";
import type { Side, Toll } from "./trace.ts";

/** The same commits and hops as a sale, one after another, and no logic between them. */
export type Floor = {
  /** Milliseconds from the first to the last. */
  replay(tolls: readonly Pick<Toll, "is" | "side" | "bytes">[], work?: () => void): Promise<number>;
  close(): Promise<void>;
};

type Bare = { commit(bytes: number): void; readonly client: MqttClient; close(): Promise<void> };

/** SQLite and MQTT.js themselves, set up as the product sets them up, on the same disk and broker. */
export async function openFloor(folder: string, broker: Pick<Mosquitto, "url" | "ca">): Promise<Floor> {
  const sides: Record<Side, Bare> = {
    stand: await openBare("stand", folder, broker),
    backend: await openBare("backend", folder, broker),
  };
  const hop = async (from: Side, bytes: number): Promise<void> => {
    const to = sides[from === "stand" ? "backend" : "stand"].client;
    const heard = new Promise<void>((resolve) => to.once("message", () => resolve()));
    sides[from].client.publish(`bench/from-${from}`, Buffer.alloc(bytes), { qos: 1 });
    await heard;
  };
  return {
    replay: async (tolls, work) => {
      const begun = nowMs();
      for (const { is, side, bytes } of tolls) {
        if (is === "commit") sides[side].commit(bytes);
        else await hop(side, bytes);
      }
      work?.();
      return nowMs() - begun;
    },
    close: async () => {
      await Promise.all([sides.stand.close(), sides.backend.close()]);
    },
  };
}

async function openBare(side: Side, folder: string, { url, ca }: Pick<Mosquitto, "url" | "ca">): Promise<Bare> {
  const database = new Database(join(folder, `bare-${side}.sqlite`));
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (row TEXT NOT NULL)");
  const insert = database.prepare("INSERT INTO rows (row) VALUES (?)");
  const options = { protocolVersion: 4 as const, reconnectPeriod: 0, clientId: `bare-${side}` };
  const client = await connectAsync(url, { ...options, ...(ca === undefined ? {} : { ca }) });
  (client.stream as Socket).setNoDelay(true);
  await client.subscribeAsync(`bench/from-${side === "stand" ? "backend" : "stand"}`, { qos: 1 });
  return {
    commit: (bytes) => void insert.run("x".repeat(bytes)),
    client,
    close: async () => {
      await client.endAsync();
      database.close();
    },
  };
}
