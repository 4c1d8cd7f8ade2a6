import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newKeyPair, type PublicJwk } from "../../protocol/keys.ts";
import { residentMb } from "../bench/daemon.ts";
import { openFar } from "../bench/far.ts";
import { percentile } from "../bench/stopwatch.ts";
import { freePort } from "../support/free-port.ts";
import { pause } from "../support/until.ts";
import { FleetBackend } from "./backends.ts";
import { startBroker } from "./broker.ts";
import { startDatabase } from "./database.ts";
import { enrolAll } from "./enrol.ts";
import { SERVER_KEY } from "./provider.ts";
import { idOf, type StandPapers } from "./stand.ts";
import type { StormHouse, StormHouseParts } from "./storm-house.ts";

export type StormParts = {
  readonly stands: number;
  readonly backends: number;
  readonly houses: number;
  readonly withinMs: number;
  tell(what: string): void;
};

/** Times from the moment when the broker listens again. */
export type StormReport = {
  readonly stands: number;
  readonly acked: number;
  readonly connected: number;
  readonly connectMs: Readonly<Record<"p1" | "p50" | "p99" | "last", number>>;
  readonly ackMs: Readonly<Record<"p50" | "p99" | "last", number>>;
  /** The most connections that were made in any one second. */
  readonly mostInASecond: number;
  /** Of the largest backend. */
  readonly backendMb: number;
};

/** What the broker and the houses need beside a descriptor for each stand. */
const SPARE_DESCRIPTORS = 500;
const CONNECTS_A_SECOND = 60;
const LOOK_MS = 500;

/** Throws where the system does not lend that many descriptors to one process. */
export function requireDescriptors(stands: number): void {
  const most = execFileSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }).trim();
  if (most !== "unlimited" && Number(most) < stands + SPARE_DESCRIPTORS)
    throw new Error(`a process may have ${most} files open here, too few for ${stands} stands: raise it (ulimit -Hn)`);
}

/** Every stand is connected; the broker is killed and starts again, and each stand has something to tell. */
export async function runStorm(parts: StormParts): Promise<StormReport> {
  requireDescriptors(parts.stands);
  const folder = mkdtempSync(join(tmpdir(), "storm-"));
  chmodSync(folder, 0o711);
  const closing: (() => Promise<unknown>)[] = [];
  try {
    return await storm(parts, folder, closing);
  } finally {
    for (const close of closing.reverse()) await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function storm(
  { stands: count, backends: processes, houses: many, withinMs, tell }: StormParts,
  folder: string,
  closing: (() => Promise<unknown>)[],
): Promise<StormReport> {
  const names = Array.from({ length: processes }, (_, nth) => `backend.${nth + 1}`);
  const broker = await startBroker(folder, names);
  closing.push(() => broker.close());
  const database = await startDatabase(folder, 2_000);
  closing.push(() => database.close());
  const stands: (StandPapers & { readonly jwk: PublicJwk })[] = [];
  for (let nth = 0; nth < count; nth += 1) {
    const { pem, publicJwk } = newKeyPair();
    stands.push({ id: idOf(nth), pem, jwk: publicJwk, broker: await broker.papersFor(idOf(nth)) });
  }
  await enrolAll(database.store, stands);
  tell(`${count} stands have keys and certificates, and are enrolled`);

  const key = newKeyPair();
  const ca = { broker: broker.ca, database: database.ca };
  const common = { folder, key: key.pem, serverKey: SERVER_KEY, ca, password: database.password };
  const ways = { broker: broker.port, database: database.port, midtrans: 9 };
  const backends: FleetBackend[] = [];
  for (const name of names) {
    const place = { name, port: await freePort(), papers: await broker.papersFor(name), ways };
    backends.push(FleetBackend.at(common, place));
  }
  closing.push(() => Promise.all(backends.map((backend) => backend.stop())));
  await Promise.all(backends.map((backend) => backend.start()));
  tell(`${processes} backends serve`);

  const houses = await Promise.all(
    Array.from({ length: many }, (_, house) =>
      openFar<StormHouse>("../fleet/storm-house.js", {
        stands: stands
          .filter((_, nth) => nth % many === house)
          .map(({ id, pem, broker: papers }) => ({ id, pem, broker: papers })),
        broker: { url: `mqtts://localhost:${broker.port}`, ca: broker.ca },
        backend: key.publicJwk,
        aSecond: CONNECTS_A_SECOND,
      } satisfies StormHouseParts),
    ),
  );
  closing.push(() => Promise.all(houses.map((house) => house.close())));
  const all = async (what: "connected" | "acked"): Promise<number> =>
    (await Promise.all(houses.map((house) => house.call(what)))).reduce((sum, each) => sum + each, 0);
  const reach = async (what: "connected" | "acked", withinMs: number): Promise<number> => {
    const deadline = Date.now() + withinMs;
    for (let [seen, told] = [0, 0]; ; told += 1) {
      seen = await all(what);
      if (told % 10 === 0) tell(`${seen} ${what}`);
      if (seen === count || Date.now() > deadline) return seen;
      await pause(LOOK_MS);
    }
  };
  await reach("connected", 300_000);

  await Promise.all(houses.map((house) => house.call("arm")));
  tell("the broker is killed");
  await broker.restart("SIGKILL");
  const since = Date.now();
  const acked = await reach("acked", withinMs);
  const times = await Promise.all(houses.map((house) => house.call("times")));
  const connectMs = times.flatMap(({ connected }) => connected.map((at) => at - since));
  const ackMs = times.flatMap(({ acked: at }) => at.map((each) => each - since));
  return {
    stands: count,
    acked,
    connected: connectMs.length,
    connectMs: { ...sharesOf(connectMs), p1: percentile(connectMs, 0.01) },
    ackMs: sharesOf(ackMs),
    mostInASecond: mostInASecond(connectMs),
    backendMb: Math.max(...backends.map(({ pid }) => residentMb(pid ?? 0))),
  };
}

const sharesOf = (ms: readonly number[]) => ({
  p50: percentile(ms, 0.5),
  p99: percentile(ms, 0.99),
  last: percentile(ms, 1),
});

function mostInASecond(ms: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const each of ms) {
    const second = Math.floor(each / 1_000);
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

/** As a person reads it. */
export function stormTable(report: StormReport): string {
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  const { connectMs, ackMs } = report;
  const rows = [
    ["stands", String(report.stands)],
    [
      "back at the broker: the first hundredth, half, 99 %, all",
      [connectMs.p1, connectMs.p50, connectMs.p99, connectMs.last].map(seconds).join(", "),
    ],
    ["connections in the busiest second", String(report.mostInASecond)],
    ["acknowledged: half, 99 %, all", [ackMs.p50, ackMs.p99, ackMs.last].map(seconds).join(", ")],
    ["not back, not acknowledged", `${report.stands - report.connected}, ${report.stands - report.acked}`],
    ["resident memory of the largest backend", `${report.backendMb.toFixed(0)} MB`],
  ];
  return `${rows.map(([what, value]) => `${what}: ${value}`).join("\n")}\n`;
}
