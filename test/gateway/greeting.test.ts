import { describe, expect, test } from "vitest";
import { Greeting } from "../../gateway/greeting.ts";
import { silentLog } from "../../host/log.ts";
import type { Random, StatementId } from "../../protocol/ids.ts";
import { Post } from "../../wire/post.ts";
import { seeded } from "../support/stand-on-bench.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/** One stand's greeting over a wire that takes everything; nobody answers until the test says so. */
function setUp(how: { readonly clock?: VirtualClock; readonly random?: Random } = {}) {
  const { clock = new VirtualClock(), random = () => 0.999 } = how;
  const said: { readonly id: string; readonly isCheck: boolean; readonly atMs: number }[] = [];
  const told: string[] = [];
  const post = new Post({ transport: { publish: async () => true }, clock });
  const greeting: Greeting = new Greeting({
    clock,
    random,
    log: silentLog,
    sync: (id, isCheck, signal) => {
      said.push({ id, isCheck, atMs: clock.now().ms });
      return post.send(id, "up", "sealed", signal);
    },
    greeted: () => told.push("greeted"),
    changed: () => told.push(greeting.isSilent ? "silent" : "answered"),
  });
  const acks = (...ids: readonly string[]): void => {
    post.acked(ids as StatementId[]);
    greeting.heard();
  };
  return {
    ...{ clock, said, told, greeting, acks },
    tells: (id: string, signal = new AbortController().signal) =>
      greeting.watch(post.send(id, "up", "sealed", signal), signal),
    isLost: () => {
      greeting.down();
      post.lost();
    },
  };
}

const atMs = (said: readonly { readonly atMs: number }[]): readonly number[] => said.map((each) => each.atMs);

describe("the sync", () => {
  test("is said once where it is acked, and that is told", async () => {
    const { clock, said, told, greeting, acks } = setUp();
    greeting.up();
    await clock.advance(9_000);
    acks(said[0]?.id ?? "");
    await clock.advance(300_000);
    expect(atMs(said)).toEqual([0]);
    expect(told).toEqual(["greeted"]);
    greeting.down();
    expect(clock.pending).toBe(0);
  });

  test("is said again until it is acked, under one id, after pauses that grow up to half a minute", async () => {
    const { clock, said, greeting } = setUp();
    greeting.up();
    await clock.advance(140_000);
    expect(atMs(said)).toEqual([0, 14_995, 34_985, 64_965, 104_935]);
    expect(new Set(said.map(({ id }) => id)).size).toBe(1);
  });

  test("is not said again when its ack came late", async () => {
    const { clock, said, told, greeting, acks } = setUp();
    greeting.up();
    await clock.advance(12_000);
    acks(said[0]?.id ?? "");
    await clock.advance(300_000);
    expect(told).toEqual(["greeted"]);
    greeting.down();
    expect(clock.pending).toBe(0);
  });

  test("is said again although something else was heard: what waits here is told to whom the backend knows to be there", async () => {
    const { clock, said, greeting } = setUp();
    greeting.up();
    await clock.advance(1_000);
    greeting.heard();
    await clock.advance(15_000);
    expect(said).toHaveLength(2);
  });

  test("that cannot be said, because the journal fails, is tried again", async () => {
    const clock = new VirtualClock();
    let tries = 0;
    const greeting = new Greeting({
      ...{ clock, random: () => 0.5, log: silentLog },
      sync: async () => {
        tries += 1;
        if (tries === 1) throw new Error("no disk");
        return "acked";
      },
      greeted: () => undefined,
      changed: () => undefined,
    });
    greeting.up();
    await clock.advance(5_000);
    expect(tries).toBe(2);
    expect(greeting.isSilent).toBe(false);
  });

  test("is not said while there is no connection, and anew when there is", async () => {
    const { clock, said, greeting, isLost } = setUp();
    greeting.up();
    await clock.advance(12_000);
    isLost();
    await clock.advance(600_000);
    expect(said).toHaveLength(1);
    greeting.up();
    await clock.advance(1);
    expect(new Set(said.map(({ id }) => id)).size).toBe(2);
  });
});

test("a wait that ends in the moment in which the connection is lost says nothing", async () => {
  const { clock, said, greeting, acks, tells, isLost } = setUp();
  greeting.up();
  await clock.advance(1);
  acks(said[0]?.id ?? "");
  await clock.advance(1);
  const waiting = tells("charge");
  clock.pass(10_000);
  isLost();
  expect(await waiting).toBe("silent");
  await clock.advance(600_000);
  expect(said).toHaveLength(1);
});

describe("nobody answers", () => {
  test("when a statement and the sync after it had their full time, one after the other", async () => {
    const { clock, said, told, greeting, acks, tells } = setUp();
    greeting.up();
    await clock.advance(1);
    acks(said[0]?.id ?? "");
    await clock.advance(999);
    void tells("charge");
    await clock.advance(10_000);
    expect(atMs(said)).toEqual([0, 11_000]);
    await clock.advance(9_999);
    expect(told).toEqual(["greeted"]);
    await clock.advance(1);
    expect(told).toEqual(["greeted", "silent"]);
  });

  test("but those who waited side by side have waited once", async () => {
    const { clock, greeting, tells } = setUp();
    greeting.up();
    await clock.advance(1);
    for (let nth = 0; nth < 16; nth += 1) void tells(`void-${nth}`);
    await clock.advance(14_000);
    expect(greeting.isSilent).toBe(false);
  });

  test("but a wait in which anything was heard is none in vain", async () => {
    const { clock, said, greeting } = setUp();
    greeting.up();
    for (let nth = 1; nth < 6; nth += 1) {
      while (said.length < nth) await clock.advance(5);
      greeting.heard();
      await clock.advance(10_000);
      expect(greeting.isSilent).toBe(false);
    }
  });

  test("but who gave up waiting knows nothing", async () => {
    const { clock, said, greeting, acks, tells } = setUp();
    greeting.up();
    await clock.advance(1);
    acks(said[0]?.id ?? "");
    const ending = new AbortController();
    const waits = [tells("one", ending.signal), tells("two", ending.signal)];
    ending.abort();
    await Promise.all(waits);
    await clock.advance(60_000);
    expect([greeting.isSilent, said.length]).toEqual([false, 1]);
  });

  test("but a connection that is lost again and again proves nothing", async () => {
    const { clock, said, greeting, isLost } = setUp();
    for (let nth = 0; nth < 20; nth += 1) {
      greeting.up();
      await clock.advance(9_000);
      isLost();
    }
    expect([greeting.isSilent, said.length]).toEqual([false, 20]);
  });

  test("until anything is heard, and a new connection is no word", async () => {
    const { clock, told, greeting, isLost } = setUp();
    greeting.up();
    await clock.advance(30_000);
    expect(told).toEqual(["silent"]);
    isLost();
    greeting.up();
    await clock.advance(1_000);
    expect(greeting.isSilent).toBe(true);
    greeting.heard();
    expect(told).toEqual(["silent", "answered"]);
    expect(greeting.isSilent).toBe(false);
  });
});

describe("a connection over which nothing is heard", () => {
  const greeted = async (how: { readonly random?: Random } = {}) => {
    const parts = setUp(how);
    parts.greeting.up();
    await parts.clock.advance(1);
    parts.acks(parts.said[0]?.id ?? "");
    await parts.clock.advance(1);
    return parts;
  };

  test.each([
    ["three minutes", 0, 180_001],
    ["six minutes", 0.999, 359_821],
  ])("is asked about after %s, according to the draw", async (_, draw, ms) => {
    const { clock, said } = await greeted({ random: () => draw });
    await clock.advance(ms - 3);
    expect(said).toHaveLength(1);
    await clock.advance(1);
    expect(said.slice(1)).toMatchObject([{ isCheck: true, atMs: ms }]);
  });

  test("so shows an idle stand within six and a half minutes that nobody answers", async () => {
    const { clock, told, greeting } = await greeted();
    await clock.advance(370_000);
    expect(greeting.isSilent).toBe(false);
    await clock.advance(15_000);
    expect(told).toEqual(["greeted", "silent"]);
  });

  test("is asked about again and again, and an answer is no news", async () => {
    const { clock, said, told, acks } = await greeted({ random: () => 0 });
    for (let nth = 1; nth < 10; nth += 1) {
      while (said.length === nth) await clock.advance(500);
      acks(said[nth]?.id ?? "");
    }
    expect(clock.now().ms).toBeGreaterThan(9 * 180_000);
    expect(new Set(said.map(({ id }) => id)).size).toBe(10);
    expect(told).toEqual(["greeted"]);
  });

  test("tells of the answer that came after a silence: the backend may be another one", async () => {
    const { clock, said, told, acks } = await greeted();
    await clock.advance(390_000);
    acks(said.at(-1)?.id ?? "");
    await clock.advance(30_000);
    expect(told).toEqual(["greeted", "silent", "answered", "greeted"]);
  });

  test("is left alone as long as anything is heard", async () => {
    const { clock, said, greeting } = await greeted({ random: () => 0 });
    for (let nth = 0; nth < 20; nth += 1) {
      await clock.advance(170_000);
      greeting.heard();
    }
    expect(said).toHaveLength(1);
  });

  test("and is gone is not asked about, though something that was under way is heard at last", async () => {
    const { clock, said, greeting, isLost } = await greeted();
    isLost();
    greeting.heard();
    await clock.advance(300_000);
    expect(said).toHaveLength(1);
  });

  test("is not asked about by a second sync beside one that waits", async () => {
    const { clock, said, tells } = await greeted();
    await clock.advance(345_000);
    void tells("charge");
    await clock.advance(19_000);
    expect(atMs(said)).toEqual([0, 355_002]);
  });

  test("is asked about by many stands a few at a time, and by each less than once in three minutes", async () => {
    const clock = new VirtualClock();
    const random = seeded(5);
    const stands = Array.from({ length: 200 }, () => setUp({ clock, random }));
    for (const { greeting } of stands) greeting.up();
    const inEach: number[] = [];
    while (clock.now().ms < 1_800_000) {
      await clock.advance(1_000);
      const syncs = stands.map(({ said, acks }) => said.splice(0).map(({ id }) => acks(id)).length);
      inEach.push(syncs.reduce((sum, count) => sum + count));
    }
    const [greetings, ...checks] = inEach;
    expect(greetings).toBe(stands.length);
    expect(Math.max(...checks)).toBeLessThan(stands.length / 15);
    expect(checks.reduce((sum, count) => sum + count)).toBeLessThan(stands.length * 10);
  });
});

describe("somebody who waits", () => {
  test("has the next sync said within two seconds, once a pause however often he presses", async () => {
    let draw = 0.999;
    const { clock, said, greeting } = setUp({ random: () => draw });
    greeting.up();
    await clock.advance(75_000);
    expect(atMs(said).at(-1)).toBe(64_965);
    greeting.hurry();
    draw = 0;
    for (let nth = 0; nth < 100; nth += 1) {
      greeting.hurry();
      await clock.advance(10);
    }
    draw = 0.999;
    await clock.advance(60_000);
    expect(atMs(said).slice(4)).toEqual([75_000 + 1_998, 75_000 + 1_998 + 10_000 + 29_970]);
  });

  test("while a sync is waited for shortens the pause after it", async () => {
    const { clock, said, greeting } = setUp();
    greeting.up();
    await clock.advance(70_000);
    greeting.hurry();
    await clock.advance(10_000);
    expect(atMs(said).slice(3)).toEqual([64_965, 64_965 + 10_000 + 1_998]);
  });

  test("changes nothing while the backend answers", async () => {
    const { clock, said, greeting } = setUp();
    greeting.up();
    await clock.advance(11_000);
    greeting.hurry();
    await clock.advance(3_000);
    expect(said).toHaveLength(1);
  });
});

test("many stands whose backend comes back are heard within forty seconds, a few in any of them", async () => {
  const clock = new VirtualClock();
  const random = seeded(3);
  const stands = Array.from({ length: 200 }, () => setUp({ clock, random }));
  for (const { greeting } of stands) greeting.up();
  await clock.advance(600_000);
  expect(stands.every(({ greeting }) => greeting.isSilent)).toBe(true);
  const back = clock.now().ms;
  const before = stands.map(({ said }) => said.length);
  const seconds: number[] = [];
  while (clock.now().ms < back + 41_000) {
    await clock.advance(500);
    for (const [nth, { said, acks, greeting }] of stands.entries()) {
      const last = said.at(-1);
      if (!greeting.isSilent || said.length === before[nth] || last === undefined) continue;
      seconds.push(Math.floor((last.atMs - back) / 1_000));
      acks(last.id);
    }
  }
  expect(seconds).toHaveLength(stands.length);
  const inOne = seconds.map((second) => seconds.filter((other) => other === second).length);
  expect(Math.max(...inOne)).toBeLessThan(stands.length / 8);
});
