import type { Log } from "../../host/log.ts";
import type { Random } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import { everyTopicOf } from "../../protocol/topics.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import { startBroker } from "../broker.ts";

export type BusParts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** A broker that is there already; one is started when absent. */
  readonly broker?: { readonly host: string; readonly port: number };
  heard(topic: string, payload: Uint8Array): void;
};

/** The broker, and an ear on it. */
export type Bus = {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
};

export async function openBus({ clock, random, log, broker, heard }: BusParts): Promise<Bus> {
  if (broker === undefined) {
    const own = await startBroker({ port: 0, log, onPublish: heard });
    return { url: own.url, host: "127.0.0.1", port: own.port, close: () => own.close() };
  }
  const host = broker.host.includes(":") ? `[${broker.host}]` : broker.host;
  const url = `mqtt://${host}:${broker.port}`;
  const open = openMqtt({ url, clock, random, log });
  const ear = open(
    {
      clientId: `demo-${Math.floor(random() * 1e9)}`,
      subscribe: [everyTopicOf("up"), everyTopicOf("down"), everyTopicOf("presence")],
    },
    {
      up: () => undefined,
      down: () => undefined,
      hear: async ({ topic, payload }) => heard(topic, payload),
    },
  );
  return { ...broker, url, close: () => ear.close() };
}
