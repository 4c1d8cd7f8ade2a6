import { appendFileSync, chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { PostgresPlace } from "../../../journal/postgres/client.ts";
import { eventually } from "../../journeys/eventually.ts";
import { openCounterShop } from "../../support/counter-shop.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres.ts";
import { blockOf, follow, keepBooksIn } from "./guide.ts";

/* Books in a PostgreSQL that keeps its log, brought back from a base and the log by what docs/backup.md says. */

const PATIENT = { timeout: 120_000 };
const DATABASE = "books";

/** What the guide has in postgresql.conf, with another place for the log. */
function settingsFor(archive: string): Readonly<Record<string, string>> {
  const lines = [...blockOf("archive", "ini").matchAll(/^(\w+) = '?(.*?)'?$/gm)];
  const settings = lines.map(([, name = "", value = ""]) => [name, value.replaceAll("/srv/archive", archive)]);
  return { ...Object.fromEntries(settings), max_wal_senders: "4" };
}

function newArchive(): string {
  const folder = mkdtempSync(join(tmpdir(), "qris-archive-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // The server is another user's where root runs it.
  chmodSync(folder, 0o777);
  return folder;
}

async function opened(server: Promise<PostgresServer>): Promise<PostgresServer> {
  const open = await server;
  onTestFinished(() => open.close());
  return open;
}

/** A server that was brought back, once it has replayed all that it shall. */
async function replayed(archive: string, base: string, moment?: string): Promise<PostgresServer> {
  const bring = (data: string): void => {
    const nowhere = { host: "/nowhere", port: 0, user: "nobody", database: "none" };
    follow("replay", nowhere, { BASE: base, DATA: data, ARCHIVE: archive });
    if (moment !== undefined)
      appendFileSync(join(data, "postgresql.auto.conf"), `recovery_target_time = '${moment}'\n`);
  };
  const server = await opened(startPostgres({ bring, settings: { wal_level: "replica", max_wal_senders: "4" } }));
  const isDone = async (): Promise<boolean> => {
    const [row] = await server.ask<{ is: boolean }>(server.place, "SELECT pg_is_in_recovery() AS is");
    return row?.is === false;
  };
  await eventually("it has replayed its log", isDone, 20_000);
  return server;
}

type Row = { readonly id: string; readonly state: string };

const ordersIn = (server: PostgresServer, place: PostgresPlace): Promise<readonly Row[]> =>
  server.ask<Row>(place, "SELECT id, state FROM orders ORDER BY id");
const idsIn = (rows: readonly Row[]): ReadonlySet<string> => new Set(rows.map(({ id }) => id));

test("a base and the log bring the books back to their end, and to a moment, to be written on", PATIENT, async () => {
  const archive = newArchive();
  const server = await opened(startPostgres({ settings: settingsFor(archive) }));
  await server.ask(server.place, `CREATE DATABASE ${DATABASE}`);
  const place = { ...server.place, database: DATABASE };
  const shop = await openCounterShop();
  keepBooksIn(shop, place);
  const backend = await shop.start();
  const early = await shop.sells(backend);
  const base = join(archive, "base");
  follow("base", place, { BASE: base });
  const before = await shop.sells(backend);
  const [row] = await server.ask<{ now: string }>(place, "SELECT clock_timestamp()::text AS now");
  const after = await shop.sells(backend);
  backend.kill("SIGKILL");
  await backend.ended;
  const all = await ordersIn(server, place);
  const [last] = await server.ask<{ file: string }>(place, "SELECT pg_walfile_name(pg_switch_wal()) AS file");
  await eventually("the log is archived", async () => existsSync(join(archive, last?.file ?? "none")), 20_000);
  await server.kill();

  const whole = await replayed(archive, base);
  expect(await ordersIn(whole, { ...whole.place, database: DATABASE })).toEqual(all);
  expect(idsIn(all)).toEqual(new Set([early, before, after]));

  const older = await replayed(archive, base, row?.now ?? "");
  const there = { ...older.place, database: DATABASE };
  expect(idsIn(await ordersIn(older, there))).toEqual(new Set([early, before]));
  await older.ask(there, "UPDATE orders SET finished = finished");
});
