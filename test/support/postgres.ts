import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { steadyClock } from "../../host/clock.ts";
import type { PostgresPlace } from "../../journal/postgres/client.ts";
import { freePort } from "./free-port.ts";
import { makeCertificate } from "./mosquitto.ts";
import { needs } from "./needs.ts";

export type PostgresOptions = {
  /** Further settings of the server. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Listens on 127.0.0.1 too, over TLS or not, to whoever knows a password. */
  readonly isOpen?: true;
  /** Where its folder lies; in memory when absent, where there is enough of it. */
  readonly below?: string;
  /** Puts another server's data into this empty folder, for this one to start on; a new server's when absent. */
  readonly bring?: (data: string) => void;
};

/** What disturbs nobody else on the same server. */
export type PostgresPlaces = {
  /** A place that nobody has used: a schema, because a database takes longer to make. */
  newPlace(): Promise<PostgresPlace>;
  /** As the server's own user, over a connection of its own. */
  ask<Row = Record<string, unknown>>(place: PostgresPlace, sql: string, values?: readonly unknown[]): Promise<Row[]>;
};

/** A server of the test's own, on a Unix socket, with its data in a folder that goes with it. */
export type PostgresServer = PostgresPlaces & {
  /** For its own user. */
  readonly place: PostgresPlace;
  /** Where it `isOpen`: the port, and who signed its certificate. */
  readonly open: { readonly port: number; readonly ca: string } | undefined;
  /** Ends every connection, and waits until each is gone with its locks. */
  cutAll(): Promise<void>;
  /** Power cut. */
  kill(): Promise<void>;
  /** Starts again on the same data, ending it as by a power cut before when it runs. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

const START_WITHIN_MS = 20_000;
const USER = "postgres";
/** What a few databases and their log need; less is no place for them. */
const ROOMY_BYTES = 1_000_000_000;

/** `initdb`, and a server that waits for the disk as the product's does. PostgreSQL refuses root: then it runs as Debian's user. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const { settings = {}, isOpen, below, bring = initialise } = options;
  const program = needs("postgresql");
  const folder = mkdtempSync(join(below ?? roomy(), "qris-postgres-"));
  const data = join(folder, "data");
  mkdirSync(data, { mode: 0o700 });
  const owner = ownerOf();
  if (owner !== undefined) for (const each of [folder, data]) chownSync(each, owner.uid, owner.gid);
  bring(data);
  if (owner !== undefined) execFileSync("chown", ["-R", `${owner.uid}:${owner.gid}`, data]);

  const open = isOpen && { port: await freePort(), ca: certified(folder, data, owner) };
  const doors = open && { ...OPEN, port: String(open.port) };
  const place: PostgresPlace = { host: folder, port: open?.port ?? 5_432, user: USER, database: "postgres" };
  const all = { ...USUAL, unix_socket_directories: folder, ...doors, ...settings };
  const words = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const run = () => started(program, ["-D", data, ...words], folder, place);
  let server = await run();
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGQUIT");
    await ended;
  };
  return {
    ...placesOn(place),
    place,
    open,
    cutAll: async () => {
      const others = "backend_type = 'client backend' AND pid <> pg_backend_pid()";
      await ask(place, `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE ${others}`);
    },
    kill,
    restart: async () => {
      await kill();
      server = await run();
    },
    close: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function initialise(data: string): void {
  const initdb = join(dirname(realpathSync(needs("postgresql"))), "initdb");
  const words = ["-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--wal-segsize=4"];
  execFileSync(initdb, words, { stdio: ["ignore", "ignore", "pipe"], cwd: dirname(data), ...ownerOf() });
}

/** On a server that runs already. */
export const placesOn = (place: PostgresPlace): PostgresPlaces => ({
  newPlace: async () => {
    const schema = `place_${randomBytes(8).toString("hex")}`;
    await ask(place, `CREATE SCHEMA ${schema}`);
    return { ...place, schema };
  },
  ask,
});

const USUAL: Readonly<Record<string, string>> = {
  listen_addresses: "",
  fsync: "on",
  shared_buffers: "32MB",
  max_connections: "60",
  max_wal_size: "64MB",
  min_wal_size: "8MB",
  wal_level: "minimal",
  max_wal_senders: "0",
  autovacuum_naptime: "5s",
};

const OPEN: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  ssl: "on",
  ssl_cert_file: "cert.pem",
  ssl_key_file: "key.pem",
};

/** Certificate and key, where the server reads them and nobody else; whoever comes over the network needs a password. */
function certified(folder: string, data: string, owner: Owner | undefined): string {
  const ca = makeCertificate(folder);
  for (const name of ["cert.pem", "key.pem"]) {
    const place = join(data, name);
    copyFileSync(join(folder, name), place);
    chmodSync(place, 0o600);
    if (owner !== undefined) chownSync(place, owner.uid, owner.gid);
  }
  writeFileSync(join(data, "pg_hba.conf"), "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n");
  return ca;
}

/** Memory where there is enough of it: what a disk makes of an fsync is not what these tests are about. */
function roomy(): string {
  const memory = "/dev/shm";
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize >= ROOMY_BYTES ? memory : tmpdir();
}

type Owner = { readonly uid: number; readonly gid: number };

function ownerOf(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const number = (flag: string) => Number(execFileSync("id", [flag, USER], { encoding: "utf8" }));
  return { uid: number("-u"), gid: number("-g") };
}

/** The server goes when this process does, however that ends. */
async function started(
  program: string,
  words: readonly string[],
  folder: string,
  place: PostgresPlace,
): Promise<ChildProcess> {
  const owner = ownerOf();
  const as = owner === undefined ? [] : [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups"];
  const line = [...as, "--pdeathsig", "QUIT", program, ...words];
  const child = spawn("setpriv", line, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said = (said + String(chunk)).slice(-4_000);
  });
  const clock = steadyClock("postgres");
  const begun = clock.now().ms;
  while (!(await answers(place))) {
    const isOver = child.exitCode !== null || clock.now().ms - begun > START_WITHIN_MS;
    if (isOver) throw new Error(`PostgreSQL did not start: ${said}`);
    await new Promise<void>((resolve) => clock.after(20, resolve));
  }
  return child;
}

const answers = (place: PostgresPlace): Promise<boolean> =>
  ask(place, "SELECT 1").then(
    () => true,
    () => false,
  );

async function ask<Row>(place: PostgresPlace, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  const { host, port, database, user, schema = "public" } = place;
  const client = new Client({ host, port, database, user, options: `-c search_path=${schema}` });
  // A server that goes while it is asked is told by the question.
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query(sql, [...values]);
    return rows as Row[];
  } finally {
    await client.end().catch(() => undefined);
  }
}
