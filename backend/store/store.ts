import { dirname, join } from "node:path";
import { JournalFault } from "../../journal/journal.ts";
import { nameOf, openPlainPool, type PlainPool, type PostgresPlace } from "../../journal/postgres/client.ts";
import { Patience } from "../../journal/postgres/patience.ts";
import { openPlain, type PlainDatabase } from "../../journal/sqlite/database.ts";
import { type Clock, pause } from "../../protocol/time.ts";
import { type MigrateOptions, type Migration, migrate } from "./migrations.ts";
import { onPostgres, onSqlite, type Query, sql } from "./query.ts";
import { MIGRATIONS, type Tables } from "./tables.ts";

/*
 * Where the tables of the fleet are that are no orders and no money: stands, settings, health, accounts, sales. A file
 * `fleet.sqlite` beside the journal's, or the journal's own database and schema. There the names `about`, `effects`, `events`,
 * `notes`, `orders`, `owed`, `probe`, `seen`, `versions` and `workers` are the journal's; all others are free, in plain words.
 *
 * An area's `tables.ts` imports `migrations.ts` and `query.ts`, not this: this imports them all.
 */

/**
 * All areas' tables. Everything rejects with `JournalFault` when the store cannot answer (`busy`, `full`, `unwritable`, `corrupt`), within
 * some ten seconds; nothing is tried again by itself. A broken rule of a table rejects as the database says it: see `isTaken`.
 * A transaction takes 8 s at most, and waits for nothing but the store: with a file, it is the only one meanwhile.
 * `destroy` closes it.
 */
export type Store = Query<Tables>;

/** Where it is: `file` is its own, not the journal's. */
export type StorePlace = { readonly file: string } | { readonly postgres: PostgresPlace };

export type StoreOptions = {
  readonly place: StorePlace;
  /** Real time. */
  readonly clock: Pick<Clock, "now" | "wall" | "after">;
  /** What this program knows. Default: today's. */
  readonly migrations?: readonly Migration[];
};

/** "QRFS" in ASCII: tells stores from journals and others' files. */
const APPLICATION_ID = 0x51524653;
const CONNECTIONS = 4;
const OPEN_MS = 10_000;
const AGAIN_MS = 50;
/** Whoever waits for another process stands still: a commit takes less. */
const BUSY_MS = 1_000;
/** A table with the sales of years may take so long to change. */
const MIGRATE_MS = 300_000;

/** The store's file beside a journal's. */
export const storeFileBeside = (journal: string): string =>
  journal === ":memory:" ? journal : join(dirname(journal), "fleet.sqlite");

/** Opens the store, or begins one, and brings its tables forward. Rejects with `JournalFault`. */
export const openStore = (options: StoreOptions): Promise<Store> =>
  "file" in options.place ? openInFile(options.place.file, options) : openInPostgres(options.place.postgres, options);

/** Who finds another process at the same looks again, without standing in the way of what that one still has to do. */
async function openInFile(file: string, options: StoreOptions): Promise<Store> {
  const { clock } = options;
  const begun = clock.now().ms;
  for (;;) {
    try {
      return await openOnce(file, options);
    } catch (error) {
      const isBusy = error instanceof JournalFault && error.code === "busy";
      if (!isBusy || clock.now().ms - begun > OPEN_MS) throw error;
    }
    await pause(clock, AGAIN_MS);
  }
}

async function openOnce(file: string, { clock, migrations = MIGRATIONS }: StoreOptions): Promise<Store> {
  const database = openPlain(file);
  try {
    database.pragma("busy_timeout = 20");
    begin(database);
    const store = onSqlite<Tables>(database, clock);
    // The transaction itself holds all others off.
    await migrateTo(store, { migrations, wall: clock.wall(), lock: async () => undefined });
    database.pragma(`busy_timeout = ${BUSY_MS}`);
    return store;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * A restart or a power cut takes back no account, no stand that was revoked and no line of the audit log that was answered: FULL.
 * A damaged store is not set aside, as a journal is: nobody knows the stands without it.
 */
function begin(database: PlainDatabase): void {
  const { file } = database;
  const isEmpty = database.pragma("schema_version") === 0;
  if (isEmpty) database.pragma(`application_id = ${APPLICATION_ID}`);
  if (database.pragma("application_id") !== APPLICATION_ID)
    throw new JournalFault("corrupt", `${file} is no store of this program: move it away, or restore the store`);
  const verdict = database.pragma("quick_check(1)");
  if (verdict !== "ok")
    throw new JournalFault("corrupt", `the store ${file} is damaged: restore it from a backup (${String(verdict)})`);
  for (const setting of ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "temp_store = MEMORY"])
    database.pragma(setting);
}

/** What is wrong with a store's file; empty when it is sound. Reads all of it, also while others write it. Throws `JournalFault`. */
export function flawsOfStore(file: string): readonly string[] {
  const database = openPlain(file, { readonly: true });
  try {
    const { rows } = database.ask("PRAGMA integrity_check(100)", []);
    const said = rows.map((row) => (row as { readonly integrity_check: string }).integrity_check);
    return said.filter((line) => line !== "ok");
  } finally {
    database.close();
  }
}

async function openInPostgres(place: PostgresPlace, options: StoreOptions): Promise<Store> {
  const { clock, migrations = MIGRATIONS } = options;
  const lock = async (store: Query<unknown>): Promise<void> => {
    await sql`SELECT pg_advisory_xact_lock(hashtext('qris store'), hashtext(current_schema()))`.execute(store);
  };
  await new Patience({ clock }).lasting(nameOf(place), () =>
    onPoolOnce(openPlainPool(place, 1, MIGRATE_MS), (store) =>
      migrateTo(store, { migrations, wall: clock.wall(), lock }),
    ),
  );
  return onPostgres<Tables>(openPlainPool(place, CONNECTIONS));
}

async function onPoolOnce(pool: PlainPool, work: (store: Store) => Promise<void>): Promise<void> {
  const store = onPostgres<Tables>(pool);
  try {
    await work(store);
  } finally {
    await store.destroy();
  }
}

const migrateTo = (store: Store, options: MigrateOptions): Promise<void> =>
  migrate(store as unknown as Query<unknown>, options);
