import { connectAsync, type MqttClient } from "mqtt";

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

  /** Resolves when the broker has it. */
  async says(topic: string, payload: string | Uint8Array, retain = false): Promise<void> {
    const bytes = typeof payload === "string" ? payload : Buffer.from(payload);
    await this.#client.publishAsync(topic, bytes, { qos: 1, retain });
  }

  async leaves(): Promise<void> {
    await this.#client.endAsync(true);
  }
}

export async function stranger(port: number): Promise<Stranger> {
  return new Stranger(await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, reconnectPeriod: 0 }));
}
