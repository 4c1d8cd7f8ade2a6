import { expect, onTestFinished, test } from "vitest";
import { AlarmBook } from "../../../backend/alarms/book.ts";
import { overviewOf } from "../../../backend/console/api/overview.ts";
import type { StandLine } from "../../../backend/console/api/words.ts";
import { alarmsDesk } from "../../../backend/console/desks/alarms.ts";
import { settingsDesk } from "../../../backend/console/desks/settings.ts";
import { standsDesk } from "../../../backend/console/desks/stands.ts";
import { HealthBook } from "../../../backend/health/book.ts";
import { heardUsing } from "../../../backend/settings/book.ts";
import { Pictures } from "../../../backend/settings/pictures.ts";
import { Following } from "../../../backend/stands/following.ts";
import { Registry } from "../../../backend/stands/registry.ts";
import { RosterInMemory } from "../../../backend/stands/roster.ts";
import { utcClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { newUlid, type StandId } from "../../../protocol/ids.ts";
import type { CareBody } from "../../../protocol/statements.ts";
import { freshStore } from "../../support/stores.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";
import { seeded } from "../../world/seeded.ts";
import { menuOf } from "../settings/menus.ts";
import { openConsoleRig } from "./rig.ts";

const LOBBY = "lobby-1" as StandId;
const MAIN = "main" as ConstructorParameters<typeof Registry>[0]["selling"][number];

/** The desks of stands, settings and alarms over their real books. */
async function openWorld() {
  const [store, clock, log, random] = [await freshStore(), utcClock({ keepsAlive: false }), silentLog, seeded(5)];
  const roster = new RosterInMemory({} as ConstructorParameters<typeof RosterInMemory>[0]);
  const following = new Following({ store, roster, clock, log });
  await following.look();
  const registry = new Registry({
    store,
    codeMs: 600_000,
    selling: [MAIN],
    isConfigured: (stand) => roster.get(stand)?.isConfigured === true,
    wall: () => clock.wall(),
    changed: () => following.look(),
  });
  const said: (readonly [StandId, CareBody])[] = [];
  const shared = { store, clock, log, nowMs: () => clock.now().ms, newId: () => newUlid(clock.wall(), random) };
  const health = new HealthBook({
    ...shared,
    roster,
    isShared: false,
    leads: () => true,
    isServing: () => false,
    minutesKeptMs: 48 * 3_600_000,
    hoursKeptMs: 400 * 86_400_000,
  });
  await health.start();
  onTestFinished(() => health.stop());
  const alarms = new AlarmBook({ ...shared, isShared: false });
  onTestFinished(() => alarms.stop());
  const pictures: Pictures = new Pictures({
    ...shared,
    say: async (stand, body) => {
      said.push([stand, body]);
      await pictures.heard(stand, {
        type: "seen",
        png: Buffer.from("a picture").toString("base64url"),
        page: "welcome",
      });
      return true;
    },
  });
  const looked: StandId[] = [];
  const desks = {
    stands: standsDesk({ ...shared, roster, registry, health, pictures, alarms: () => alarms.now() }),
    settings: settingsDesk({ ...shared, roster, pusher: { look: (stands) => void looked.push(...stands) } }),
    alarms: alarmsDesk(alarms),
  };
  const rig = await openConsoleRig({ store, desks });
  return { rig, store, roster, health, alarms, said, looked, desks };
}

test("a stand is invited, named, placed and revoked from the console, and the roster knows it at once", async () => {
  const { rig, roster } = await openWorld();
  const root = await rig.signedIn("root", "admin");
  const place = { latitude: -6.2, longitude: 106.8 };
  const made = await root.post("/api/stands", { id: LOBBY, name: "Kopi Lobi", place });
  expect(made).toMatchObject({
    status: 201,
    body: { stand: LOBBY, code: expect.any(String), endsMs: expect.any(Number) },
  });
  expect(await root.post("/api/stands", { id: LOBBY, name: "Kopi Lobi" })).toMatchObject({
    status: 409,
    body: { why: "taken" },
  });
  expect(roster.get(LOBBY)).toMatchObject({ name: "Kopi Lobi", place, merchant: "main", state: "invited" });
  const change = { name: "Kopi Barat", site: "Bandung", place: null, policies: { late: "refund", failed: "hold" } };
  expect(await root.ask("PATCH", `/api/stands/${LOBBY}`, change)).toMatchObject({ status: 200 });
  expect(roster.get(LOBBY)).toMatchObject({ name: "Kopi Barat", site: "Bandung", policies: { late: "refund" } });
  expect(roster.get(LOBBY)?.place).toBeUndefined();
  const again = await root.post(`/api/stands/${LOBBY}/invite`);
  expect(again.body["code"]).not.toBe(made.body["code"]);
  expect(await root.post(`/api/stands/${LOBBY}/revoke`, { why: "stolen" })).toMatchObject({ status: 200 });
  expect(roster.get(LOBBY)?.state).toBe("revoked");
  expect(await root.post("/api/stands/lobby-2/revoke", { why: "x" })).toMatchObject({ status: 404 });
  const entries = await rig.entries();
  expect(entries.filter(({ what }) => what === "stand.revoke")).toMatchObject([
    { result: "begun", about: LOBBY, details: { why: "stolen" } },
    { result: "done", about: LOBBY },
    { result: "begun", about: "lobby-2" },
    { result: "refused", about: "lobby-2", because: "not-found" },
  ]);
  expect(JSON.stringify(entries)).not.toContain(String(made.body["code"]));
});

test("a stand's page tells how it is, what it shall use, what it uses and what it refused", async () => {
  const { rig, store, health, alarms, looked } = await openWorld();
  const root = await rig.signedIn("root", "admin");
  await root.post("/api/stands", { id: LOBBY, name: "Kopi Lobi" });
  await store.updateTable("stands").set({ state: "active", revision: 99 }).execute();
  health.heardHealth(LOBBY, { version: "1.2.3", temperature: 48, relays: { "slot-1": 7 }, obstacles: [] });
  await alarms.raise({ kind: "printer", stand: LOBBY }, { is: "printer", condition: "no-paper" });
  const settings = JSON.parse(JSON.stringify(menuOf()));
  const put = await root.ask("PUT", `/api/stands/${LOBBY}/settings`, { settings, why: "new prices" });
  expect(put).toMatchObject({ status: 202, body: { versions: { [LOBBY]: 1 } } });
  expect(looked).toEqual([LOBBY]);
  await heardUsing(store, [
    {
      stand: LOBBY,
      body: {
        type: "using",
        software: "1.2.3",
        settings: { version: 0, refused: { version: 1, because: "no line slot-9" } },
        keys: { version: 0 },
      },
      atMs: 1_700_000_000_000,
    },
  ]);
  expect(await root.get(`/api/stands/${LOBBY}`)).toMatchObject({
    status: 200,
    body: {
      software: "1.2.3",
      alarms: 1,
      alarmsNow: [{ kind: "printer", detail: { id: "kertas habis", en: "it is out of paper" } }],
      health: { figures: { temperature: 48, "relay slot-1": 7 } },
      settings: {
        desired: { version: 1, settings, by: "root" },
        using: 0,
        refused: { version: 1, because: "no line slot-9" },
      },
    },
  });
  expect(await root.get("/api/versions")).toMatchObject({ body: { versions: [{ software: "1.2.3", count: 1 }] } });
  expect(await root.get("/api/stands/lobby-2")).toMatchObject({ status: 404 });
});

test("settings that no stand could use are refused with what is wrong where, and none is saved", async () => {
  const { rig, looked } = await openWorld();
  const root = await rig.signedIn("root", "admin");
  await root.post("/api/stands", { id: LOBBY, name: "Kopi Lobi" });
  const bad = await root.ask("PUT", `/api/stands/${LOBBY}/settings`, { settings: { products: 7 } });
  expect(bad).toMatchObject({ status: 422 });
  expect(bad.body["issues"]).toContainEqual({ path: "settings.products", message: expect.any(String) });
  const twice = { stands: [LOBBY, LOBBY], settings: menuOf() };
  expect(await root.post("/api/settings", twice)).toMatchObject({
    status: 422,
    body: { issues: [{ path: "stands" }] },
  });
  const strange = { stands: [LOBBY, "lobby-9"], settings: menuOf() };
  expect(await root.post("/api/settings", strange)).toMatchObject({
    status: 422,
    body: { issues: [{ path: "stands" }] },
  });
  expect(looked).toEqual([]);
});

test("what a stand shows is asked of the stand, and comes as a picture with its age", async () => {
  const { rig, said } = await openWorld();
  const root = await rig.signedIn("root", "admin");
  expect(await root.get(`/api/stands/${LOBBY}/screen`)).toMatchObject({ status: 404 });
  await root.post("/api/stands", { id: LOBBY, name: "Kopi Lobi" });
  const { status, headers, text } = await root.get(`/api/stands/${LOBBY}/screen`);
  expect([status, headers.get("content-type"), headers.get("x-age-ms"), headers.get("x-page"), text]).toEqual([
    200,
    "image/png",
    "0",
    "welcome",
    "a picture",
  ]);
  expect(said).toEqual([[LOBBY, { type: "look" }]]);
});

test("an alarm is acknowledged once, by name, and is no news from then on", async () => {
  const { rig, alarms, desks } = await openWorld();
  const ani = await rig.signedIn("ani", "staff");
  await alarms.raise({ kind: "printer", stand: LOBBY }, { is: "printer", condition: "no-paper" });
  const { body } = await ani.get("/api/alarms");
  const [{ id = "" } = {}] = body["alarms"] as { readonly id?: string }[];
  expect(await overviewOf(desks)).toMatchObject({ alarms: 1 });
  expect(await ani.post(`/api/alarms/${id}/acknowledge`)).toMatchObject({ status: 200 });
  expect(await overviewOf(desks)).toMatchObject({ alarms: 0 });
  expect(await ani.post(`/api/alarms/${id}/acknowledge`)).toMatchObject({ status: 409, body: { why: "acknowledged" } });
  expect(await ani.post("/api/alarms/nothing/acknowledge")).toMatchObject({ status: 404 });
  expect(await ani.get("/api/alarms")).toMatchObject({ body: { alarms: [{ acknowledged: { by: "ani" } }] } });
  const entries = (await rig.entries()).filter(({ what, about }) => what === "alarm.acknowledge" && about === id);
  expect(entries.map(({ result }) => result)).toEqual(["begun", "done", "begun", "refused"]);
});

test("when the whole fleet goes at once, those who look are told a hundred stands at a time, each once, as it is by then", async () => {
  const clock = new VirtualClock();
  const ids = Array.from({ length: 1_000 }, (_, nth) => `stand-${nth}` as StandId);
  const states = new Map<StandId, "selling" | "offline">(ids.map((id) => [id, "selling"]));
  const hearers = new Set<(changed: ReadonlySet<StandId>) => void>();
  const health = {
    standing: (id: StandId) => ({ state: states.get(id) ?? "offline", reasons: [] }),
    latest: () => undefined,
    presence: () => undefined,
    onChange: (hear: (changed: ReadonlySet<StandId>) => void) => {
      hearers.add(hear);
      return () => void hearers.delete(hear);
    },
  };
  const roster = { get: (id: StandId) => ({ id, name: id, merchant: MAIN }), onChange: () => () => undefined };
  const parts = { health, roster, clock, log: silentLog, alarms: async () => [] };
  const desk = standsDesk(parts as unknown as Parameters<typeof standsDesk>[0]);
  const told: string[] = [];
  const stop = desk.onChange(({ id, state }) => told.push(`${id} ${state}`));
  const all = (state: "selling" | "offline"): void => {
    for (const id of ids) states.set(id, state);
    for (const hear of hearers) hear(new Set(ids));
  };
  all("offline");
  await clock.advance(100);
  await settle(20);
  expect(told).toHaveLength(100);
  all("selling");
  for (let nth = 0; nth < 20; nth += 1) {
    await clock.advance(100);
    await settle(20);
  }
  expect(told).toHaveLength(1_100);
  expect(new Set(told.slice(100))).toEqual(new Set(ids.map((id) => `${id} selling`)));
  stop();
  expect(hearers.size).toBe(0);
});

test("ten thousand stands are looked at once a second for all who ask, not at one go, and anew when one has changed", async () => {
  const clock = new VirtualClock();
  const roster = new RosterInMemory({} as ConstructorParameters<typeof RosterInMemory>[0]);
  const record = (id: string) => ({
    ...{ id: id as StandId, name: id, merchant: MAIN, state: "active" as const, isConfigured: false, keys: [] },
    ...{ policies: { late: "hold", failed: "hold" } as const, rate: { aMinute: 20, burst: 10 } },
  });
  roster.put(Array.from({ length: 10_000 }, (_, nth) => record(`stand-${String(nth).padStart(4, "0")}`)));
  const asked = { looks: 0, mostAtOnce: 0, alarms: 0 };
  let since = 0;
  let tell = (_: ReadonlySet<StandId>): void => undefined;
  const standing = () => {
    asked.looks += 1;
    asked.mostAtOnce = Math.max(asked.mostAtOnce, asked.looks - since);
    return { state: "selling", reasons: [] } as const;
  };
  const unasked = {} as never;
  const listen = (hear: typeof tell) => {
    tell = hear;
    return () => undefined;
  };
  const desk = standsDesk({
    ...{ roster, clock, log: silentLog, nowMs: () => clock.now().ms, store: unasked, registry: unasked },
    pictures: unasked,
    health: {
      ...{ standing, latest: () => undefined, presence: () => undefined, versions: () => [], series: unasked },
      ...{ counts: unasked, onChange: listen },
    },
    alarms: async () => {
      asked.alarms += 1;
      return [{ stand: "stand-0007" as StandId }];
    },
  });
  const read = async (): Promise<readonly StandLine[]> => {
    let isThere = false;
    const reading = desk.all().finally(() => {
      isThere = true;
    });
    while (!isThere) {
      since = asked.looks;
      await clock.advance(2);
    }
    return JSON.parse([...(await reading)].join("")).stands;
  };
  const lists = await Promise.all(Array.from({ length: 20 }, read));
  expect(lists.map(({ length }) => length)).toEqual(Array.from({ length: 20 }, () => 10_000));
  expect(lists[0]?.slice(6, 8).map(({ id, alarms }) => [id, alarms])).toEqual([
    ["stand-0006", 0],
    ["stand-0007", 1],
  ]);
  expect(asked).toEqual({ looks: 10_000, mostAtOnce: expect.any(Number), alarms: 1 });
  expect(asked.mostAtOnce).toBeLessThan(1_100);

  roster.put([record("stand-0000"), record("zoo")]);
  expect((await read()).at(-1)?.id).toBe("zoo");
  expect(asked.looks).toBe(20_001);
  onTestFinished(desk.onChange(() => undefined));
  await read();
  await read();
  expect(asked.looks).toBe(30_002);
  tell(new Set(["stand-0001" as StandId]));
  await read();
  expect(asked.looks).toBe(40_003);
});
