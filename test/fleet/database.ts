import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { ledgerShape } from "../../backend/ledger/shape.ts";
import { orderOf, type State } from "../../backend/ledger/words.ts";
import type { StorePlace } from "../../backend/store/store.ts";
import type { PostgresPlace } from "../../journal/postgres/client.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { pause } from "../support/until.ts";
import type { LedgerEntry, Queues, Steps } from "./truth.ts";

export type FleetDatabase = {
  readonly port: number;
  /** PEM of who vouches for it. */
  readonly ca: string;
  readonly password: string;
  /** Where the backends' store lies. */
  readonly store: StorePlace;
  /** Every order's place in the ledger. */
  ledger(): Promise<ReadonlyMap<string, LedgerEntry>>;
  /** When each order came how far. */
  steps(): Promise<ReadonlyMap<string, Steps>>;
  /** How many effects of each kind are owed, looks at what is over left out; and how many orders wait for their refund's end. */
  owed(): Promise<Queues>;
  /** By a power cut. */
  restart(): Promise<void>;
  /** Leaves no byte on its disk for so long; absent where it has no disk of its own. */
  readonly fill?: (ms: number) => Promise<void>;
  close(): Promise<void>;
};

/** A refund that the provider has in its books is followed up by a look, the first after a minute. */
const OWED = `SELECT kind || ' in the ledger' AS what, count(*) AS count FROM effects WHERE kind NOT IN ('recheck', 'follow-up') GROUP BY kind
  UNION ALL SELECT 'orders that are refunding', count(*) FROM orders WHERE finished = 0 AND state::json ->> 'at' = 'refunding'`;
const PASSWORD = "open sesame";
/** Long enough for a server that stopped for want of space to come back by itself. */
const RECOVERS_MS = 5_000;

/** PostgreSQL over TLS, on a small disk of its own where this process may mount one. */
export async function startDatabase(folder: string, diskMb: number): Promise<FleetDatabase> {
  const disk = mountDisk(join(folder, "disk"), diskMb);
  const settings = { max_connections: "200", shared_buffers: "64MB" };
  const server = await startPostgres({ isOpen: true, settings, ...(disk === undefined ? {} : { below: disk.at }) });
  const { schema: _, ...admin } = await server.newPlace();
  await server.ask(admin, `CREATE ROLE backend LOGIN PASSWORD '${PASSWORD}'`);
  await server.ask(admin, "CREATE DATABASE fleet OWNER backend");
  const place = { ...admin, database: "fleet" };
  const { port, ca } = server.open ?? { port: 0, ca: "" };
  return {
    port,
    ca,
    password: PASSWORD,
    store: { postgres: { ...place, user: "backend" } },
    ledger: () => ledgerIn(server, place),
    steps: () => stepsIn(server, place),
    owed: async () => {
      type Owed = { readonly what: string; readonly count: string };
      const rows = await server.ask<Owed>(place, OWED);
      return Object.fromEntries(rows.map(({ what, count }) => [what, Number(count)]));
    },
    restart: () => server.restart(),
    ...(disk === undefined ? {} : { fill: (ms: number) => fill(disk.at, ms, server, place) }),
    close: async () => {
      await server.close();
      disk?.unmount();
    },
  };
}

type Row = { readonly version: number; readonly state: string };

async function ledgerIn(server: PostgresServer, place: PostgresPlace): Promise<ReadonlyMap<string, LedgerEntry>> {
  const rows = await server.ask<Row>(place, "SELECT version, state FROM orders");
  return new Map(
    rows.map(({ version, state }) => {
      const read = ledgerShape.state.read(JSON.parse(state), version);
      return [orderOf(read), entryOf(read)];
    }),
  );
}

const STEPS = `SELECT orders.id AS "order", json_strip_nulls(json_build_object(
    'askedMs', min(wall) FILTER (WHERE said ->> 'type' = 'asked'),
    'chargedMs', min(wall) FILTER (WHERE said ->> 'type' = 'charged'),
    'settledMs', min(wall) FILTER (WHERE said -> 'standing' ->> 'is' = 'settled'))) AS steps
  FROM (SELECT of, wall, event::json AS said FROM events) AS events JOIN orders ON orders.nth = events.of GROUP BY orders.id`;

async function stepsIn(server: PostgresServer, place: PostgresPlace): Promise<ReadonlyMap<string, Steps>> {
  const rows = await server.ask<{ readonly order: string; readonly steps: Steps }>(place, STEPS);
  return new Map(rows.map(({ order, steps }) => [order, steps]));
}

function entryOf(state: State): LedgerEntry {
  const receipts = "receipts" in state ? state.receipts : [];
  return {
    at: state.at,
    received: receipts.reduce((sum, { payment }) => sum + payment.amount, 0),
    because: state.at === "owed" ? state.because : undefined,
  };
}

type Disk = { readonly at: string; unmount(): void };

/** Memory as a disk of its own, which only root may mount. */
function mountDisk(at: string, sizeMb: number): Disk | undefined {
  if (process.getuid?.() !== 0) return undefined;
  mkdirSync(at, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeMb}m`, "tmpfs", at], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  chmodSync(at, 0o755);
  return { at, unmount: () => void execFileSync("umount", ["-l", at], { stdio: "ignore" }) };
}

async function fill(at: string, ms: number, server: PostgresServer, place: PostgresPlace): Promise<void> {
  const ballast = join(at, "ballast");
  await writeUntilFull(ballast);
  await pause(ms);
  rmSync(ballast);
  const deadline = Date.now() + RECOVERS_MS;
  while (!(await answers(server, place))) {
    if (Date.now() > deadline) return server.restart();
    await pause(100);
  }
}

const answers = (server: PostgresServer, place: PostgresPlace): Promise<boolean> =>
  server.ask(place, "SELECT 1").then(
    () => true,
    () => false,
  );

/** Everybody's network runs in this process meanwhile. */
async function writeUntilFull(file: string): Promise<void> {
  const ballast = await open(file, "w");
  try {
    for (const size of [33_554_432, 4_096]) await writeAll(ballast, Buffer.alloc(size));
  } finally {
    await ballast.close();
  }
}

async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
  try {
    for (;;) await file.write(chunk);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}
