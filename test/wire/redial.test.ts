import { describe, expect, test } from "vitest";
import { silentLog } from "../../host/log.ts";
import { sinceMs } from "../../protocol/time.ts";
import type { Dial, Patience } from "../../wire/attempt.ts";
import { pauseMs, RedialledTransport, usualPatience, usualRedial } from "../../wire/redial.ts";
import type { Message } from "../../wire/transport.ts";
import { settle, VirtualClock } from "../support/virtual-clock.ts";
import { fakeDial } from "./fake-dial.ts";

const message: Message = { topic: "t", payload: new Uint8Array([1]) };

function setUp(
  options: {
    readonly hear?: () => Promise<void>;
    readonly dial?: Dial;
    readonly random?: () => number;
    readonly hurries?: () => boolean;
    readonly patience?: Partial<Patience>;
  } = {},
) {
  const clock = new VirtualClock();
  const net = fakeDial();
  const told: string[] = [];
  const transport = new RedialledTransport(
    {
      dial: options.dial ?? net.dial,
      clock,
      random: options.random ?? (() => 0.999),
      log: silentLog,
      redial: usualRedial,
      patience: { ...usualPatience, ...options.patience },
    },
    {
      will: (connection) => ({ topic: "presence", payload: String(connection) }),
      ...(options.hurries && { hurries: options.hurries }),
    },
    {
      up: () => void told.push("up"),
      down: (because) => void told.push(`down: ${because}`),
      hear: options.hear ?? (async () => undefined),
    },
  );
  return { clock, net, told, transport };
}

describe("the pause before the next attempt", () => {
  test("is anywhere between nothing and a bound that doubles up to a minute", () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 60].map((failures) => pauseMs(failures, usualRedial, () => 0.999_999));
    expect(longest).toEqual([1_999, 3_999, 7_999, 15_999, 31_999, 59_999, 59_999, 59_999]);
    expect(pauseMs(7, usualRedial, () => 0.5)).toBe(30_000);
  });

  test("is never so short that a refusing broker makes a busy loop", () => {
    expect(pauseMs(1, usualRedial, () => 0)).toBe(50);
  });
});

const calm = { firstMs: usualRedial.calmFirstMs, capMs: usualRedial.capMs };

test("ten thousand stands that lose their broker at once come back spread over the whole bound", () => {
  let seed = 1;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  for (const [failures, bound] of [
    [1, 15_000],
    [6, 60_000],
  ] as const) {
    const tenths = Array<number>(10).fill(0);
    for (let stand = 0; stand < 10_000; stand++) {
      const tenth = Math.floor((pauseMs(failures, calm, random) / bound) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.min(...tenths)).toBeGreaterThan(800);
    expect(Math.max(...tenths)).toBeLessThan(1_200);
  }
});

test("where nobody waits for the connection it comes back within a longer bound, and asks anew each time", () => {
  const someone = { waits: false };
  const { clock, net } = setUp({ hurries: () => someone.waits });
  const pauseAfterLoss = (): number => {
    net.latest().events.up();
    clock.pass(10_000);
    const { length } = net.connections;
    const began = clock.now();
    net.latest().events.ended("gone");
    while (net.connections.length === length) clock.pass(100);
    return Math.round((sinceMs(began, clock.now()) ?? 0) / 1_000);
  };
  expect(pauseAfterLoss()).toBe(15);
  someone.waits = true;
  expect(pauseAfterLoss()).toBe(2);
});

describe("a transport that somebody waits for", () => {
  const waiting = (failures: number) => {
    const { clock, net, transport } = setUp({ hurries: () => false });
    for (let nth = 1; nth < failures; nth += 1) {
      net.latest().events.ended("no");
      while (net.connections.length === nth) clock.pass(100);
    }
    net.latest().events.ended("no");
    return { clock, net, transport };
  };

  test("dials within two seconds, however often it has failed", () => {
    const { clock, net, transport } = waiting(5);
    clock.pass(10_000);
    expect(net.connections).toHaveLength(5);
    transport.hurry();
    clock.pass(2_000);
    expect(net.connections).toHaveLength(6);
    net.latest().events.up();
    clock.pass(120_000);
    expect(net.connections).toHaveLength(6);
  });

  test("leaves an attempt that is nearer than that where it is", () => {
    const { clock, net, transport } = waiting(1);
    clock.pass(14_500);
    transport.hurry();
    clock.pass(484);
    expect(net.connections).toHaveLength(1);
    clock.pass(1);
    expect(net.connections).toHaveLength(2);
    clock.pass(2_000);
    expect(net.connections).toHaveLength(2);
  });

  test("hurries once a pause, and again in the next", () => {
    const { clock, net, transport } = waiting(5);
    transport.hurry();
    clock.pass(1_000);
    transport.hurry();
    clock.pass(998);
    expect(net.connections).toHaveLength(6);
    net.latest().events.ended("no");
    transport.hurry();
    clock.pass(2_000);
    expect(net.connections).toHaveLength(7);
  });

  test("does not come sooner because somebody presses again, however lucky the draw", () => {
    const draws = [0.999, 0.999, 0];
    const { clock, net, transport } = setUp({ hurries: () => false, random: () => draws.shift() ?? 0.999 });
    net.latest().events.ended("no");
    transport.hurry();
    transport.hurry();
    clock.pass(1_900);
    expect(net.connections).toHaveLength(1);
    clock.pass(100);
    expect(net.connections).toHaveLength(2);
  });

  test("does nothing while it is connected, dials, or is closed", async () => {
    const { clock, net, transport } = setUp();
    transport.hurry();
    net.latest().events.up();
    transport.hurry();
    expect(clock.pending).toBe(0);
    net.latest().events.ended("gone");
    await transport.close();
    transport.hurry();
    clock.pass(120_000);
    expect(net.connections).toHaveLength(1);
  });

  test("dials no more once it was closed in a long pause", async () => {
    const { clock, net, transport } = waiting(1);
    await transport.close();
    transport.hurry();
    clock.pass(120_000);
    expect(net.connections).toHaveLength(1);
  });
});

describe("a transport that dials again", () => {
  test("is connected from `up` until the connection ends", () => {
    const { net, told, transport } = setUp();
    expect(transport.connected).toBe(false);
    net.latest().events.up();
    expect(transport.connected).toBe(true);
    net.latest().events.ended("the cable");
    expect(transport.connected).toBe(false);
    expect(told).toEqual(["up", "down: the cable"]);
  });

  test("dials anew after the pause, with a new connection and the next number for its will", () => {
    const { clock, net } = setUp();
    net.latest().events.ended("refused");
    clock.pass(1_997);
    expect(net.connections).toHaveLength(1);
    clock.pass(2);
    expect(net.connections.map(({ will }) => will?.payload)).toEqual(["1", "2"]);
    expect(net.connections[0]?.cuts).toBe(1);
  });

  test("waits longer after each failure, and starts over once a connection has held", () => {
    const { clock, net, transport } = setUp();
    const gaps: number[] = [];
    const failAndMeasure = (): void => {
      const begun = clock.now();
      const count = net.connections.length;
      net.latest().events.ended("no");
      while (net.connections.length === count) clock.pass(100);
      gaps.push(Math.round((sinceMs(begun, transport.lastAttempt) ?? 0) / 1_000));
    };
    for (let nth = 0; nth < 7; nth++) failAndMeasure();
    net.latest().events.up();
    clock.pass(9_000);
    failAndMeasure();
    net.latest().events.up();
    clock.pass(10_000);
    failAndMeasure();
    failAndMeasure();
    failAndMeasure();
    net.latest().events.up();
    clock.pass(600_000);
    failAndMeasure();
    expect(gaps).toEqual([2, 4, 8, 16, 32, 60, 60, 60, 2, 4, 8, 2]);
  });

  test("never leaves the last attempt further back than the longest pause and the longest dialling", () => {
    const { clock, net, transport } = setUp();
    const [ages, seconds] = [[] as number[], 600];
    for (let nth = 0; nth < seconds; nth++) {
      clock.pass(1_000);
      ages.push(sinceMs(transport.lastAttempt, clock.now()) ?? Number.NaN);
    }
    expect(Math.max(...ages)).toBeLessThanOrEqual(usualPatience.connectMs + usualRedial.capMs);
    expect(net.connections.length).toBeGreaterThan(6);
    expect(net.connections.slice(0, -1).every(({ cuts }) => cuts === 1)).toBe(true);
  });

  test("gives up an attempt that leads nowhere", () => {
    const { clock, net, told } = setUp();
    clock.pass(30_000);
    expect(told).toEqual(["down: not connected within 30000 ms"]);
    expect(net.latest().cuts).toBe(1);
  });

  test("waits anywhere within the longest pause after an attempt that nobody answered: the broker has too many", () => {
    const { clock, net, transport } = setUp();
    clock.pass(30_000);
    const ended = clock.now();
    while (net.connections.length === 1) clock.pass(100);
    expect(Math.round((sinceMs(ended, transport.lastAttempt) ?? 0) / 1_000)).toBe(60);
  });

  test("tells of each end once, whatever the dead connection still says", () => {
    const { clock, net, told } = setUp();
    const { events } = net.latest();
    events.ended("first");
    events.ended("second");
    events.up();
    clock.pass(1_900);
    expect(told).toEqual(["down: first"]);
  });

  test("leaves no timer of a connection that ended, but the pause", async () => {
    const { clock, net } = setUp({ hear: () => new Promise(() => undefined) });
    net.latest().events.ended("while dialling");
    expect(clock.pending).toBe(1);
    clock.pass(2_000);
    net.latest().events.up();
    net.latest().events.hear(message, () => undefined);
    await settle();
    expect(clock.pending).toBe(1);
    net.latest().events.ended("while storing");
    expect(clock.pending).toBe(1);
    clock.pass(1);
    expect(net.connections).toHaveLength(2);
  });

  test("goes on when dialling itself breaks", () => {
    const broken: Dial = () => {
      throw new Error("no such device");
    };
    const { clock, told } = setUp({ dial: broken });
    expect(told).toEqual([]);
    clock.pass(6_500);
    expect(told).toEqual(Array(3).fill("down: could not begin to connect: no such device"));
  });

  test("cuts a connection that ended while it was being made", () => {
    const net = fakeDial();
    setUp({
      dial: (will, events) => {
        const connection = net.dial(will, events);
        events.ended("at once");
        return connection;
      },
    });
    expect(net.latest().cuts).toBeGreaterThan(0);
  });
});

describe("publishing", () => {
  test("is true when the broker has it, and nothing is waited for any more", async () => {
    const { clock, net, transport } = setUp();
    net.latest().events.up();
    const sent = transport.publish("t", "hello", { retain: true });
    expect(net.latest().published[0]).toMatchObject({ topic: "t", payload: "hello", retain: true });
    net.latest().published[0]?.taken(true);
    expect(await sent).toBe(true);
    clock.pass(60_000);
    expect([transport.connected, clock.pending]).toEqual([true, 0]);
  });

  test("is false at once while not connected, and nothing is kept for later", async () => {
    const { net, transport } = setUp();
    expect(await transport.publish("t", "early")).toBe(false);
    net.latest().events.up();
    net.latest().events.ended("gone");
    expect(await transport.publish("t", "late")).toBe(false);
    expect(net.latest().published).toEqual([]);
  });

  test("is false when the broker does not answer in time, and the connection is thrown away as suspect", async () => {
    const { clock, net, told, transport } = setUp();
    net.latest().events.up();
    const sent = transport.publish("t", "hello");
    clock.pass(9_999);
    expect(transport.connected).toBe(true);
    clock.pass(1);
    expect(await sent).toBe(false);
    expect(told.at(-1)).toBe("down: the broker did not take a message for t within 10000 ms");
    expect(net.latest().cuts).toBe(1);
  });

  test("is false for all that is under way when the connection ends, and leaves no timer", async () => {
    const { clock, net, transport } = setUp();
    net.latest().events.up();
    const sent = [transport.publish("a", "1"), transport.publish("b", "2")];
    net.latest().events.ended("gone");
    expect(await Promise.all(sent)).toEqual([false, false]);
    expect(clock.pending).toBe(1);
  });

  test("is false beyond 256 at a time", async () => {
    const { net, transport } = setUp();
    net.latest().events.up();
    const sent = Array.from({ length: 257 }, () => transport.publish("t", "x"));
    expect(await sent[256]).toBe(false);
    expect(net.latest().published).toHaveLength(256);
    net.latest().published[0]?.taken(true);
    expect(await sent[0]).toBe(true);
    void transport.publish("t", "x");
    expect(net.latest().published).toHaveLength(257);
  });
});

describe("publishing what nobody confirms", () => {
  test("is true at once, waits for nobody and takes no room", async () => {
    const { clock, net, transport } = setUp();
    net.latest().events.up();
    const before = clock.pending;
    for (let nth = 0; nth < 300; nth += 1) expect(await transport.publish("t", "x", { unconfirmed: true })).toBe(true);
    expect(net.latest().published[0]).toMatchObject({ topic: "t", payload: "x", unconfirmed: true });
    expect(clock.pending).toBe(before);
    void transport.publish("t", "y");
    expect(net.latest().published).toHaveLength(301);
  });

  test("is false while not connected", async () => {
    const { transport } = setUp();
    expect(await transport.publish("t", "early", { unconfirmed: true })).toBe(false);
  });

  test("is not what somebody says shall be confirmed", async () => {
    const { net, transport } = setUp();
    net.latest().events.up();
    const sent = transport.publish("t", "x", { unconfirmed: false });
    expect(net.latest().published[0]).toMatchObject({ unconfirmed: false });
    net.latest().published[0]?.taken(false);
    expect(await sent).toBe(false);
  });
});

describe("hearing", () => {
  test("tells the broker only when the message is stored, and then waits for nothing", async () => {
    let store = (): void => undefined;
    const { clock, net, transport } = setUp({ hear: () => new Promise((resolve) => (store = resolve)) });
    net.latest().events.up();
    let isStored = false;
    net.latest().events.hear(message, () => (isStored = true));
    await settle();
    expect(isStored).toBe(false);
    store();
    await settle();
    expect(isStored).toBe(true);
    clock.pass(60_000);
    expect([transport.connected, clock.pending]).toEqual([true, 0]);
  });

  test("drops the connection when the message cannot be stored, and never tells the broker", async () => {
    const { net, told } = setUp({ hear: () => Promise.reject(new Error("disk full")) });
    net.latest().events.up();
    let isStored = false;
    net.latest().events.hear(message, () => (isStored = true));
    await settle();
    expect(isStored).toBe(false);
    expect(told.at(-1)).toBe("down: a message on t could not be stored: disk full");
    expect(net.latest().cuts).toBe(1);
  });

  test("drops the connection also when a message that came before it was up is not stored in time", async () => {
    const { clock, net, told } = setUp({ hear: () => new Promise(() => undefined) });
    net.latest().events.hear(message, () => undefined);
    net.latest().events.up();
    await clock.advance(10_000);
    expect(told).toEqual(["up", "down: a message on t was not stored within 10000 ms"]);
  });

  test("drops the connection when storing takes too long, and a late success says nothing to a dead connection", async () => {
    let store = (): void => undefined;
    const { clock, net, told } = setUp({ hear: () => new Promise((resolve) => (store = resolve)) });
    net.latest().events.up();
    let isStored = false;
    net.latest().events.hear(message, () => (isStored = true));
    await clock.advance(10_000);
    expect(told.at(-1)).toBe("down: a message on t was not stored within 10000 ms");
    store();
    await settle();
    expect(isStored).toBe(false);
  });

  test("may take as long as it is given, whatever publishing may", async () => {
    const patience = { storeMs: 3_000 };
    const { clock, net, told } = setUp({ patience, hear: () => new Promise(() => undefined) });
    net.latest().events.up();
    net.latest().events.hear(message, () => undefined);
    clock.pass(2_999);
    expect(told).toEqual(["up"]);
    clock.pass(1);
    expect(told.at(-1)).toBe("down: a message on t was not stored within 3000 ms");
  });

  test("passes nothing on from a connection that is over", async () => {
    let heard = 0;
    const { net } = setUp({
      hear: async () => {
        heard += 1;
      },
    });
    net.latest().events.up();
    net.latest().events.ended("gone");
    net.latest().events.hear(message, () => undefined);
    await settle();
    expect(heard).toBe(0);
  });
});

describe("closing", () => {
  test("says goodbye, and then nothing more happens", async () => {
    const { clock, net, told, transport } = setUp();
    net.latest().events.up();
    let isClosed = false;
    const closed = transport.close().then(() => {
      isClosed = true;
    });
    await settle();
    expect(isClosed).toBe(false);
    net.latest().goodbyes[0]?.();
    await closed;
    net.latest().events.ended("as asked");
    clock.pass(120_000);
    expect(told).toEqual(["up"]);
    expect(net.connections).toHaveLength(1);
    expect(clock.pending).toBe(0);
    expect(await transport.publish("t", "x")).toBe(false);
  });

  test("waits no more than a second for a broker that does not answer, and then cuts", async () => {
    const { clock, net, transport } = setUp();
    net.latest().events.up();
    const closed = transport.close();
    clock.pass(1_000);
    await closed;
    expect(net.latest().cuts).toBe(1);
  });

  test("during a pause ends the pause", async () => {
    const { clock, net, transport } = setUp();
    net.latest().events.ended("gone");
    await transport.close();
    clock.pass(120_000);
    expect(net.connections).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  test("answers whoever still waits for the broker", async () => {
    const { net, transport } = setUp();
    net.latest().events.up();
    const sent = transport.publish("t", "x");
    void transport.close();
    expect(await sent).toBe(false);
    net.latest().goodbyes[0]?.();
  });
});
