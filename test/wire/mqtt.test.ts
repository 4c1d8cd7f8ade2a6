import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { steadyClock } from "../../host/clock.ts";
import { type Log, silentLog } from "../../host/log.ts";
import { type Broker, startBroker } from "../../sandbox/broker.ts";
import { type MqttSettings, openMqtt } from "../../wire/mqtt.ts";
import type { Message, PublishOptions, Transport, TransportOptions } from "../../wire/transport.ts";
import { freePort } from "../support/free-port.ts";
import { type Mosquitto, startMosquitto } from "../support/mosquitto.ts";
import { startProxy } from "../support/proxy.ts";
import { pause, until } from "../support/until.ts";

const clock = steadyClock("test");
const redial = { firstMs: 60, capMs: 200, stableMs: 10_000 };

type Line = {
  readonly transport: Transport;
  readonly heard: string[];
  readonly told: string[];
  ups(): number;
  /** What hearing does; replaced by tests. */
  hear: (message: Message) => Promise<void>;
};

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});
const kept = <Thing extends { close(): Promise<void> }>(thing: Thing): Thing => {
  open.push(thing);
  return thing;
};

let made = 0;
function connect(
  settings: Partial<MqttSettings> & { readonly url: string },
  options: Partial<TransportOptions> = {},
): Line {
  made += 1;
  const [heard, told] = [[] as string[], [] as string[]];
  const opener = openMqtt({ clock, random: Math.random, log: silentLog, redial, ...settings });
  const line: Line = {
    heard,
    told,
    ups: () => told.filter((each) => each === "up").length,
    hear: async ({ topic, payload }) => void heard.push(`${topic} ${Buffer.from(payload).toString()}`),
    transport: opener(
      { clientId: `client-${made}`, subscribe: [], ...options },
      {
        up: () => void told.push("up"),
        down: (because) => void told.push(because),
        hear: (message) => line.hear(message),
      },
    ),
  };
  kept(line.transport);
  return line;
}

async function connected(
  settings: Partial<MqttSettings> & { readonly url: string },
  options: Partial<TransportOptions> = {},
) {
  const line = connect(settings, options);
  await until(`it is connected, not ${line.told.join("; ")}`, () => line.transport.connected);
  return line;
}

type Place = { readonly url: string; readonly port: number; restart(): Promise<void>; close(): Promise<void> };

async function embedded(): Promise<Place> {
  let broker: Broker = await startBroker({ port: 0, log: silentLog });
  const { port, url } = broker;
  const restart = async (): Promise<void> => {
    await broker.close();
    broker = await startBroker({ port, log: silentLog });
  };
  return { port, url, restart, close: () => broker.close() };
}

/** Passes bytes on from a thread of its own, and says when it has seen these words. */
async function watchFor(
  words: string,
  to: number,
): Promise<{ readonly port: number; seenWithin(ms: number): boolean }> {
  const isSeen = new Int32Array(new SharedArrayBuffer(4));
  const program = `
    const { connect, createServer } = require("node:net");
    const { parentPort, workerData } = require("node:worker_threads");
    const server = createServer((near) => {
      const far = connect(workerData.to, "127.0.0.1");
      far.pipe(near).on("error", () => far.destroy());
      near.pipe(far).on("error", () => near.destroy());
      near.on("data", (bytes) => {
        if (!bytes.includes(workerData.words)) return;
        Atomics.store(workerData.isSeen, 0, 1);
        Atomics.notify(workerData.isSeen, 0);
      });
    });
    server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`;
  const worker = new Worker(program, { eval: true, workerData: { words, to, isSeen } });
  kept({ close: async () => void (await worker.terminate()) });
  const [port] = await once(worker, "message");
  return { port, seenWithin: (ms) => Atomics.wait(isSeen, 0, 0, ms) !== "timed-out" };
}

describe.each([
  ["Mosquitto", (): Promise<Place> => startMosquitto()],
  ["the embedded broker", embedded],
])("over %s", (_, start) => {
  let place: Place;
  beforeAll(async () => {
    place = await start();
  });
  afterAll(() => place.close());

  test("what is published is on its way before anything else is done", async () => {
    const watch = await watchFor("open the gate", place.port);
    const { transport } = await connected({ url: `mqtt://127.0.0.1:${watch.port}` });
    const taken = transport.publish("words", "open the gate");
    expect(watch.seenWithin(5_000)).toBe(true);
    expect(await taken).toBe(true);
  });

  test("what one publishes another hears, in order, letter for letter", async () => {
    const listener = await connected({ url: place.url }, { subscribe: ["order/+"] });
    const speaker = await connected({ url: place.url });
    const words = Array.from({ length: 100 }, (_each, nth) => `${nth} kopi é ${"x".repeat(nth)}`);
    const sent = await Promise.all(words.map((word) => speaker.transport.publish("order/1", word)));
    expect(sent).not.toContain(false);
    await until("all are heard", () => listener.heard.length === 100);
    expect(listener.heard).toEqual(words.map((word) => `order/1 ${word}`));
  });

  test("what is overheard, and what nobody confirms, is heard by others once", async () => {
    const listener = await connected({ url: place.url }, { subscribe: ["order/+"], overhear: ["presence/+"] });
    const speaker = await connected({ url: place.url });
    expect(await speaker.transport.publish("presence/1", "there")).toBe(true);
    expect(await speaker.transport.publish("order/1", "ack", { unconfirmed: true })).toBe(true);
    await until("both are heard", () => listener.heard.length === 2);
    expect([...listener.heard].sort()).toEqual(["order/1 ack", "presence/1 there"]);
  });

  test("a round trip is not held back by Nagle's algorithm", async () => {
    const line = await connected({ url: place.url }, { subscribe: ["echo"] });
    const lengths: number[] = [];
    for (let nth = 1; nth <= 21; nth++) {
      const begun = process.hrtime.bigint();
      await line.transport.publish("echo", "x".repeat(250));
      await until("it is heard", () => line.heard.length === nth);
      lengths.push(Number(process.hrtime.bigint() - begun) / 1e6);
    }
    expect(lengths.sort((one, other) => one - other)[10]).toBeLessThan(25);
  });

  test("the next message comes only when the one before is on disk", async () => {
    const listener = await connected({ url: place.url }, { subscribe: ["slow"] });
    const tape: string[] = [];
    listener.hear = async ({ payload }) => {
      const word = Buffer.from(payload).toString();
      tape.push(`${word} comes`);
      await pause(15);
      tape.push(`${word} is stored`);
    };
    const speaker = await connected({ url: place.url });
    await Promise.all(["a", "b", "c"].map((word) => speaker.transport.publish("slow", word)));
    await until("all are stored", () => tape.length === 6);
    expect(tape).toEqual(["a comes", "a is stored", "b comes", "b is stored", "c comes", "c is stored"]);
  });

  test("a message that cannot be stored drops the connection, and a clean session does not bring it back", async () => {
    const listener = await connected({ url: place.url }, { subscribe: ["facts"] });
    const seen: string[] = [];
    let isDiskFull = true;
    listener.hear = async ({ payload }) => {
      seen.push(Buffer.from(payload).toString());
      if (isDiskFull) throw new Error("disk full");
    };
    const speaker = await connected({ url: place.url });
    expect(await speaker.transport.publish("facts", "one")).toBe(true);
    await until("it is connected again", () => listener.ups() === 2);
    expect(listener.told[1]).toContain("disk full");
    isDiskFull = false;
    await speaker.transport.publish("facts", "two");
    await until("the second is heard", () => seen.includes("two"));
    expect(seen).toEqual(["one", "two"]);
  });

  test("it comes back after the broker was restarted, subscriptions and all", async () => {
    const listener = await connected({ url: place.url }, { subscribe: ["again"] });
    const speaker = await connected({ url: place.url });
    await place.restart();
    await until("both are back", () => listener.ups() === 2 && speaker.ups() === 2);
    expect(await speaker.transport.publish("again", "hello")).toBe(true);
    await until("it is heard", () => listener.heard.length === 1);
  });

  test("a last will is sent when the connection breaks, numbered and retained, and not after a goodbye", async () => {
    const proxy = kept(await startProxy(place));
    const will = (connection: number) => ({ topic: `presence/${proxy.port}`, payload: `gone ${connection}` });
    const watcher = await connected({ url: place.url }, { subscribe: [`presence/${proxy.port}`] });
    const line = await connected({ url: `mqtt://127.0.0.1:${proxy.port}` }, { will });
    proxy.cut();
    await until("the will is heard", () => watcher.heard.length === 1);
    await until("it is back", () => line.ups() === 2);
    await line.transport.close();
    await watcher.transport.publish(`presence/${proxy.port}`, "end");
    await until("the end is heard", () => watcher.heard.length >= 2);
    expect(watcher.heard).toEqual([`presence/${proxy.port} gone 1`, `presence/${proxy.port} end`]);
    const late = await connected({ url: place.url }, { subscribe: [`presence/${proxy.port}`] });
    await until("the retained will is heard", () => late.heard.length === 1);
    expect(late.heard).toEqual([`presence/${proxy.port} gone 1`]);
  });

  test("a broker that has fallen silent is noticed by its missing answer to a ping", async () => {
    const proxy = kept(await startProxy(place));
    const line = await connected({ url: `mqtt://127.0.0.1:${proxy.port}`, keepaliveSeconds: 1 });
    await pause(1_700);
    expect(line.told).toEqual(["up"]);
    proxy.stall();
    await until("the silence is noticed", () => line.told.length > 1, 4_000);
    expect(line.told[1]).toMatch(/keepalive/i);
    proxy.resume();
    proxy.cut();
    await until("it is back", () => line.ups() === 2);
  });

  test("a publication into a half-open connection is false in time, and a new connection is made", async () => {
    const proxy = kept(await startProxy(place));
    const patience = { publishMs: 150 };
    const line = await connected({ url: `mqtt://127.0.0.1:${proxy.port}`, patience });
    proxy.stall();
    expect(await line.transport.publish("t", "into the void")).toBe(false);
    expect(line.transport.connected).toBe(false);
    proxy.resume();
    await until("it is back", () => line.ups() === 2);
    expect(await line.transport.publish("t", "again")).toBe(true);
  });
});

describe("a broker that does not want us", () => {
  test("by refusing the subscription keeps us down, with a reason that names the topic", async () => {
    const place = kept(
      await startBroker({ port: 0, log: silentLog, authorize: (_client, action) => action !== "subscribe" }),
    );
    const line = connect({ url: place.url }, { subscribe: ["qris/v1/stands/lobby-1/down"] });
    await until("it is refused twice", () => line.told.length >= 2);
    expect(line.ups()).toBe(0);
    expect(line.told[0]).toMatch(/refused a subscription to qris\/v1\/stands\/lobby-1\/down/);
  });

  test("by refusing the password keeps us down, and the password is in no word we say", async () => {
    const place = kept(
      await startBroker({ port: 0, log: silentLog, authenticate: (_client, password) => password === "right" }),
    );
    const lines: string[] = [];
    const note = (what: string, facts?: unknown) => void lines.push(`${what} ${JSON.stringify(facts)}`);
    const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };
    const wrong = connect({ url: place.url, username: "lobby-1", password: "hunter2", log });
    await until("it is refused", () => wrong.told.length >= 1);
    expect(wrong.told[0]).toMatch(/not authorized/i);
    expect(lines.join()).toContain("not connected to the broker");
    expect(lines.join()).not.toContain("hunter2");
    const right = connect({ url: place.url, username: "lobby-1", password: "right" });
    await until("it is let in", () => right.transport.connected);
  });

  test("by not being there is tried again and again, with pauses of different lengths", async () => {
    const pauses: number[] = [];
    const log: Log = { ...silentLog, warn: (_what, facts) => void pauses.push(Number(facts?.["pause"])) };
    const line = connect({ url: `mqtt://127.0.0.1:${await freePort()}`, log });
    await until("it has tried eight times", () => line.told.length >= 8);
    expect(line.told[0]).toContain("ECONNREFUSED");
    expect(new Set(pauses).size).toBeGreaterThan(3);
    expect(await line.transport.publish("t", "x")).toBe(false);
  });

  test("by accepting and saying nothing is given up in time", async () => {
    const proxy = kept(await startProxy(kept(await startBroker({ port: 0, log: silentLog }))));
    proxy.stall();
    const line = connect({ url: `mqtt://127.0.0.1:${proxy.port}`, patience: { connectMs: 100 } });
    await until("two attempts are given up", () => line.told.length >= 2);
    expect(line.told.slice(0, 2)).toEqual(Array(2).fill("not connected within 100 ms"));
    proxy.resume();
    await until("it is let in", () => line.transport.connected);
  });
});

const CONNACK = [0x20, 0x02, 0x00, 0x00];

/** A broker that answers a CONNECT with CONNACK and the given bytes, and everything else with nothing. */
async function startHostile(bytes: () => Uint8Array): Promise<{ readonly url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", () => undefined);
    socket.once("data", () => socket.write(Buffer.concat([Buffer.from(CONNACK), bytes()])));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

test("a broker reads a clean session, a retained will, and the quality and the retain flag that were asked for", async () => {
  const packets: Buffer[] = [];
  const server = createServer((socket) =>
    socket.on("data", (bytes: Buffer) => {
      packets.push(bytes);
      if (bytes[0] === 0x10) socket.write(Buffer.from(CONNACK));
      if (bytes[0] === 0x82) socket.write(Buffer.from([0x90, 0x04, bytes[2] ?? 0, bytes[3] ?? 0, 1, 0]));
      if (bytes[0] === 0xe0) socket.end();
    }),
  );
  kept({ close: () => new Promise<void>((resolve) => void server.close(() => resolve())) });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { transport } = await connected(
    { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}` },
    { subscribe: ["up"], overhear: ["by"], will: () => ({ topic: "w", payload: "gone" }) },
  );
  const [connect, subscribe] = packets;
  // Section 3.1.2.3: will retain, will QoS 1, will flag, clean session. Section 3.8.3: a byte of quality behind each topic.
  expect(connect?.[9]).toBe(0x2e);
  expect(subscribe?.subarray(4).toString("latin1")).toBe("\x00\x02up\x01\x00\x02by\x00");
  const headerOf = async (options: PublishOptions): Promise<number | undefined> => {
    const count = packets.length;
    void transport.publish("t", "x", options);
    await until("it is read", () => packets.length > count);
    return packets.at(-1)?.[0];
  };
  expect(await headerOf({})).toBe(0x32);
  expect(await headerOf({ retain: true })).toBe(0x33);
  expect(await headerOf({ unconfirmed: true })).toBe(0x30);
});

describe("a hostile broker", () => {
  test.each([
    ["announces a packet of 256 MB", [0x30, 0xff, 0xff, 0xff, 0x7f], "more than 262144 bytes"],
    ["sends with QoS 2", [0x34, 0x06, 0x00, 0x01, 0x74, 0x00, 0x01, 0x78], "QoS 2"],
    ["speaks no MQTT", [0x00, 0x01, 0x02], /.+/],
    ["connects us twice", CONNACK, /.+/],
  ])("that %s is left", async (_, bytes, reason) => {
    const hostile = kept(await startHostile(() => Uint8Array.from(bytes)));
    const line = connect({ url: hostile.url, patience: { connectMs: 300 } }, { subscribe: ["t"] });
    await until("it is left", () => line.told.length > 0);
    expect(line.told[0]).toMatch(reason);
    expect(line.ups()).toBe(0);
  });

  test("that sends anything at all breaks nothing", async () => {
    const noise = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 80 }), { numRuns: 40, seed: 7 });
    let nth = 0;
    const hostile = kept(await startHostile(() => noise[nth++ % noise.length] ?? new Uint8Array()));
    const patience = { connectMs: 25 };
    const line = connect({ url: hostile.url, patience, redial: { firstMs: 1, capMs: 1 } }, { subscribe: ["t"] });
    await until("it has met every noise", () => nth >= noise.length, 15_000);
    expect(line.told.length).toBeGreaterThanOrEqual(noise.length - 2);
  });

  test("that passes on what is longer than a packet may be is left, and nothing of it is heard", async () => {
    const place = kept(await startBroker({ port: 0, log: silentLog, packetMaxBytes: 1_000_000 }));
    const listener = await connected({ url: place.url }, { subscribe: ["big"] });
    const speaker = await connected({ url: place.url });
    await speaker.transport.publish("big", "x".repeat(300_000));
    await until("it is back", () => listener.ups() === 2);
    expect(listener.told[1]).toContain("more than 262144 bytes");
    await speaker.transport.publish("big", "small");
    await until("the small one is heard", () => listener.heard.length > 0);
    expect(listener.heard).toEqual(["big small"]);
  });
});

describe("over TLS", () => {
  let place: Mosquitto;
  beforeAll(async () => {
    place = await startMosquitto({ tls: true });
  });
  afterAll(() => place.close());
  const trusting = () => ({ url: place.url, tls: () => ({ ca: place.ca ?? "" }) });

  test("messages go there and back, and quickly", async () => {
    const line = await connected(trusting(), { subscribe: ["echo"] });
    const lengths: number[] = [];
    for (let nth = 1; nth <= 11; nth++) {
      const begun = process.hrtime.bigint();
      expect(await line.transport.publish("echo", "x".repeat(250))).toBe(true);
      await until("it is heard", () => line.heard.length === nth);
      lengths.push(Number(process.hrtime.bigint() - begun) / 1e6);
    }
    expect(lengths.sort((one, other) => one - other)[5]).toBeLessThan(25);
  });

  test("it comes back after the broker was killed and started again", async () => {
    const line = await connected(trusting());
    await place.kill();
    await until("it is noticed", () => !line.transport.connected);
    await place.restart();
    await until("it is back", () => line.ups() === 2);
  });

  test("what vouches for whom is asked for at every connection, and the last is kept where there is none", async () => {
    const asked: string[] = [];
    const tls = () => {
      asked.push("asked");
      if (asked.length > 2) throw new Error("half-renewed");
      return { ca: place.ca ?? "" };
    };
    const line = await connected({ url: place.url, tls });
    await place.restart();
    await until("it is back", () => line.ups() === 2);
    expect(asked.length).toBeGreaterThan(2);
  });

  test("a broker that nobody vouches for is not spoken to", async () => {
    const line = connect({ url: place.url });
    await until("it is refused", () => line.told.length > 0);
    expect(line.told[0]).toMatch(/certificate/i);
    expect(line.ups()).toBe(0);
  });

  test("a broker with another's name is not spoken to", async () => {
    const proxy = kept(await startProxy(place, "127.0.0.2"));
    const line = connect({ ...trusting(), url: `mqtts://127.0.0.2:${proxy.port}` });
    await until("it is refused", () => line.told.length > 0);
    expect(line.told[0]).toContain("127.0.0.2 is not in the cert's list");
    expect(line.ups()).toBe(0);
  });
});

describe("settings that can never connect", () => {
  const parts = { clock, random: Math.random, log: silentLog };

  test.each([
    ["another protocol", "http://localhost", "begins with mqtt:// or mqtts://"],
    ["a password in the address", "mqtt://stand:secret@localhost", "give them apart"],
  ])("are refused before anything is tried: %s", (_, url, because) => {
    expect(() => openMqtt({ ...parts, url })).toThrow(because);
    expect(() => openMqtt({ ...parts, url })).toThrow(expect.not.stringContaining("secret"));
  });

  test("are refused before anything is tried: a certificate that is none", () => {
    expect(() => openMqtt({ ...parts, url: "mqtts://localhost", tls: () => ({ cert: "x", key: "y" }) })).toThrow(
      "cannot be read",
    );
  });
});
