import type { EventEmitter } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { Aedes, type AedesOptions, type Client, type PublishPacket } from "aedes";
import type { Log } from "../host/log.ts";
import { PACKET_MAX_BYTES } from "../wire/packet-meter.ts";
import { metered } from "./metered.ts";

/** Who speaks to the broker. */
export type BrokerClient = { readonly id: string; readonly username: string | undefined };
export type BrokerAction = "publish" | "subscribe";

export type BrokerOptions = {
  /** 0 takes any free one. */
  readonly port: number;
  /** Default 127.0.0.1: a broker that others may reach is a decision. */
  readonly host?: string;
  readonly log: Log;
  /** Everybody may connect when absent. */
  authenticate?(client: BrokerClient, password: string | undefined): boolean;
  /** Everything but `$SYS` is allowed when absent. A refused publication ends the connection, as MQTT 3.1.1 has no other answer. */
  authorize?(client: BrokerClient, action: BrokerAction, topic: string): boolean;
  /** Every message that a client published, last wills included; nothing waits for it. */
  onPublish?(topic: string, payload: Uint8Array, client: string): void;
  /** Longest MQTT packet. Default 256 KiB. */
  readonly packetMaxBytes?: number;
  /** Connections at the same time; one more is closed at once. Default 256. */
  readonly connectionsMax?: number;
  /** How long a connection may take to say who it is. Default 10 s. */
  readonly connectWithinMs?: number;
};

export type Broker = {
  readonly port: number;
  readonly url: string;
  /** Ids of the clients that are connected. */
  clients(): readonly string[];
  /** Breaks a client's connection, so that its last will is published. False when it is not connected. */
  drop(clientId: string): boolean;
  close(): Promise<void>;
};

/** What one client may make the broker keep. */
const SUBSCRIPTIONS_MAX = 64;
const RETAINED_MAX_BYTES = 4_096;
const RETAINED_TOPICS_MAX = 4_096;
/** A longer keep-alive, or none, would let silent connections fill the house. */
const KEEPALIVE_MAX_SECONDS = 600;

/**
 * An MQTT 3.1.1 broker within the process, for the demo and for tests. It keeps no sessions and no messages, only retained
 * ones; `$share` subscriptions it grants, but serves none.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const clients = new Map<string, Client>();
  const aedes = await Aedes.createBroker(aedesOptions(options));
  const faults: EventEmitter = aedes;
  faults.on("error", (error: Error) => options.log.error("broker trouble", { error }));
  aedes.on("client", (client) => clients.set(client.id, client));
  aedes.on("clientDisconnect", (client) => clients.get(client.id) === client && clients.delete(client.id));
  aedes.on("publish", (packet, client) => {
    if (client !== null) options.onPublish?.(packet.topic, Buffer.from(packet.payload), client.id);
  });
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    aedes.handle(metered(socket, options.packetMaxBytes ?? PACKET_MAX_BYTES));
  });
  server.maxConnections = options.connectionsMax ?? 256;
  const close = (): Promise<void> => new Promise((resolve) => aedes.close(resolve));
  const { port, host } = await listen(server, options.port, options.host ?? "127.0.0.1").catch(
    async (error: unknown) => {
      await close();
      throw error;
    },
  );
  return {
    port,
    url: `mqtt://${host}:${port}`,
    clients: () => [...clients.keys()],
    drop: (clientId) => {
      const client = clients.get(clientId);
      client?.conn.destroy();
      return client !== undefined;
    },
    close: async () => {
      const isClosed = new Promise<void>((resolve) => server.close(() => resolve()));
      await close();
      for (const socket of sockets) socket.destroy();
      await isClosed;
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<{ readonly port: number; readonly host: string }> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve({ port: (server.address() as AddressInfo).port, host: host.includes(":") ? `[${host}]` : host });
    });
  });
}

function aedesOptions(options: BrokerOptions): AedesOptions {
  const names = new WeakMap<Client, string>();
  const subscriptions = new WeakMap<Client, number>();
  const retained = new Set<string>();
  const isAllowed = (client: Client, action: BrokerAction, topic: string): boolean =>
    options.authorize?.({ id: client.id, username: names.get(client) }, action, topic) ?? true;
  return {
    connectTimeout: options.connectWithinMs ?? 10_000,
    keepaliveLimit: KEEPALIVE_MAX_SECONDS,
    /* Nothing here speaks QoS 2, whose half-done messages the broker would have to keep. */
    maxInflightInbound: 1,
    preConnect: (_client, packet, answer) =>
      answer(packet.clean === false ? new Error("no sessions here") : null, packet.clean !== false),
    authenticate: (client, username, password, answer) => {
      if (username !== undefined) names.set(client, username);
      answer(null, options.authenticate?.({ id: client.id, username }, password?.toString()) ?? true);
    },
    authorizePublish: (client, packet, answer) => {
      const isWelcome =
        client === null ||
        (packet.qos !== 2 &&
          !packet.topic.startsWith("$") &&
          isAllowed(client, "publish", packet.topic) &&
          mayRetain(retained, packet));
      answer(isWelcome ? null : new Error(`${client.id} may not publish to ${packet.topic}`));
    },
    authorizeSubscribe: (client, subscription, answer) => {
      const count = (subscriptions.get(client) ?? 0) + 1;
      subscriptions.set(client, count);
      const isWelcome = count <= SUBSCRIPTIONS_MAX && isAllowed(client, "subscribe", subscription.topic);
      answer(null, isWelcome ? subscription : null);
    },
  };
}

/** Retained messages are the only ones that stay: short ones, on a bounded number of topics. An empty one takes one back. */
function mayRetain(retained: Set<string>, { retain, topic, payload }: PublishPacket): boolean {
  if (!retain) return true;
  if (payload.length === 0) retained.delete(topic);
  else if (payload.length > RETAINED_MAX_BYTES) return false;
  else if (!retained.has(topic) && retained.size >= RETAINED_TOPICS_MAX) return false;
  else retained.add(topic);
  return true;
}
