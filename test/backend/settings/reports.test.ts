import { expect, onTestFinished, test } from "vitest";
import { heardUsing, saveSettings, usingOf } from "../../../backend/settings/book.ts";
import { Pictures } from "../../../backend/settings/pictures.ts";
import { Pusher } from "../../../backend/settings/pusher.ts";
import { Reports, type ReportsParts } from "../../../backend/settings/reports.ts";
import type { Store } from "../../../backend/store/store.ts";
import { type Log, silentLog } from "../../../host/log.ts";
import type { StandId, StatementId } from "../../../protocol/ids.ts";
import type { CareBody, UsingBody } from "../../../protocol/statements.ts";
import { freshStore, storeSuites } from "../../support/stores.ts";
import { pause } from "../../support/until.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";
import { menuOf } from "./menus.ts";

const LOBBY = "lobby-1" as StandId;
const GATE = "gate-1" as StandId;
const using = (version: number): UsingBody => ({
  type: "using",
  software: "0.1.0",
  settings: { version },
  keys: { version: 0 },
});

test("what very many stands say at once is written in few commits, and before the process ends", async () => {
  const [clock, store] = [new VirtualClock(), await freshStore()];
  const looked: StandId[] = [];
  const pusher = { look: (stands: Iterable<StandId>) => void looked.push(...stands) };
  const pictures = { heard: async () => undefined };
  const reports = new Reports({ store, clock, log: silentLog, pictures, pusher, nowMs: () => clock.wall() });
  for (let nth = 0; nth < 1_000; nth += 1) await reports.hear(`stand-${nth}` as StandId, using(nth));
  expect(await usingOf(store, "stand-999" as StandId)).toBeUndefined();
  await reports.stop();
  expect((await usingOf(store, "stand-999" as StandId))?.version).toBe(999);
  expect(looked).toHaveLength(1_000);
});

test("a store that fails holds up no link: what the stand uses is written when it can be, the last word", async () => {
  const [clock, store] = [new VirtualClock(), await freshStore()];
  const looked: StandId[] = [];
  const reports = new Reports({
    store,
    clock,
    log: silentLog,
    pictures: { heard: () => Promise.reject(new Error("no space")) },
    pusher: { look: (stands) => void looked.push(...stands) },
    nowMs: () => clock.wall(),
  });
  onTestFinished(() => reports.stop());
  await store.schema.alterTable("stands_using").renameTo("away").execute();
  await reports.hear(LOBBY, using(1));
  await clock.advance(500);
  await settle(20);
  await reports.hear(LOBBY, using(2));
  await reports.hear(LOBBY, { type: "seen", page: "welcome" });
  expect(looked).toEqual([]);
  await store.schema.alterTable("away").renameTo("stands_using").execute();
  await clock.advance(1_000);
  await settle(20);
  expect([(await usingOf(store, LOBBY))?.version, looked]).toEqual([2, [LOBBY]]);
});

test("a store that fails does not keep the process from ending, and all write in one order", async () => {
  const [clock, store] = [new VirtualClock(), await freshStore()];
  const [looked, warned]: [StandId[], string[]] = [[], []];
  const log: Log = { ...silentLog, warn: (what) => void warned.push(what) };
  const pictures = { heard: async () => undefined };
  const pusher = { look: (stands: Iterable<StandId>) => void looked.push(...stands) };
  const reports = new Reports({ store, clock, log, pictures, pusher, nowMs: () => clock.wall() });
  for (const stand of [LOBBY, GATE]) await reports.hear(stand, using(1));
  await clock.advance(500);
  await settle(20);
  expect(looked).toEqual([GATE, LOBBY]);
  await store.schema.alterTable("stands_using").renameTo("away").execute();
  await reports.hear(LOBBY, using(2));
  await reports.stop();
  expect([warned, clock.pending]).toEqual([["what stands use not written"], 0]);
});

/** Counts what is written, whatever it is. */
function counting(store: Store): { readonly store: Store; readonly writes: () => number } {
  let writes = 0;
  const counted = new Proxy(store, {
    get: (of, name) => {
      if (name === "insertInto" || name === "updateTable" || name === "deleteFrom" || name === "transaction")
        writes += 1;
      const value: unknown = Reflect.get(of, name, of);
      return typeof value === "function" ? value.bind(of) : value;
    },
  });
  return { store: counted, writes: () => writes };
}

async function reporting(parts: Partial<ReportsParts> = {}) {
  const clock = new VirtualClock();
  const { store, writes } = counting(parts.store ?? (await freshStore()));
  const warned: unknown[] = [];
  const log: Log = { ...silentLog, warn: (what) => void warned.push(what) };
  let answers = 0;
  const newId = (): string => {
    answers += 1;
    return `answer-${answers}`;
  };
  const shared = { store, clock, log, nowMs: () => clock.wall() };
  const pictures = new Pictures({ ...shared, newId, say: async () => true });
  const reports = new Reports({ ...shared, pictures, pusher: { look: () => undefined }, ...parts, store });
  onTestFinished(() => reports.stop());
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await settle(40);
  };
  return { clock, store, reports, pictures, writes, warned, pass };
}

test("a stand that says two thousand things at once costs a few commits, and the other stands' words are written with its last", async () => {
  const { store, reports, pictures, writes, pass } = await reporting();
  for (let nth = 0; nth < 1_000; nth += 1) {
    await reports.hear(LOBBY, using(nth));
    await reports.hear(LOBBY, { type: "seen", page: `page-${nth}` });
  }
  await reports.hear(GATE, using(7));
  await reports.hear(GATE, { type: "seen", page: "welcome" });
  expect([reports.waiting, writes()]).toEqual([4, 0]);
  await pass(1_000);
  expect(writes()).toBeLessThanOrEqual(4);
  expect([(await usingOf(store, LOBBY))?.version, (await usingOf(store, GATE))?.version]).toEqual([999, 7]);
  expect([(await pictures.last(LOBBY))?.page, (await pictures.last(GATE))?.page]).toEqual(["page-999", "welcome"]);
});

test("one that goes on and on costs no more than seven commits a second", async () => {
  const { reports, writes, pass } = await reporting();
  for (let nth = 0; nth < 100; nth += 1) {
    await reports.hear(LOBBY, using(nth));
    await reports.hear(LOBBY, { type: "seen", page: "welcome" });
    await pass(100);
  }
  expect(writes()).toBeGreaterThan(20);
  expect(writes()).toBeLessThanOrEqual(70);
});

test("more pictures than can be written are dropped and told once, and never fill the memory", async () => {
  const { reports, pictures, warned, writes, pass } = await reporting();
  for (let nth = 0; nth < 2_000; nth += 1)
    await reports.hear(`stand-${nth}` as StandId, { type: "seen", page: "welcome" });
  expect(reports.waiting).toBe(500);
  expect(warned).toEqual(["pictures dropped: more than can be written"]);
  await reports.hear("stand-0" as StandId, { type: "seen", page: "qr" });
  await pass(200);
  expect(writes()).toBeLessThanOrEqual(20);
  expect((await pictures.last("stand-0" as StandId))?.page).toBe("qr");
});

/** Calls `begun` whenever something is to be written. */
const watched = (store: Store, begun: () => void): Store =>
  new Proxy(store, {
    get: (of, name) => {
      if (name === "insertInto") begun();
      const value: unknown = Reflect.get(of, name, of);
      return typeof value === "function" ? value.bind(of) : value;
    },
  });

test("what a stand says while its word before is being written, is written next", async () => {
  let begun = (): void => undefined;
  const { store, reports, pass } = await reporting({ store: watched(await freshStore(), () => begun()) });
  begun = () => {
    begun = () => undefined;
    void reports.hear(LOBBY, using(2), "01J2" as StatementId);
  };
  await reports.hear(LOBBY, using(1), "01J1" as StatementId);
  await pass(500);
  expect((await usingOf(store, LOBBY))?.version).toBe(1);
  await pass(500);
  expect(await store.selectFrom("stands_using").select(["settings_version", "said"]).execute()).toEqual([
    { settings_version: 2, said: "01J2" },
  ]);
});

test("a picture that comes while the one before is being written, is written next", async () => {
  const pages: string[] = [];
  const heard = async (_: StandId, { page }: { readonly page: string }): Promise<void> => {
    pages.push(page);
    if (page === "welcome") await reports.hear(LOBBY, { type: "seen", page: "qr" });
  };
  const { reports, pass } = await reporting({ pictures: { heard } });
  await reports.hear(LOBBY, { type: "seen", page: "welcome" });
  await pass(200);
  await pass(200);
  expect(pages).toEqual(["welcome", "qr"]);
});

storeSuites("what a stand uses,", (fresh) => {
  const saying = (version: number, id: string, atMs: number) => ({
    stand: LOBBY,
    body: using(version),
    atMs,
    id: id as StatementId,
  });

  test("is what it said last, in whatever order two backends heard it and write it", async () => {
    const store = await fresh();
    const [first, second] = [saying(1, "01J1", 5_000), saying(2, "01J2", 1_000)];
    for (const order of [
      [first, second],
      [second, first],
    ]) {
      await store.deleteFrom("stands_using").execute();
      for (const each of order) await heardUsing(store, [each]);
      expect((await usingOf(store, LOBBY))?.version).toBe(2);
    }
  });

  test("is what was heard later where the stand's clock was set back", async () => {
    const store = await fresh();
    await heardUsing(store, [saying(1, "01J9", 1_000)]);
    await heardUsing(store, [saying(2, "01J1", 12_000)]);
    await heardUsing(store, [saying(1, "01J9", 1_000)]);
    expect((await usingOf(store, LOBBY))?.version).toBe(2);
  });

  test("and was lost with a backend that was killed before it wrote, is said anew: what is desired is pushed until it is written", async () => {
    const store = await fresh();
    await saveSettings(store, [LOBBY], { settings: menuOf(), by: "sari", why: "new prices", atMs: 1 });
    const dead = await reporting({ store });
    await dead.reports.hear(LOBBY, using(1));
    // It is killed here: nothing of what it held is written.
    expect(await usingOf(store, LOBBY)).toBeUndefined();
    const { clock, reports } = await reporting({ store });
    const pushed: CareBody[] = [];
    const pusher = new Pusher({
      store,
      clock,
      log: silentLog,
      // As a stand does that uses it already.
      say: async (stand, body) => {
        pushed.push(body);
        await reports.hear(stand, using(1));
        return true;
      },
      isKnown: () => true,
      isOnline: () => true,
      leads: () => true,
    });
    onTestFinished(() => pusher.stop());
    for (let nth = 0; nth < 200 && (await usingOf(store, LOBBY)) === undefined; nth += 1) {
      await clock.advance(1_000);
      await settle(20);
      await pause(5);
    }
    expect((await usingOf(store, LOBBY))?.version).toBe(1);
    expect(pushed).toMatchObject([{ type: "settings", version: 1 }]);
  });
});
