import { writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import type { StandKeyRow, StandRow } from "../../backend/stands/tables.ts";
import { openStore, storeFileBeside } from "../../backend/store/store.ts";
import type { Health } from "../../gateway/health/health.ts";
import { steadyClock } from "../../host/clock.ts";
import type { StandId } from "../../protocol/ids.ts";
import { newKeyPair } from "../../protocol/keys.ts";
import { topicOf } from "../../protocol/topics.ts";
import { runProgram } from "../fleet/program.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { pause } from "../support/until.ts";
import { residentMb, unitEnvironment } from "./daemon.ts";
import { withFolder } from "./folder.ts";
import type { Row } from "./table.ts";

const STANDS = 10_000;
const MOST_MB = 300;
/** A stand reports its health once a minute; so many minutes are told here in a row. */
const ROUNDS = 3;
/** Published before the broker has taken the ones before. */
const AT_ONCE = 200;
/** Time for what was heard last to be put away. */
const SETTLES_MS = 3_000;

/** What a backend weighs that knows ten thousand stands, each of which is there and has told how it is. */
export async function crowdRows(): Promise<readonly Row[]> {
  const [empty, full] = [
    await withFolder((folder) => weigh(folder, 1)),
    await withFolder((folder) => weigh(folder, STANDS)),
  ];
  const note = `a whole backend on SQLite, after ${ROUNDS} reports of health from each stand; floor: the same with one stand`;
  return [
    {
      ...{ what: `resident memory of a backend with ${STANDS} stands`, unit: "MB", value: full, floor: empty },
      ...{ target: MOST_MB, note },
    },
  ];
}

async function weigh(folder: string, stands: number): Promise<number> {
  await enrol(folder, stands);
  const broker = await startMosquitto();
  const running = await runProgram({
    program: "backend/main",
    args: ["run", "--config", writeConfig(folder, broker.url)],
    log: join(folder, "log"),
    env: unitEnvironment("qris-backend"),
    isReady: (said) => said.includes('"what":"ready"') && said.includes('"what":"connected to the broker"'),
  });
  try {
    await tell(broker.url, stands);
    await pause(SETTLES_MS);
    return residentMb(running.pid);
  } finally {
    await running.stop();
    await broker.close();
  }
}

async function tell(url: string, stands: number): Promise<void> {
  const client = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, clientId: "crowd" });
  (client.stream as Socket).setNoDelay(true);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (let from = 1; from <= stands; from += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, stands - from + 1) }, (_, nth) => idOf(from + nth));
      await Promise.all(some.map((id) => (round === 0 ? comes(client, id) : reports(client, id, round))));
    }
  }
  await client.endAsync();
}

const idOf = (nth: number): StandId => `stand-${nth}` as StandId;

const comes = (client: MqttClient, id: StandId): Promise<unknown> =>
  client.publishAsync(topicOf(id, "presence"), JSON.stringify({ online: true, boot: `boot-${id}`, connection: 1 }), {
    ...{ qos: 1, retain: true },
  });

const reports = (client: MqttClient, id: StandId, round: number): Promise<unknown> =>
  client.publishAsync(
    topicOf(id, "health"),
    JSON.stringify({ ...HEALTH, boot: `boot-${id}`, uptimeSeconds: round * 60 }),
    {
      qos: 1,
    },
  );

const HEALTH: Health = {
  version: "0.1.0",
  wallMs: 1_790_000_000_000,
  uptimeSeconds: 86_400,
  rss: 106_000_000,
  heap: 41_000_000,
  load: 0.31,
  temperature: 51.2,
  diskFree: 21_000_000_000,
  backlog: { count: 0 },
  printer: "ok",
  panel: "ok",
  obstacles: [],
  connected: true,
  reconnects: 2,
  unsent: 0,
  throttled: [],
  clockSynced: true,
  certificateEndsInMs: 5_184_000_000,
  boot: "boot",
  page: "welcome",
  relays: { gate: 41 },
  settings: 3,
};

/** As if they had come one by one. */
async function enrol(folder: string, stands: number): Promise<void> {
  const store = await openStore({ place: { file: storeFileBeside(ledgerIn(folder)) }, clock: steadyClock("crowd") });
  for (let from = 1; from <= stands; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, stands - from + 1) }, (_, nth) => rowsOf(idOf(from + nth)));
    await store
      .insertInto("stands")
      .values(some.map(({ stand }) => stand))
      .execute();
    await store
      .insertInto("stand_keys")
      .values(some.map(({ key }) => key))
      .execute();
  }
  await store.updateTable("stand_revisions").set({ revision: 1 }).execute();
  await store.destroy();
}

function rowsOf(id: StandId) {
  const { kid, publicJwk } = newKeyPair().signing;
  const now = Date.now();
  const stand: StandRow = {
    ...{ id, name: `Kopi ${id}`, site: "Bandung", latitude: -6.9147, longitude: 107.6098, merchant: ONLY_MERCHANT },
    ...{ state: "active", late_policy: "hold", failed_policy: "hold", rate_a_minute: 20, rate_burst: 10 },
    ...{ made_ms: now, enrolled_ms: now, revoked_ms: null, revoked_why: null, revision: 1 },
  };
  const key: StandKeyRow = { kid, stand: id, x: publicJwk.x, since_ms: now, revoked_ms: null };
  return { stand, key };
}

const ledgerIn = (folder: string): string => join(folder, "ledger.sqlite");

function writeConfig(folder: string, broker: string): string {
  const file = (name: string, text: string): string => {
    const at = join(folder, name);
    writeFileSync(at, text, { mode: 0o600 });
    return at;
  };
  return file(
    "backend.toml",
    `[http]
port = 0
[journal]
file = "${ledgerIn(folder)}"
[link]
url = "${broker}"
[keys]
private_file = "${file("key.pem", newKeyPair().pem)}"
[[merchants]]
base_url = "http://127.0.0.1:9"
server_key_file = "${file("server-key", "SB-Mid-server-bench")}"
`,
  );
}
