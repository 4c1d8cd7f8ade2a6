import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { newKeyPair } from "../../protocol/keys.ts";
import { type Far, openFar } from "../bench/far.ts";
import { freePort } from "../support/free-port.ts";
import { pause } from "../support/until.ts";
import type { FleetBackend } from "./backends.ts";
import { type FleetBroker, startBroker } from "./broker.ts";
import type { CrowdHouse, CrowdHouseParts } from "./crowd-house.ts";
import { startDatabase } from "./database.ts";
import { enrolAll } from "./enrol.ts";
import { backendNames, dealt, type Ends, newStands, openFolder, startBackends } from "./ground.ts";
import { SERVER_KEY, startProvider } from "./provider.ts";

export type CrowdParts = {
  readonly stands: number;
  readonly backends: number;
  /** Processes that the stands are spread over. */
  readonly houses: number;
  tell(what: string): void;
};

/** Backends, broker, database and Midtrans' stand-in, and so many stands as links only: no journal, and nobody who buys. */
export type Crowd = {
  readonly broker: FleetBroker;
  readonly backends: readonly FleetBackend[];
  readonly houses: readonly Far<CrowdHouse>[];
  /** Looks until so many are, or the time is over; how many are. */
  reach(what: "connected" | "acked", count: number, withinMs: number): Promise<number>;
};

/** What the broker and the houses need beside a descriptor for each stand. */
const SPARE_DESCRIPTORS = 500;
const CONNECTS_A_SECOND = 60;
const CONNECTED_WITHIN_MS = 300_000;
const LOOK_MS = 500;

/** Throws where the system does not lend that many descriptors to one process. */
function requireDescriptors(stands: number): void {
  const most = execFileSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }).trim();
  if (most !== "unlimited" && Number(most) < stands + SPARE_DESCRIPTORS)
    throw new Error(`a process may have ${most} files open here, too few for ${stands} stands: raise it (ulimit -Hn)`);
}

/** Every stand is connected when `run` begins; nothing is left when this ends. */
export async function withCrowd<Report>(parts: CrowdParts, run: (crowd: Crowd) => Promise<Report>): Promise<Report> {
  requireDescriptors(parts.stands);
  const folder = openFolder("crowd");
  const closing: Ends = [];
  try {
    return await run(await gather(parts, folder, closing));
  } finally {
    for (const close of closing.reverse()) await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function gather(parts: CrowdParts, folder: string, closing: Ends): Promise<Crowd> {
  const { stands: count, tell } = parts;
  const names = backendNames(parts.backends);
  const broker = await startBroker(folder, names);
  closing.push(() => broker.close());
  const database = await startDatabase(folder, 2_000);
  closing.push(() => database.close());
  const ports = await Promise.all(names.map(() => freePort()));
  const notified = `http://127.0.0.1:${ports[0]}/midtrans/notification`;
  const provider = await startProvider(join(folder, "midtrans.log"), notified);
  closing.push(() => provider.running.stop());
  const stands = await newStands(count, broker);
  await enrolAll(database.store, stands);
  tell(`${count} stands have keys and certificates, and are enrolled`);

  const key = newKeyPair();
  const ca = { broker: broker.ca, database: database.ca };
  const common = { folder, key: key.pem, serverKey: SERVER_KEY, ca, password: database.password };
  const ways = { broker: broker.port, database: database.port, midtrans: provider.port };
  const backends = await startBackends(common, { names, ports, broker, waysOf: () => ways }, closing);
  tell(`${backends.length} backends serve`);

  const how = { broker: { url: `mqtts://localhost:${broker.port}`, ca: broker.ca }, backend: key.publicJwk };
  const houses = await Promise.all(
    dealt(stands, parts.houses).map((some) =>
      openFar<CrowdHouse>("../fleet/crowd-house.js", {
        ...how,
        stands: some.map(({ id, pem, broker: papers }) => ({ id, pem, broker: papers })),
        aSecond: CONNECTS_A_SECOND,
      } satisfies CrowdHouseParts),
    ),
  );
  closing.push(() => Promise.all(houses.map((house) => house.close())));
  const crowd = { broker, backends, houses, reach: reaching(houses, tell) };
  await crowd.reach("connected", count, CONNECTED_WITHIN_MS);
  return crowd;
}

const reaching =
  (houses: readonly Far<CrowdHouse>[], tell: (what: string) => void): Crowd["reach"] =>
  async (what, count, withinMs) => {
    const deadline = Date.now() + withinMs;
    for (let told = 0; ; told += 1) {
      const each = await Promise.all(houses.map((house) => house.call(what)));
      const seen = each.reduce((sum, one) => sum + one, 0);
      if (told % 10 === 0) tell(`${seen} ${what}`);
      if (seen >= count || Date.now() > deadline) return seen;
      await pause(LOOK_MS);
    }
  };

/** As people read times. */
export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
