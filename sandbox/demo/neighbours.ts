import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import type { Random, StandId } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import { topicOf } from "../../protocol/topics.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import type { Neighbour } from "./fleet.ts";

/** Stands that are somewhere else: nothing of them is here but what they say of their health. */

const MINUTE_MS = 60_000;
const MB = 1_000_000;

/** How they are; who is not here is silent. */
const CONDITIONS: Readonly<Partial<Record<Neighbour, readonly string[]>>> = {
  "gambir-1": [],
  "tugu-1": [],
  "tunjungan-1": ["no-paper"],
  "ngurah-rai-1": [],
  "kualanamu-1": [],
};

export type NeighboursParts = {
  readonly url: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** Says of each at once, and every minute, how it is. */
export function openNeighbours({ url, clock, random, log }: NeighboursParts): { close(): Promise<void> } {
  const boot = `demo-${Math.floor(random() * 1e9)}`;
  const begun = clock.now().ms;
  const sayAll = async (): Promise<void> => {
    for (const [id, obstacles] of Object.entries(CONDITIONS)) {
      const stand = id as StandId;
      const health = healthOf({ obstacles, boot, upSeconds: Math.round((clock.now().ms - begun) / 1_000), random });
      await transport.publish(topicOf(stand, "presence"), JSON.stringify({ online: true, boot, connection: 1 }), {
        retain: true,
      });
      await transport.publish(topicOf(stand, "health"), JSON.stringify(health));
    }
  };
  const failed = (error: unknown): void => log.warn("neighbours said nothing", { error });
  const transport = openMqtt({ url, clock, random, log })(
    { clientId: `neighbours-${Math.floor(random() * 1e9)}`, subscribe: [] },
    { up: () => void sayAll().catch(failed), down: () => undefined, hear: async () => undefined },
  );
  const stop = every(clock, log, {
    firstMs: MINUTE_MS,
    everyMs: MINUTE_MS,
    what: "neighbours said nothing",
    run: sayAll,
  });
  return {
    close: () => {
      stop();
      return transport.close();
    },
  };
}

type Seen = {
  readonly obstacles: readonly string[];
  readonly boot: string;
  readonly upSeconds: number;
  readonly random: Random;
};

/** As a stand says it; see gateway/health/health.ts. */
const healthOf = ({ obstacles, boot, upSeconds, random }: Seen) => ({
  version: "0.1.0",
  boot,
  uptimeSeconds: upSeconds + 86_400,
  rss: Math.round(88 * MB + random() * 8 * MB),
  heap: 24 * MB,
  load: Math.round(10 + random() * 25) / 100,
  temperature: Math.round(480 + random() * 80) / 10,
  diskFree: 11_300 * MB,
  unsent: 0,
  backlog: { count: 0 },
  printer: obstacles.includes("no-paper") ? "paper-out" : "ready",
  panel: "ok",
  obstacles,
  connected: true,
  reconnects: 1,
  clockOffsetMs: Math.round(random() * 40),
  page: "welcome",
});
