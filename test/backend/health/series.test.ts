import { expect, onTestFinished, test } from "vitest";
import { readHealth } from "../../../backend/health/parse.ts";
import { Recorder } from "../../../backend/health/recorder.ts";
import { type RollUpParts, rollUp } from "../../../backend/health/rollup.ts";
import { seriesOf } from "../../../backend/health/series.ts";
import type { Store } from "../../../backend/store/store.ts";
import { silentLog } from "../../../host/log.ts";
import type { StandId } from "../../../protocol/ids.ts";
import { freshStore, storeSuites } from "../../support/stores.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The beginning of an hour. */
const FROM = 490_000 * HOUR;
const LOBBY = "lobby-1" as StandId;
const GATE = "gate-1" as StandId;
const said = (temperature?: number) => readHealth({ temperature, rss: 1_048_576 }, 0) ?? { obstacles: [] };

function recording(store: Store, bound?: number): Recorder {
  const parts = { store, clock: new VirtualClock(), log: silentLog, nowMs: () => FROM };
  const recorder = new Recorder({ ...parts, ...(bound === undefined ? {} : { bound }) });
  onTestFinished(() => recorder.stop());
  return recorder;
}

/** So many minutes of both stands; the temperature is the minute's number. */
async function written(store: Store, minutes: number, from = FROM): Promise<void> {
  const recorder = recording(store);
  for (let nth = 0; nth < minutes; nth += 1)
    for (const stand of [LOBBY, GATE]) recorder.hear(stand, said(nth), from + nth * MINUTE + 17);
  while (recorder.waiting > 0) await recorder.flush();
}

const rolling = (store: Store, nowMs: number, more: Partial<RollUpParts> = {}): RollUpParts => ({
  store,
  nowMs,
  minutesKeptMs: 48 * HOUR,
  hoursKeptMs: 400 * DAY,
  breathe: async () => undefined,
  ...more,
});

const hoursOf = async (store: Store, stand = LOBBY) =>
  (await store.selectFrom("health_hours").where("stand", "=", stand).selectAll().orderBy("hour").execute()).map(
    ({ hour, samples, temperature_min, temperature_avg, temperature_max }) => [
      hour - FROM / HOUR,
      samples,
      temperature_min,
      temperature_avg,
      temperature_max,
    ],
  );

const minutesIn = async (store: Store): Promise<number> =>
  Number(
    (
      await store
        .selectFrom("health_minutes")
        .select((all) => all.fn.countAll().as("n"))
        .executeTakeFirst()
    )?.n,
  );

storeSuites("health over time", (fresh) => {
  test("a chart of two hours has a point for each minute, and none where nothing was heard", async () => {
    const store = await fresh();
    await written(store, 60);
    const asked = { stand: LOBBY, fromMs: FROM, toMs: FROM + 2 * HOUR, points: 120 };
    const { atMs, figures } = await seriesOf(store, asked, { nowMs: FROM + 2 * HOUR, minutesKeptMs: 2 * DAY });
    expect(atMs).toEqual(Array.from({ length: 120 }, (_, nth) => FROM + nth * MINUTE));
    expect(figures["temperature"]?.slice(0, 4)).toEqual([0, 1, 2, 3]);
    expect(figures["temperature"]?.slice(60)).toEqual(Array(60).fill(null));
    expect(figures["rss"]?.[0]).toBe(1_048_576);
    expect(figures["load"]?.[0]).toBeNull();
  });

  test("a chart of few points says mean, least and most of each", async () => {
    const store = await fresh();
    await written(store, 60);
    const asked = { stand: LOBBY, fromMs: FROM, toMs: FROM + HOUR, points: 2 };
    const series = await seriesOf(store, asked, { nowMs: FROM + HOUR, minutesKeptMs: 2 * DAY });
    expect(series.figures["temperature"]).toEqual([14.5, 44.5]);
    expect([series.least["temperature"], series.most["temperature"]]).toEqual([[0, 30], [29, 59]]); // biome-ignore format: pairs
  });

  test("a chart ends a minute after now, goes back four hundred days, and has a thousand points at most", async () => {
    const store = await fresh();
    const kept = { nowMs: FROM + HOUR, minutesKeptMs: 2 * DAY };
    const wide = { stand: LOBBY, fromMs: 0, toMs: FROM + 900 * DAY, points: 1e9 };
    const { atMs } = await seriesOf(store, wide, kept);
    expect(atMs).toHaveLength(1_000);
    expect(atMs[0]).toBe(FROM + HOUR + MINUTE - 400 * DAY);
    expect(atMs.at(-1)).toBeLessThan(FROM + HOUR + MINUTE);
    const none = { ...wide, fromMs: FROM + DAY, toMs: FROM + 2 * DAY };
    expect((await seriesOf(store, none, kept)).atMs).toEqual([]);
  });

  test("the mean of hours counts what was heard in each, and minutes that are kept no more come from hours", async () => {
    const store = await fresh();
    await written(store, 60);
    await written(store, 1, FROM + HOUR);
    await rollUp(rolling(store, FROM + 3 * HOUR));
    await store.deleteFrom("health_minutes").execute();
    const asked = { stand: LOBBY, fromMs: FROM, toMs: FROM + 2 * HOUR, points: 1 };
    const series = await seriesOf(store, asked, { nowMs: FROM + 10 * DAY, minutesKeptMs: 2 * DAY });
    expect(series.figures["temperature"]?.[0]).toBeCloseTo((60 * 29.5 + 0) / 61, 1);
    expect([series.least["temperature"], series.most["temperature"]]).toEqual([[0], [59]]);
  });

  test("hours are made for every one of very many stands", async () => {
    const store = await fresh();
    const recorder = recording(store);
    const stands = Array.from({ length: 250 }, (_, nth) => `stand-${nth}` as StandId);
    for (const stand of stands) recorder.hear(stand, said(20), FROM + 17);
    while (recorder.waiting > 0) await recorder.flush();
    await rollUp(rolling(store, FROM + 2 * HOUR));
    const made = await store.selectFrom("health_hours").select("stand").execute();
    expect(new Set(made.map(({ stand }) => stand))).toEqual(new Set(stands));
  });

  test("hours are made of whole hours only, once, and minutes that are not in an hour stay", async () => {
    const store = await fresh();
    await written(store, 90);
    expect(await rollUp(rolling(store, FROM + HOUR + 4 * MINUTE))).toEqual({ hours: 0, minutesDeleted: 0 });
    expect(await rollUp(rolling(store, FROM + HOUR + 6 * MINUTE))).toEqual({ hours: 1, minutesDeleted: 0 });
    expect(await rollUp(rolling(store, FROM + HOUR + 6 * MINUTE))).toEqual({ hours: 0, minutesDeleted: 0 });
    expect(await hoursOf(store)).toEqual([[0, 60, 0, 300 - 5, 590]]);
    expect(await hoursOf(store, GATE)).toEqual(await hoursOf(store));
  });

  test("a crash in the midst of an hour changes nothing of what comes out", async () => {
    const store = await fresh();
    await written(store, 60);
    const crash = async (): Promise<void> => {
      throw new Error("crash");
    };
    await expect(rollUp(rolling(store, FROM + 2 * HOUR, { breathe: crash }))).rejects.toThrow("crash");
    await rollUp(rolling(store, FROM + 2 * HOUR));
    expect(await hoursOf(store)).toEqual([[0, 60, 0, 295, 590]]);
  });

  test("minutes go when they are old and in an hour, hours when they are old", async () => {
    const store = await fresh();
    await written(store, 60);
    const later = FROM + 49 * HOUR;
    await written(store, 1, later);
    expect(await rollUp(rolling(store, later + HOUR))).toEqual({ hours: 1, minutesDeleted: 60 });
    expect(await minutesIn(store)).toBe(2);
    await rollUp(rolling(store, FROM + 402 * DAY));
    expect(await minutesIn(store)).toBe(0);
    expect(await hoursOf(store)).toEqual([[49, 1, 0, 0, 0]]);
  });

  test("a long chart is drawn from hours, and its last minutes from minutes", async () => {
    const store = await fresh();
    await written(store, 60);
    await written(store, 60, FROM + 72 * HOUR);
    await rollUp(rolling(store, FROM + 72 * HOUR + 30 * MINUTE));
    const asked = { stand: LOBBY, fromMs: FROM, toMs: FROM + 73 * HOUR, points: 1_000 };
    const { atMs, figures } = await seriesOf(store, asked, { nowMs: FROM + 73 * HOUR, minutesKeptMs: 2 * DAY });
    expect(atMs).toHaveLength(73);
    expect(figures["temperature"]?.filter((each) => each !== null)).toEqual([29.5, 29.5]);
    expect(figures["temperature"]?.[72]).toBe(29.5);
  });

  test("the newest word of a stand stands, even when an older one is written later", async () => {
    const store = await fresh();
    const [one, other] = [recording(store), recording(store)];
    one.hear(LOBBY, said(50), FROM + 9_000);
    other.hear(LOBBY, said(40), FROM + 3_000);
    await one.flush();
    await other.flush();
    const latest = await store.selectFrom("health_latest").selectAll().executeTakeFirst();
    expect([latest?.heard_ms, JSON.parse(latest?.json ?? "").temperature]).toEqual([FROM + 9_000, 50]);
  });
});

test("what the store does not take waits, and of too much the oldest is dropped and counted", async () => {
  const store = await freshStore();
  await store.schema.alterTable("health_minutes").renameTo("away").execute();
  const recorder = recording(store, 50);
  for (let nth = 0; nth < 70; nth += 1) {
    recorder.hear(LOBBY, said(nth), FROM + nth * MINUTE);
    if (nth % 10 === 9) await expect(recorder.flush()).rejects.toThrow("health_minutes");
  }
  expect([recorder.waiting, recorder.dropped]).toEqual([50, 20]);
  await store.schema.alterTable("away").renameTo("health_minutes").execute();
  await recorder.flush();
  const kept = await store.selectFrom("health_minutes").select("minute").orderBy("minute").execute();
  expect(kept.map(({ minute }) => minute - FROM / MINUTE)).toEqual(Array.from({ length: 50 }, (_, nth) => nth + 20));
});
