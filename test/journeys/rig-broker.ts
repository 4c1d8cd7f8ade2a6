import type { MqttSettings } from "../../wire/mqtt.ts";
import type { Mosquitto } from "../support/mosquitto.ts";

type Wire = Pick<MqttSettings, "url" | "tls" | "username" | "password">;

export type WayIn = {
  readonly port: number;
  /** How a stand, by its id, or `backend.1` comes in by a cable that ends at this port. Plain and nameless when absent. */
  wire?(who: string, port: number): Wire;
  /** In which the backend shares statements; none when absent. */
  readonly group?: string;
};

/** The broker of a rig. */
export type RigBroker = WayIn & Pick<Mosquitto, "kill" | "restart" | "close">;

export const wireTo = (broker: WayIn, who: string, port: number): Wire =>
  broker.wire?.(who, port) ?? { url: `mqtt://127.0.0.1:${port}` };
