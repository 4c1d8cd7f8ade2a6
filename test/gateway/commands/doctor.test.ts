import { readdirSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Fleet } from "../../../backend/fleet/fleet.ts";
import { type ServedWorld, serveWorld } from "../../../device/simulated/cable-stand.ts";
import { SimulatedStand } from "../../../device/simulated/world.ts";
import type { Report } from "../../../gateway/doctor/report.ts";
import { standShape } from "../../../gateway/order/shape.ts";
import { Shelf } from "../../../gateway/settings/shelf.ts";
import { systemChance } from "../../../host/chance.ts";
import { steadyClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { openSqliteJournal } from "../../../journal/sqlite/open.ts";
import { newUlid, type StandId } from "../../../protocol/ids.ts";
import { keySetOf, newKeyPair } from "../../../protocol/keys.ts";
import type { UpBody } from "../../../protocol/statements.ts";
import { openMqtt } from "../../../wire/mqtt.ts";
import { type Mosquitto, startMosquitto } from "../../support/mosquitto.ts";
import { settingsAt } from "../../support/settings.ts";
import { until } from "../../support/until.ts";
import { called, StandFiles } from "./stand-files.ts";

/** doctor as a technician calls it: a real broker, a backend's own end of the wire, real files, a simulated stand. */

const clock = steadyClock("test");
let broker: Mosquitto;
beforeAll(async () => {
  broker = await startMosquitto();
}, 20_000);
afterAll(() => broker.close());

let files: StandFiles;
let world: SimulatedStand;
let served: ServedWorld;
let config: string;
let fleet: Fleet | undefined;

beforeEach(async () => {
  files = new StandFiles();
  world = new SimulatedStand(
    {
      screen: { width: 480, height: 320 },
      printer: { dots: 576, msPerRow: 0 },
      relays: ["slot-1"],
      buttons: ["a1", "cancel"],
      sensors: [],
    },
    clock,
  );
  served = await serveWorld(world, 0, clock);
  config = files.configure({
    link: `url = "${broker.url}"`,
    more: `[simulated]\naddress = "127.0.0.1:${served.port}"`,
  });
});
afterEach(async () => {
  await fleet?.close();
  fleet = undefined;
  await served.close();
  files.remove();
});

/** The backend's end of the wire, which believes this key of the stand. */
async function backend(jwk = files.stand.publicJwk): Promise<UpBody[]> {
  const heard: UpBody[] = [];
  fleet = new Fleet({
    clientId: "backend",
    key: files.backend.signing,
    standKeys: keySetOf([{ owner: "lobby-1" as StandId, jwk }]),
    open: openMqtt({ url: broker.url, clock, random: systemChance, log: silentLog }),
    journal: "ledger",
    clock,
    random: systemChance,
    log: silentLog,
    hear: async (_, body) => void heard.push(body),
    back: () => undefined,
    healthOf: () => undefined,
    changed: () => undefined,
  });
  await until("the backend is connected", () => fleet?.connected === true);
  return heard;
}

async function report(): Promise<{ readonly code: number; readonly report: Report; outcome(check: string): string }> {
  const { code, out } = await called("doctor", "--json", "--config", config);
  expect(out).toHaveLength(1);
  const report: Report = JSON.parse(out[0] ?? "");
  return {
    code,
    report,
    outcome: (name) => {
      const found = report.checks.find(({ check }) => check === name);
      return `${found?.verdict} ${found?.as}: ${found?.found}`;
    },
  };
}

const OF_THE_STAND = ["screen", "printer", "relays", "inputs"];

test("finds nothing wrong with a stand that could sell, and leaves nothing behind", async () => {
  const heard = await backend();
  const before = readdirSync(files.folder);
  const { code, report: whole, outcome } = await report();
  const wrong = whole.checks.filter(({ verdict }) => verdict === "wrong");
  /* A container's disk may be one that forgets; everything else is the test's own. */
  expect(wrong.filter(({ check }) => check !== "journal-disk")).toEqual([]);
  expect(code).toBe(wrong.length === 0 ? 0 : 1);
  for (const check of OF_THE_STAND) expect(outcome(check)).toMatch(/^ok /);
  expect(outcome("screen")).toBe("ok ok: 480 × 320, a QRIS code has 4 pixels a module");
  expect(outcome("backend")).toMatch(/^ok ok: a sealed sync was acked in \d+ ms$/);
  expect(outcome("stand-key")).toContain(JSON.stringify(files.stand.publicJwk));
  expect(heard).toEqual([{ type: "sync", orders: [], lost: false }]);
  expect(readdirSync(files.folder)).toEqual(before);
  expect(world.pulses).toEqual([]);
}, 60_000);

test("says so of a backend that does not know the stand's key, of a broker that is away, and of a configuration with a mistake", async () => {
  await backend(newKeyPair().publicJwk);
  const stranger = await report();
  expect(stranger.code).toBe(1);
  expect(stranger.outcome("broker-login")).toMatch(/^ok ok/);
  expect(stranger.outcome("backend")).toBe("wrong silent: no answer within 10 s");

  files.configure({ link: 'url = "mqtt://127.0.0.1:1"', more: `[simulated]\naddress = "127.0.0.1:${served.port}"` });
  const away = await report();
  expect(away.outcome("broker-port")).toContain("wrong unreached: 127.0.0.1 port 1:");
  expect(away.outcome("broker-login")).toContain("wrong refused");
  expect(away.outcome("backend")).toContain("skipped not-connected");

  files.write("gateway.toml", "[stand]\nid = 7\n");
  const bad = await report();
  expect(bad.outcome("configuration")).toContain("wrong unusable");
  expect(bad.outcome("printer")).toBe("skipped no-configuration: the configuration is not usable");
  expect(bad.outcome("node")).toMatch(/^ok /);
}, 90_000);

test("leaves alone what the running daemon has, and says so; what can be looked at is looked at", async () => {
  await backend();
  const newId = (): string => newUlid(clock.wall(), systemChance);
  const { journal } = openSqliteJournal({ file: files.journal, shape: standShape, newId, wall: () => clock.wall() });
  await journal.note("health", { printer: "paper-low", connected: true });
  let plugged = 0;
  world.watch(() => {
    plugged += 1;
  });
  const { outcome } = await report();
  for (const check of ["screen", "relays", "inputs"])
    expect(outcome(check)).toBe("skipped held: the running daemon has it");
  expect(outcome("printer")).toMatch(/^warning paper-low: paper-low, as the running daemon noted \d+ s ago$/);
  expect(outcome("journal")).toBe("ok ok: 0 orders open, 0 of them owed, 0 statements wait for the backend");
  expect(outcome("backend")).toMatch(/^ok ok/);
  expect(plugged).toBe(0);
  await journal.close();
}, 60_000);

test("looks at the buttons of the menu that the backend has sent, as the stand sells by it", async () => {
  const options = { folder: files.path("settings"), stand: "lobby-1" as StandId, log: silentLog };
  await new Shelf(options).sell({ version: 3, settings: settingsAt(9_000, { button: "a1", line: "slot-1" }) });
  expect((await report()).outcome("inputs")).toBe("ok ok: a1, cancel");
  await new Shelf(options).sell({ version: 4, settings: settingsAt(9_000, { button: "b7", line: "slot-1" }) });
  expect((await report()).outcome("inputs")).toContain("b7");
}, 90_000);

describe("for a person", () => {
  test("there is a line a check, what to do below it, and a count at the end", async () => {
    await backend();
    world.setPrinter("out", "closed");
    const { code, out, err } = await called("doctor", "--config", config);
    expect(code).toBe(1);
    const line = out.findIndex((each) => each.startsWith("WRONG    printer"));
    expect(out[line]).toContain("no-paper, 576 dots across");
    expect(out[line + 1]?.trim()).toBe("→ put a roll in");
    expect(err).toMatch(/^qris-gateway \d+\.\d+\.\d+: \d+ ok, \d+ warnings, \d+ wrong, \d+ skipped\n$/);
  }, 60_000);
});
