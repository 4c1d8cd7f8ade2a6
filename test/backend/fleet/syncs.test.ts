import { expect, test } from "vitest";
import { type SyncBody, Syncs } from "../../../backend/fleet/syncs.ts";
import { type Log, silentLog } from "../../../host/log.ts";
import type { OrderId, StandId } from "../../../protocol/ids.ts";
import type { Clock } from "../../../protocol/time.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";

const LOBBY = "lobby-1" as StandId;
const GATE = "gate-1" as StandId;
const naming = (nth: number, lost = false): SyncBody => ({
  type: "sync",
  orders: [{ order: `order-${nth}` as OrderId, at: "awaiting" }],
  lost,
});

function open({ perform, lateMs = 0 }: { perform?: () => Promise<void>; lateMs?: number } = {}) {
  const clock = new VirtualClock();
  const busy: Clock = {
    now: () => clock.now(),
    wall: () => clock.wall(),
    after: (ms, run) => clock.after(ms + lateMs, run),
  };
  const [done, warned]: [string[], unknown[]] = [[], []];
  const log: Log = { ...silentLog, warn: (what, facts) => void warned.push([what, facts]) };
  const syncs = new Syncs({
    clock: busy,
    log,
    perform: async (stand, { orders, lost }) => {
      done.push(`${stand} ${orders[0]?.order}${lost ? " lost" : ""}`);
      await perform?.();
    },
  });
  return { clock, syncs, done, warned };
}

test("a stand that syncs a thousand times at once is worked for five times, and for its last word", async () => {
  const { clock, syncs, done, warned } = open();
  for (let nth = 0; nth < 1_000; nth += 1) await syncs.hear(LOBBY, naming(nth, nth === 500));
  await syncs.hear(GATE, naming(7));
  expect(done).toEqual([0, 1, 2, 3, 4].map((nth) => `lobby-1 order-${nth}`).concat("gate-1 order-7"));
  expect([syncs.waiting, clock.pending]).toEqual([1, 1]);
  await clock.advance(5_000);
  expect(done.slice(6)).toEqual(["lobby-1 order-999 lost"]);
  expect([syncs.waiting, clock.pending]).toEqual([0, 0]);
  expect(warned).toHaveLength(1);
});

test("one that goes on without end has a turn every five seconds, and the log a line a minute that counts the rest", async () => {
  const { clock, syncs, done, warned } = open();
  for (let nth = 0; nth < 1_200; nth += 1) {
    await syncs.hear(LOBBY, naming(nth));
    await clock.advance(100);
  }
  expect(done.length).toBeGreaterThan(24);
  expect(done.length).toBeLessThanOrEqual(5 + 24);
  expect(warned).toHaveLength(2);
  expect(warned[1]).toEqual([expect.stringContaining("too often"), { stand: LOBBY, unsaid: expect.any(Number) }]);
});

test("what comes while its turn is late takes the place of what was put off", async () => {
  const { clock, syncs, done } = open({ lateMs: 50 });
  for (let nth = 0; nth < 6; nth += 1) await syncs.hear(LOBBY, naming(nth));
  await clock.advance(5_000);
  await syncs.hear(LOBBY, naming(6));
  await clock.advance(50);
  expect(done.slice(5)).toEqual(["lobby-1 order-6"]);
});

test("who connects now and then is served at once, for ever", async () => {
  const { clock, syncs, done } = open();
  for (let nth = 0; nth < 100; nth += 1) {
    await syncs.hear(LOBBY, naming(nth));
    await clock.advance(5_000);
  }
  expect(done).toHaveLength(100);
  expect(syncs.waiting).toBe(0);
});

test("books that fail are told to whoever said it; what was put off then is logged, and nothing waits after the end", async () => {
  const { clock, syncs, done, warned } = open({ perform: () => Promise.reject(new Error("no space")) });
  await expect(syncs.hear(LOBBY, naming(0))).rejects.toThrow("no space");
  for (let nth = 1; nth < 5; nth += 1) await expect(syncs.hear(LOBBY, naming(nth))).rejects.toThrow();
  await syncs.hear(LOBBY, naming(5));
  await clock.advance(5_000);
  await settle();
  expect(warned.at(-1)).toEqual(["sync not done", expect.objectContaining({ stand: LOBBY })]);
  await syncs.hear(LOBBY, naming(6));
  await syncs.hear(LOBBY, naming(7));
  syncs.stop();
  expect([syncs.waiting, clock.pending]).toEqual([0, 0]);
  await clock.advance(60_000);
  expect(done.at(-1)).toBe("lobby-1 order-5");
});
