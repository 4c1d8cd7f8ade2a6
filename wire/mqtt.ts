import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, type SecureContext } from "node:tls";
import { isDeepStrictEqual } from "node:util";
import { type IClientOptions, MqttClient } from "mqtt";
import type { Log } from "../host/log.ts";
import type { Random } from "../protocol/ids.ts";
import type { Clock } from "../protocol/time.ts";
import { type Connection, type ConnectionEvents, type Dial, type Patience, wordsOf } from "./attempt.ts";
import { PACKET_MAX_BYTES, PacketMeter } from "./packet-meter.ts";
import { Reception } from "./reception.ts";
import { type Redial, RedialledTransport, usualPatience, usualRedial } from "./redial.ts";
import type { OpenTransport, TransportOptions, Will } from "./transport.ts";

/** PEM texts: who may vouch for the broker (the system's list when absent), and who we are. */
export type TlsTexts = { readonly ca?: string; readonly cert?: string; readonly key?: string };

export type MqttSettings = {
  /** `mqtt://host[:1883]` or `mqtts://host[:8883]`, without user or password. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** Asked once for each connection; where it throws later on, the last texts stay in use. */
  readonly tls?: () => TlsTexts;
  /** A silent connection is noticed after one and a half of these. Default 30. */
  readonly keepaliveSeconds?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly redial?: Partial<Redial>;
  readonly patience?: Partial<Patience>;
};

/**
 * MQTT 3.1.1 with QoS 1 and clean sessions. Of MQTT.js it uses the codec, the acknowledgements and the pings; its queue, its
 * stores and its reconnecting stay unused. Throws `TypeError` on settings that can never connect.
 */
export function openMqtt(settings: MqttSettings): OpenTransport {
  const openSocket = socketOpener(settings);
  const { clock, random, log } = settings;
  const redial = { ...usualRedial, ...settings.redial };
  const patience = { ...usualPatience, ...settings.patience };
  return (options, events) => {
    const dial: Dial = (will, heard) => dialMqtt({ ...settings, patience }, options, openSocket(), will, heard);
    return new RedialledTransport({ dial, clock, random, log, redial, patience }, options, events);
  };
}

/** A slow mobile link needs longer than Node's 250 ms before the next of several addresses is tried. */
const NEXT_ADDRESS_MS = 2_500;

function socketOpener({ url, tls, log }: MqttSettings): () => Socket {
  const { protocol, hostname, port, username, password } = new URL(url);
  if (username !== "" || password !== "")
    throw new TypeError("a broker's address holds no user or password: give them apart");
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  if (protocol === "mqtt:") {
    const at = { host, port: Number(port || 1883), autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS };
    return () => connectTcp(at);
  }
  if (protocol !== "mqtts:") throw new TypeError(`${url}: a broker's address begins with mqtt:// or mqtts://`);
  const at = { host, port: Number(port || 8883), autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS };
  const secured = renewing(tls ?? (() => ({})), log);
  const servername = isIP(host) === 0 ? host : "";
  return () => connectTls({ ...at, secureContext: secured(), servername });
}

/** A certificate that is being renewed may be half there: a stand that was trusted until now does not stay away for that. */
function renewing(read: () => TlsTexts, log: Log): () => SecureContext {
  let texts = read();
  let context = trusting(texts);
  return () => {
    try {
      const now = read();
      if (!isDeepStrictEqual(now, texts)) {
        context = trusting(now);
        texts = now;
      }
    } catch (error) {
      log.warn("certificates for the broker not read anew, the last ones are used", { because: wordsOf(error) });
    }
    return context;
  };
}

function trusting(tls: TlsTexts): SecureContext {
  try {
    return createSecureContext({ ...tls, minVersion: "TLSv1.2" });
  } catch (error) {
    throw new TypeError(`the certificates or the key for the broker cannot be read: ${wordsOf(error)}`, {
      cause: error,
    });
  }
}

type DialSettings = MqttSettings & { readonly patience: Patience };

function dialMqtt(
  settings: DialSettings,
  options: TransportOptions,
  socket: Socket,
  will: Will | undefined,
  events: ConnectionEvents,
): Connection {
  watch(socket, events);
  const client = new MqttClient(() => socket, clientOptions(settings, options.clientId, will));
  const reception = new Reception(HEARD_AT_ONCE, events.hear, (them) => acknowledge(socket, them));
  const ids = new WeakMap<object, number>();
  client.handleMessage = (packet, goOn) => {
    const { topic, payload } = packet;
    reception.take({ topic, payload: bytesOf(payload) }, ids.get(packet), goOn);
  };
  /* Stays for as long as the client exists: an `error` that nobody hears ends the process. */
  client.on("error", (error) => events.ended(wordsOf(error)));
  client.on("close", () => events.ended("the connection was closed"));
  client.on("packetreceive", (packet) => {
    if (packet.cmd !== "publish") return;
    if (packet.qos === 2) events.ended("the broker sent with QoS 2, which nobody asked for");
    if (packet.qos !== 1 || packet.messageId === undefined) return;
    /* MQTT.js reads nothing more until it has acknowledged; so it is told that this one needs none, and we acknowledge. */
    ids.set(packet, packet.messageId);
    packet.qos = 0;
  });
  client.on("connect", () => subscribe(client, options, events));
  return {
    publish: (topic, payload, { retain = false, unconfirmed = false }, taken) => {
      const qos = unconfirmed ? 0 : 1;
      client.publish(topic, payload, { qos, retain }, (error) => taken(error === undefined || error === null));
      /* MQTT.js gathers what it writes until the turn is over; who publishes often has more to do in it. */
      socket.uncork();
    },
    cut: () => {
      client.end(true);
      socket.destroy();
    },
    leave: (gone) => void client.end(false, {}, gone),
  };
}

/** What is heard and not yet on disk, at most; the broker's own bound, its messages in flight, is mostly lower. */
const HEARD_AT_ONCE = 64;
const PUBACK = 0x40;

/** Whole PUBACKs (MQTT 3.1.1, 3.4); MQTT.js writes whole packets too, so none comes into the midst of another. */
function acknowledge(socket: Socket, ids: readonly number[]): void {
  if (socket.writable) socket.write(Buffer.from(ids.flatMap((id) => [PUBACK, 2, id >> 8, id & 0xff])));
}

/** Nagle's algorithm would hold each answer back for up to 44 ms. */
function watch(socket: Socket, events: ConnectionEvents): void {
  const meter = new PacketMeter();
  socket.on("connect", () => socket.setNoDelay(true));
  socket.on("error", (error) => events.ended(wordsOf(error)));
  socket.on("data", (bytes: Uint8Array) => {
    if (!meter.see(bytes)) events.ended(`the broker sent a packet of more than ${PACKET_MAX_BYTES} bytes`);
  });
}

type Subscriptions = Pick<TransportOptions, "subscribe" | "overhear">;

function subscribe(client: MqttClient, { subscribe, overhear = [] }: Subscriptions, events: ConnectionEvents): void {
  const topics = [...subscribe, ...overhear];
  if (topics.length === 0) {
    events.up();
    return;
  }
  const qosOf = (topic: string) => ({ qos: overhear.includes(topic) ? (0 as const) : (1 as const) });
  const asked = Object.fromEntries(topics.map((topic) => [topic, qosOf(topic)]));
  client.subscribe(asked, (error) => {
    if (error) events.ended(`the broker refused a subscription to ${topics.join(", ")}: ${wordsOf(error)}`);
    else events.up();
  });
}

function clientOptions(settings: DialSettings, clientId: string, will: Will | undefined): IClientOptions {
  const { username, password } = settings;
  return {
    clientId,
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    /* Ours comes first. */
    connectTimeout: 2 * settings.patience.connectMs,
    keepalive: settings.keepaliveSeconds ?? 30,
    timerVariant: intervalsOf(settings.clock),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(will === undefined
      ? {}
      : { will: { ...will, payload: Buffer.from(will.payload), qos: 1 as const, retain: true } }),
  };
}

const bytesOf = (payload: string | Uint8Array): Uint8Array =>
  typeof payload === "string" ? Buffer.from(payload) : payload;

type Intervals = Exclude<NonNullable<IClientOptions["timerVariant"]>, string>;

/** The pings run on our clock, like everything else. */
function intervalsOf(clock: Clock): Intervals {
  const running = new Map<number, () => void>();
  let made = 0;
  const rearm = (id: number, run: () => void, ms: number): void => {
    const stop = clock.after(ms, () => {
      rearm(id, run, ms);
      run();
    });
    running.set(id, stop);
  };
  return {
    set: (run: () => void, ms?: number) => {
      made += 1;
      rearm(made, run, ms ?? 0);
      return made;
    },
    clear: (id: number) => {
      running.get(id)?.();
      running.delete(id);
    },
  } as Intervals;
}
