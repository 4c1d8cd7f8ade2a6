import type { ConnectionOptions } from "node:tls";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";

/** Whatever comes by on a topic. */
export type Overheard = { readonly topic: string; readonly payload: Buffer };

/** Somebody at the broker who may publish and hear everything, and belongs to nobody: a broker under foreign control. */
export class Stranger {
  readonly #client: MqttClient;
  readonly heard: Overheard[] = [];

  constructor(client: MqttClient) {
    this.#client = client;
    client.on("message", (topic, payload) => this.heard.push({ topic, payload }));
    client.on("error", () => undefined);
  }

  /** Hears all that stands and backend say from now on. */
  async listens(): Promise<void> {
    await this.#client.subscribeAsync("qris/v1/stands/#", { qos: 1 });
  }

  get isIn(): boolean {
    return this.#client.connected;
  }

  /** What the broker grants of these, QoS or 128, in their order. */
  async orders(...topics: readonly string[]): Promise<readonly number[]> {
    return (await this.#client.subscribeAsync([...topics], { qos: 1 })).map(({ qos }) => qos);
  }

  /** Resolves when the broker has it. */
  async says(topic: string, payload: string | Uint8Array, retain = false, qos: 1 | 2 = 1): Promise<void> {
    const bytes = typeof payload === "string" ? payload : Buffer.from(payload);
    await this.#client.publishAsync(topic, bytes, { qos, retain });
  }

  async leaves(): Promise<void> {
    await this.#client.endAsync(true);
  }
}

export const stranger = (port: number): Promise<Stranger> => strangerAt(`mqtt://127.0.0.1:${port}`, {});

export type StrangersOptions = IClientOptions & Pick<ConnectionOptions, "minVersion" | "maxVersion" | "ciphers">;

/** Comes in once, as `options` say; rejects when he is not let in. */
export async function strangerAt(url: string, options: StrangersOptions): Promise<Stranger> {
  const client = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, ...options }, false);
  return new Stranger(client);
}
