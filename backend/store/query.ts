import {
  type CompiledQuery,
  type Dialect,
  type Driver,
  Kysely,
  type Transaction as KyselyTransaction,
  sql as kyselySql,
  PostgresDialect,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { PlainPool } from "../../journal/postgres/client.ts";
import type { PlainDatabase } from "../../journal/sqlite/database.ts";
import type { Clock } from "../../protocol/time.ts";
import { type Turn, Turns } from "./turns.ts";

/** What tables are asked with. Only this file knows whose it is. */
export type Query<Tables> = Kysely<Tables>;
export type Transaction<Tables> = KyselyTransaction<Tables>;
/** Words of SQL that both databases understand, each `${value}` bound. */
export const sql = kyselySql;

/** Asks a file: one statement or transaction after the other. */
export const onSqlite = <Tables>(database: PlainDatabase, clock: Pick<Clock, "after">): Query<Tables> =>
  new Kysely({ dialect: sqliteDialect(database, clock) });

/** Asks a database that others may ask too. */
export const onPostgres = <Tables>(pool: PlainPool): Query<Tables> =>
  new Kysely({ dialect: new PostgresDialect({ pool: pool as PlainPool & PostgresPool }) });

type PostgresPool = Exclude<ConstructorParameters<typeof PostgresDialect>[0]["pool"], (...args: never[]) => unknown>;

const sqliteDialect = (database: PlainDatabase, clock: Pick<Clock, "after">): Dialect => ({
  createAdapter: () => new SqliteAdapter(),
  createDriver: () => sqliteDriver(database, new Turns(clock)),
  createIntrospector: (query) => new SqliteIntrospector(query),
  createQueryCompiler: () => new SqliteQueryCompiler(),
});

type Connection = Awaited<ReturnType<Driver["acquireConnection"]>>;

/** A transaction takes the right to write at its beginning: one that reads first and writes then is not refused in the midst. */
function sqliteDriver(database: PlainDatabase, turns: Turns): Driver {
  const held = new WeakMap<Connection, Turn>();
  const say = (connection: Connection, sql: string): void => {
    held.get(connection)?.check();
    database.ask(sql, []);
  };
  return {
    init: async () => undefined,
    acquireConnection: async () => {
      const turn = await turns.next(() => rollBack(database));
      const connection = connectionOn(database, turn);
      held.set(connection, turn);
      return connection;
    },
    beginTransaction: async (connection) => say(connection, "BEGIN IMMEDIATE"),
    commitTransaction: async (connection) => say(connection, "COMMIT"),
    rollbackTransaction: async (connection) => {
      held.get(connection)?.check();
      rollBack(database);
    },
    releaseConnection: async (connection) => held.get(connection)?.end(),
    destroy: async () => database.close(),
  };
}

/** SQLite may have rolled back by itself, as when no space was left. */
function rollBack(database: PlainDatabase): void {
  if (database.isInTransaction()) database.ask("ROLLBACK", []);
}

const connectionOn = (database: PlainDatabase, turn: Turn): Connection => ({
  executeQuery: async <Row>({ sql, parameters }: CompiledQuery) => {
    turn.check();
    const { rows, changed } = database.ask(sql, parameters);
    return { rows: rows as Row[], numAffectedRows: BigInt(changed) };
  },
  streamQuery: () => {
    throw new TypeError("the store has no streams: ask page by page");
  },
});
