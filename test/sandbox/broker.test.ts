import { connect as connectSocket, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { steadyClock } from "../../host/clock.ts";
import { silentLog } from "../../host/log.ts";
import { type Broker, type BrokerOptions, startBroker } from "../../sandbox/broker.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import type { Transport, TransportOptions } from "../../wire/transport.ts";
import { pause, until } from "../support/until.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function start(options: Partial<BrokerOptions> = {}): Promise<Broker> {
  const broker = await startBroker({ port: 0, log: silentLog, ...options });
  open.push(broker);
  return broker;
}

type Guest = { readonly transport: Transport; readonly heard: string[]; readonly downs: string[] };

async function enter(
  broker: Broker,
  options: Partial<TransportOptions> & { readonly username?: string } = {},
): Promise<Guest> {
  const [heard, downs] = [[] as string[], [] as string[]];
  const clock = steadyClock("test");
  const { username, ...rest } = options;
  const settings = { url: broker.url, clock, random: Math.random, log: silentLog, redial: { firstMs: 50, capMs: 50 } };
  const transport = openMqtt(username === undefined ? settings : { ...settings, username, password: "p" })(
    { clientId: `guest-${open.length}`, subscribe: [], ...rest },
    {
      up: () => undefined,
      down: (because) => void downs.push(because),
      hear: async ({ topic, payload }) => void heard.push(`${topic} ${Buffer.from(payload).toString()}`),
    },
  );
  open.push(transport);
  await until("the guest is in", () => transport.connected);
  return { transport, heard, downs };
}

/** A socket that says what it likes. */
async function stranger(broker: Broker): Promise<Socket> {
  const socket = connectSocket(broker.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.resume();
  open.push({ close: async () => void socket.destroy() });
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}

const text = (word: string): Buffer => {
  const length = Buffer.byteLength(word);
  return Buffer.concat([Buffer.from([length >> 8, length & 0xff]), Buffer.from(word)]);
};
const packet = (type: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  for (let left = body.length; ; left = Math.floor(left / 128)) {
    length.push(left >= 128 ? (left % 128) | 0x80 : left);
    if (left < 128) break;
  }
  return Buffer.concat([Buffer.from([type, ...length]), body]);
};
/** `flags` 2: a clean session. */
const connectPacket = (id: string, { keepalive = 60, flags = 2 } = {}): Buffer =>
  packet(0x10, text("MQTT"), Buffer.from([4, flags, keepalive >> 8, keepalive & 0xff]), text(id));
const subscribePacket = (topic: string): Buffer => packet(0x82, Buffer.from([0, 1]), text(topic), Buffer.from([0]));

const closed = (socket: Socket): Promise<void> => {
  let isClosed = socket.closed;
  socket.on("close", () => {
    isClosed = true;
  });
  return until("the stranger is cut", () => isClosed);
};

/** The house goes on: two guests still talk. */
async function expectBusiness(broker: Broker): Promise<void> {
  const listener = await enter(broker, { subscribe: ["business"] });
  const speaker = await enter(broker);
  expect(await speaker.transport.publish("business", "as usual")).toBe(true);
  await until("it is heard", () => listener.heard.length === 1);
}

describe("a stranger who", () => {
  test("announces a CONNECT of 256 MB is cut before any of it is kept", async () => {
    const broker = await start();
    const socket = await stranger(broker);
    const before = process.memoryUsage();
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
    const flood = Buffer.alloc(1_048_576);
    for (let nth = 0; nth < 200 && !socket.destroyed; nth++) {
      socket.write(flood);
      await pause(0);
    }
    await closed(socket);
    const { external, arrayBuffers } = process.memoryUsage();
    expect(external + arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(20_000_000);
    await expectBusiness(broker);
  });

  test("publishes more than a packet may hold, once he is in, is cut", async () => {
    const broker = await start();
    const socket = await stranger(broker);
    socket.write(connectPacket("big"));
    await until("he is in", () => broker.clients().includes("big"));
    socket.write(packet(0x30, text("t"), Buffer.alloc(262_144)));
    await closed(socket);
    await expectBusiness(broker);
  });

  test("sends random bytes is cut, five hundred times over", async () => {
    const broker = await start({ connectWithinMs: 500 });
    let seed = 42;
    const random = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed;
    };
    for (let round = 0; round < 10; round++) {
      const sockets = await Promise.all(Array.from({ length: 50 }, () => stranger(broker)));
      for (const socket of sockets) {
        const noise = Buffer.from(Array.from({ length: 1 + (random() % 200) }, () => random() % 256));
        socket.write(random() % 2 === 0 ? noise : Buffer.concat([connectPacket(`n${random()}`), noise]));
        socket.end();
      }
      await Promise.all(sockets.map(closed));
    }
    await until("nobody of them is left", () => broker.clients().length === 0);
    await expectBusiness(broker);
  });

  test("says nothing, or speaks one byte at a time, is cut when his time is over", async () => {
    const broker = await start({ connectWithinMs: 150 });
    const [mute, slow] = [await stranger(broker), await stranger(broker)];
    const hello = connectPacket("x".repeat(200));
    for (const byte of hello.subarray(0, 40)) {
      slow.write(Buffer.from([byte]));
      await pause(5);
    }
    await Promise.all([closed(mute), closed(slow)]);
    await expectBusiness(broker);
  });

  test("does not read what he ordered is cut, and nobody else waits for him", async () => {
    const broker = await start();
    const socket = await stranger(broker);
    socket.write(Buffer.concat([connectPacket("deaf"), subscribePacket("flood")]));
    await until("he is in", () => broker.clients().includes("deaf"));
    socket.pause();
    const speaker = await enter(broker);
    const word = "x".repeat(200_000);
    for (let nth = 0; nth < 100 && broker.clients().includes("deaf"); nth++) {
      expect(await speaker.transport.publish("flood", word)).toBe(true);
    }
    await until("he is out", () => !broker.clients().includes("deaf"));
    await expectBusiness(broker);
  });

  test("is one too many is not let in, and the others are not disturbed", async () => {
    const broker = await start({ connectionsMax: 3 });
    const guest = await enter(broker);
    const others = [await stranger(broker), await stranger(broker)];
    await closed(await stranger(broker));
    for (const socket of others) socket.destroy();
    await Promise.all(others.map(closed));
    expect(guest.transport.connected).toBe(true);
    await pause(20);
    await expectBusiness(broker);
  });

  test.each([
    ["a session that outlives the connection", { flags: 0 }],
    ["to be silent for ever", { keepalive: 0 }],
    ["to be silent for eleven minutes", { keepalive: 660 }],
  ])("wants %s is not let in", async (_, wish) => {
    const broker = await start();
    const socket = await stranger(broker);
    socket.write(connectPacket("wisher", wish));
    await closed(socket);
    expect(broker.clients()).not.toContain("wisher");
  });

  test("speaks QoS 2 is cut: nothing half-done is kept for him", async () => {
    const broker = await start();
    const socket = await stranger(broker);
    socket.write(connectPacket("twice"));
    await until("he is in", () => broker.clients().includes("twice"));
    socket.write(packet(0x34, text("t"), Buffer.from([0, 1]), Buffer.from("x")));
    await closed(socket);
  });
});

describe("what the broker keeps is bounded:", () => {
  test("short retained messages only", async () => {
    const broker = await start();
    const guest = await enter(broker);
    expect(await guest.transport.publish("presence", "x".repeat(4_096), { retain: true })).toBe(true);
    expect(await guest.transport.publish("presence", "x".repeat(4_097), { retain: true })).toBe(false);
  });

  test("a bounded number of retained topics, of which one may be taken back", async () => {
    const broker = await start();
    const guest = await enter(broker);
    const retain = (topic: string, payload: string) => guest.transport.publish(topic, payload, { retain: true });
    for (let from = 0; from < 4_096; from += 128) {
      const sent = await Promise.all(Array.from({ length: 128 }, (_, nth) => retain(`r/${from + nth}`, "x")));
      expect(sent).not.toContain(false);
    }
    expect(await retain("r/0", "again")).toBe(true);
    expect(await retain("r/0", "")).toBe(true);
    expect(await retain("one/more", "x")).toBe(true);
    expect(await retain("too/many", "x")).toBe(false);
  });

  test("subscriptions of one client", async () => {
    const broker = await start();
    const socket = await stranger(broker);
    let answers = Buffer.alloc(0);
    socket.on("data", (bytes) => {
      answers = Buffer.concat([answers, bytes]);
    });
    socket.write(connectPacket("greedy"));
    for (let nth = 0; nth < 70; nth++) socket.write(subscribePacket(`topic/${nth}`));
    const [connack, suback] = [4, 5];
    await until("all are answered", () => answers.length === connack + 70 * suback);
    const codes = Array.from({ length: 70 }, (_, nth) => answers[connack + (nth + 1) * suback - 1]);
    expect(codes.filter((code) => code === 0)).toHaveLength(64);
    expect(codes.filter((code) => code === 0x80)).toHaveLength(6);
  });
});

describe("the broker", () => {
  test("asks who it is, and what he may do", async () => {
    const asked: string[] = [];
    const broker = await start({
      authenticate: ({ id, username }, password) => {
        asked.push(`${id} ${username} ${password}`);
        return true;
      },
      authorize: ({ username }, action, topic) => {
        asked.push(`${username} ${action} ${topic}`);
        return topic !== "forbidden";
      },
    });
    const guest = await enter(broker, { clientId: "g", username: "lobby-1", subscribe: ["mine"] });
    expect(await guest.transport.publish("mine", "x")).toBe(true);
    expect(await guest.transport.publish("forbidden", "x")).toBe(false);
    expect(asked).toEqual([
      "g lobby-1 p",
      "lobby-1 subscribe mine",
      "lobby-1 publish mine",
      "lobby-1 publish forbidden",
    ]);
  });

  test("keeps its own topics to itself", async () => {
    const guest = await enter(await start());
    expect(await guest.transport.publish("$SYS/x", "x")).toBe(false);
  });

  test("shows what clients publish, last wills included, and nothing of its own", async () => {
    const shown: string[] = [];
    const broker = await start({
      onPublish: (topic, payload, client) => void shown.push(`${client} ${topic} ${Buffer.from(payload).toString()}`),
    });
    const guest = await enter(broker, { clientId: "g", will: () => ({ topic: "presence", payload: "gone" }) });
    await guest.transport.publish("hello", "world");
    expect(broker.drop("g")).toBe(true);
    await until("both are shown", () => shown.length >= 2);
    expect(shown).toEqual(["g hello world", "g presence gone"]);
  });

  test("drops nobody who is not there", async () => {
    expect((await start()).drop("nobody")).toBe(false);
  });

  test("gives a client's place to a newcomer of the same name", async () => {
    const broker = await start();
    const first = await enter(broker, { clientId: "same" });
    const socket = await stranger(broker);
    socket.write(connectPacket("same"));
    await until("the first is out", () => first.downs.length > 0);
    expect(broker.clients()).toEqual(["same"]);
  });

  test("closes with guests in the house, and can be opened again on its port", async () => {
    const broker = await startBroker({ port: 0, log: silentLog, connectWithinMs: 60_000 });
    const guest = await enter(broker);
    await stranger(broker);
    await broker.close();
    const again = await start({ port: broker.port });
    expect(again.url).toBe(`mqtt://127.0.0.1:${broker.port}`);
    await until("the guest is back", () => again.clients().length === 1 && guest.transport.connected);
  });

  test("says plainly when its port is taken", async () => {
    const broker = await start();
    await expect(startBroker({ port: broker.port, log: silentLog })).rejects.toThrow("EADDRINUSE");
  });
});
