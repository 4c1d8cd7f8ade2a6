import { expect, onTestFinished, test } from "vitest";
import { HealthBook, type HealthBookParts } from "../../../backend/health/book.ts";
import type { StandRecord } from "../../../backend/stands/record.ts";
import { RosterInMemory } from "../../../backend/stands/roster.ts";
import type { Store } from "../../../backend/store/store.ts";
import { silentLog } from "../../../host/log.ts";
import type { StandId } from "../../../protocol/ids.ts";
import { freshStore, storeSuites } from "../../support/stores.ts";
import { pause } from "../../support/until.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";

const LOBBY = "lobby-1" as StandId;
const GATE = "gate-1" as StandId;
const recordOf = (id: StandId): StandRecord => ({
  id,
  name: id,
  merchant: "main" as StandRecord["merchant"],
  state: "active",
  policies: { late: "hold", failed: "hold" },
  rate: { aMinute: 20, burst: 10 },
  keys: [],
  isConfigured: false,
});

async function opened(store: Store, clock: VirtualClock, more: Partial<HealthBookParts> = {}) {
  const roster = new RosterInMemory({} as ConstructorParameters<typeof RosterInMemory>[0], [LOBBY, GATE].map(recordOf));
  const book = new HealthBook({
    store,
    roster,
    clock,
    log: silentLog,
    nowMs: () => clock.wall(),
    isShared: true,
    leads: () => true,
    isServing: () => false,
    minutesKeptMs: 48 * 3_600_000,
    hoursKeptMs: 400 * 86_400_000,
    ...more,
  });
  await book.start();
  onTestFinished(() => book.stop());
  return { book, roster };
}

/** Until what the timers set off on a real database is done. */
const passing = async (clock: VirtualClock, ms: number): Promise<void> => {
  await clock.advance(ms);
  await settle(20);
  await pause(30);
};

storeSuites("the book of health", (fresh) => {
  test("what one backend hears another one knows, and a third that starts later", async () => {
    const [store, clock] = [await fresh(), new VirtualClock()];
    const { book } = await opened(store, clock);
    const { book: other } = await opened(store, clock);
    book.heardHealth(LOBBY, { version: "0.2.0", temperature: 50 });
    expect(book.latest(LOBBY)?.health.temperature).toBe(50);
    for (let nth = 0; nth < 100 && other.latest(LOBBY) === undefined; nth += 1) await passing(clock, 2_000);
    expect(other.latest(LOBBY)).toEqual(book.latest(LOBBY));
    const gone = {
      stand: "gone-1" as StandId,
      heard_ms: clock.wall(),
      kept_ms: clock.wall(),
      json: '{"obstacles":[]}',
    };
    await store.insertInto("health_latest").values(gone).execute();
    const { book: third } = await opened(store, clock);
    expect(third.latest(gone.stand)).toBeUndefined();
    expect(third.versions()).toEqual([{ software: "0.2.0", count: 1, stands: [LOBBY] }]);
  });
});

test("of very many stands the last word of each is there after a restart", async () => {
  const [store, clock] = [await freshStore(), new VirtualClock()];
  const stands = Array.from({ length: 1_100 }, (_, nth) => `stand-${nth}` as StandId);
  const row = { heard_ms: 1, kept_ms: 1, json: '{"obstacles":[],"software":"0.2.0"}' };
  for (let from = 0; from < stands.length; from += 500)
    await store
      .insertInto("health_latest")
      .values(stands.slice(from, from + 500).map((stand) => ({ stand, ...row })))
      .execute();
  const roster = new RosterInMemory(
    {} as ConstructorParameters<typeof RosterInMemory>[0],
    stands.map((stand) => recordOf(stand)),
  );
  const { book } = await opened(store, clock, { roster });
  expect(book.versions()).toMatchObject([{ software: "0.2.0", count: 1_100, stands: [...stands].sort().slice(0, 50) }]);
});

test("past hours are summed up by the backend that leads, and by no other", async () => {
  const [store, clock] = [await freshStore(), new VirtualClock()];
  const { book } = await opened(store, clock, { leads: () => false });
  book.heardHealth(LOBBY, { temperature: 50 });
  await passing(clock, 3 * 3_600_000);
  const hours = () => store.selectFrom("health_hours").select("stand").execute();
  expect(await hours()).toEqual([]);
  await opened(store, clock);
  await passing(clock, 61_000);
  await expect.poll(hours).toEqual([{ stand: LOBBY }]);
});

test("whoever makes up stands, or says what is no health, is counted and changes nothing", async () => {
  const clock = new VirtualClock();
  const { book } = await opened(await freshStore(), clock);
  book.heardHealth("made-up" as StandId, { version: "0.2.0" });
  book.presences.hear("made-up" as StandId, { online: true, boot: "b", connection: 1 }, clock.wall());
  book.heardHealth(LOBBY, ["no", "health"]);
  expect(book.ignored).toEqual({ strangers: 2, unreadable: 1, dropped: 0 });
  expect(book.counts()).toMatchObject({ selling: 0, offline: 2 });
});

test("how many stands are how is counted, and whoever listens hears which have changed", async () => {
  const clock = new VirtualClock();
  const { book, roster } = await opened(await freshStore(), clock);
  const heard: StandId[][] = [];
  onTestFinished(book.onChange((changed) => void heard.push([...changed])));
  await passing(clock, 1_000);
  book.presences.hear(LOBBY, { online: true, boot: "b", connection: 1 }, clock.wall());
  book.heardHealth(LOBBY, { obstacles: ["no-paper"] });
  await passing(clock, 1_000);
  expect(book.counts()).toEqual({ selling: 0, serving: 0, trouble: 1, offline: 1, new: 0, revoked: 0 });
  expect([book.isOnline(LOBBY), book.isOnline(GATE)]).toEqual([true, false]);
  await passing(clock, 5_000);
  expect(heard).toEqual([[LOBBY]]);
  roster.put([], [LOBBY]);
  expect(book.latest(LOBBY)).toBeUndefined();
  expect(book.standing(LOBBY).state).toBe("revoked");
});

test("however many ask how many stands are how, ten thousand stands are looked at once in two seconds", async () => {
  const clock = new VirtualClock();
  const { book, roster } = await opened(await freshStore(), clock);
  roster.put(Array.from({ length: 10_000 }, (_, nth) => recordOf(`stand-${nth}` as StandId)));
  let walks = 0;
  const { book: counted } = await opened(await freshStore(), clock, {
    roster: {
      get: (id) => roster.get(id),
      onChange: (hear) => roster.onChange(hear),
      all: () => {
        walks += 1;
        return roster.all();
      },
    },
  });
  for (let nth = 0; nth < 1_000; nth += 1) expect(counted.counts().offline).toBe(10_002);
  expect(walks).toBe(1);
  await clock.advance(2_000);
  expect([counted.counts().offline, walks]).toEqual([10_002, 2]);
  roster.put([], [LOBBY]);
  expect(counted.counts().offline).toBe(10_001);
  expect(book.counts()).toEqual(counted.counts());
});

test("while somebody follows the stands, the looks that this takes are all that the counts cost", async () => {
  const clock = new VirtualClock();
  const { roster } = await opened(await freshStore(), clock);
  let walks = 0;
  const all = () => {
    walks += 1;
    return roster.all();
  };
  const get: typeof roster.get = (id) => roster.get(id);
  const { book } = await opened(await freshStore(), clock, {
    roster: { get, all, onChange: (hear) => roster.onChange(hear) },
  });
  onTestFinished(book.onChange(() => undefined));
  await passing(clock, 1_000);
  const before = walks;
  book.presences.hear(GATE, { online: true, boot: "b", connection: 1 }, clock.wall());
  for (let nth = 0; nth < 10; nth += 1) {
    await clock.advance(1_000);
    await settle(20);
    book.counts();
  }
  expect(walks - before).toBe(10);
  expect(book.counts()).toMatchObject({ selling: 1, offline: 1 });
});

test("a stand that says how it is a thousand times in a minute has one line of it, and others have theirs", async () => {
  const [store, clock] = [await freshStore(), new VirtualClock()];
  const { book } = await opened(store, clock, { isShared: false });
  for (let nth = 0; nth < 1_000; nth += 1) book.heardHealth(LOBBY, { temperature: nth % 100, obstacles: [] });
  book.heardHealth(GATE, { temperature: 40 });
  await passing(clock, 2_000);
  const rows = await store.selectFrom("health_minutes").select(["stand", "temperature"]).orderBy("stand").execute();
  expect(rows).toEqual([
    { stand: GATE, temperature: 400 },
    { stand: LOBBY, temperature: 990 },
  ]);
  expect(await store.selectFrom("health_latest").select("stand").execute()).toHaveLength(2);
});
