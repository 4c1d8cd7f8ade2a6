import { JournalFault, type JournalShape } from "../journal.ts";
import { type AboutRow, SQL } from "../sql.ts";
import { type Line, nameOf, type PostgresOptions, PostgresPool } from "./client.ts";
import { faultOf } from "./faults.ts";
import { Hands } from "./hands.ts";
import { numbered, PostgresJournal } from "./postgres-journal.ts";
import { Quiet } from "./quiet.ts";
import { TABLE_VERSIONS, type TableVersion } from "./tables.ts";

export type PostgresJournalOptions<State, Event, Effect> = PostgresOptions & {
  readonly shape: JournalShape<State, Event, Effect>;
  /** Makes ULIDs: for the journal itself, for every commit and every effect. */
  readonly newId: () => string;
  /** Milliseconds since 1970; written beside events, effects and notes, never compared with a due time. */
  readonly wall: () => number;
  /** How many notes are kept. Default 10,000. */
  readonly notesBound?: number;
  /** The tables that this program knows. Default: today's. */
  readonly tables?: readonly TableVersion[];
};

const DEFAULT_NOTES_BOUND = 10_000;
const OLDEST_SERVER = 150_000;
/** A table with the orders of years may take so long to change; who only reads or writes is not kept waiting for that. */
const MIGRATE_MS = 300_000;

/**
 * Opens the journal in a database that other processes may have open too, or begins one. Brings its tables forward, one process at a
 * time, while backends of the version before go on. Rejects with `JournalFault`: `newer`, `unwritable`, `busy`, `full`, `corrupt`.
 */
export async function openPostgresJournal<State, Event, Effect>(
  options: PostgresJournalOptions<State, Event, Effect>,
): Promise<PostgresJournal<State, Event, Effect>> {
  const { shape, newId, clock, notesBound = DEFAULT_NOTES_BOUND } = options;
  const pool = new PostgresPool(options);
  const hands = new Hands(options);
  try {
    const id = await pool.lasting(() => pool.using((line) => prepare(line, options)));
    await hands.number();
    const quiet = new Quiet(() => clock.now().ms);
    const wall = () => Math.floor(options.wall());
    return new PostgresJournal({ pool, hands, quiet, id, shape, newId, wall, clock, notesBound });
  } catch (error) {
    await hands.close();
    await pool.close();
    throw faultOf(error, nameOf(options.place));
  }
}

/** Leaves tables that this program can work on, and returns the journal's id. */
async function prepare<State, Event, Effect>(
  line: Line,
  options: PostgresJournalOptions<State, Event, Effect>,
): Promise<string> {
  await refuseUnsafe(line, nameOf(options.place));
  await line.run(`BEGIN; SET LOCAL statement_timeout = ${MIGRATE_MS}; SET LOCAL lock_timeout = ${MIGRATE_MS}`);
  // Whoever comes at the same time waits here, and finds the tables made.
  const alone = "SELECT pg_advisory_xact_lock(hashtext('qris journal'), hashtext(current_schema()))";
  await line.run(alone, 2 * MIGRATE_MS);
  await migrate(line, options);
  const id = await begin(line, options);
  await line.run("COMMIT");
  return id;
}

type Server = Readonly<Record<"version" | "commits" | "fsync" | "pages" | "recovering", string>>;

/** A commit that is answered must be on the disk, also when the machine loses its power the moment after. */
async function refuseUnsafe(line: Line, where: string): Promise<void> {
  const [server] = await line.ask<Server>({
    sql: `SELECT current_setting('server_version_num') AS version, current_setting('synchronous_commit') AS commits,
      current_setting('fsync') AS fsync, current_setting('full_page_writes') AS pages,
      pg_is_in_recovery()::text AS recovering`,
  });
  const refuse = (why: string): never => {
    throw new JournalFault("unwritable", `the journal ${where} ${why}`);
  };
  if (server === undefined || Number(server.version) < OLDEST_SERVER) refuse("is older than PostgreSQL 15: upgrade it");
  if (server?.recovering === "true") refuse("is a standby: name the server that takes commits");
  if (!["on", "remote_apply"].includes(server?.commits ?? ""))
    refuse("does not let a session set synchronous_commit=on");
  if (server?.fsync !== "on") refuse("runs with fsync=off, and would lose paid orders in a power cut: set fsync=on");
  if (server?.pages !== "on") refuse("runs with full_page_writes=off: set it on");
}

async function migrate<State, Event, Effect>(
  line: Line,
  { place, tables = TABLE_VERSIONS }: PostgresJournalOptions<State, Event, Effect>,
): Promise<void> {
  await line.run(`CREATE TABLE IF NOT EXISTS versions (
    version integer PRIMARY KEY, works_with integer NOT NULL, applied timestamptz NOT NULL DEFAULT now())`);
  type Row = { readonly version: number | null; readonly works_with: number | null };
  const [found] = await line.ask<Row>({
    sql: "SELECT max(version) AS version, max(works_with) AS works_with FROM versions",
  });
  const worksWith = found?.works_with ?? 0;
  if (worksWith > tables.length) throw newer(nameOf(place), `tables of version ${found?.version}`);
  for (const [index, { sql, worksWith: oldest }] of tables.entries()) {
    if (index < (found?.version ?? 0)) continue;
    await line.run(sql, 2 * MIGRATE_MS);
    await line.ask(numbered("INSERT INTO versions (version, works_with) VALUES (?, ?)", [index + 1, oldest]));
  }
}

/** Names the journal, once for ever, and says which words are in it from now on. */
async function begin<State, Event, Effect>(
  line: Line,
  { place, shape, newId }: PostgresJournalOptions<State, Event, Effect>,
): Promise<string> {
  const versions = [shape.state.version, shape.event.version, shape.effect.version];
  const name = `INSERT INTO about (one, id, state_version, event_version, effect_version) VALUES (1, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING`;
  await line.ask(numbered(name, [newId(), ...versions]));
  const [about] = await line.ask<AboutRow>({ sql: SQL.about });
  if (about === undefined) throw new JournalFault("corrupt", `the journal ${nameOf(place)} has lost its name`);
  for (const word of ["state", "event", "effect"] as const)
    if (about[word] > shape[word].version) throw newer(nameOf(place), `${word}s of version ${about[word]}`);
  await line.ask(numbered(SQL.raise, versions));
  return about.id;
}

const newer = (where: string, how: string): JournalFault =>
  new JournalFault(
    "newer",
    `a later version of this program wrote the journal ${where} (${how}): install that one again`,
  );
