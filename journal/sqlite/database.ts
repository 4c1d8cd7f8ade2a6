import Database from "better-sqlite3";
import { JournalFault } from "../journal.ts";
import type { Cell, Connection, Statement } from "./connection.ts";
import { faultOf, guarded, type Holds } from "./faults.ts";

const BUSY_PATIENCE_MS = 2_000;

/**
 * Holds `<file>.lock`, an empty database, by a lock of the operating system: it goes with the process, however that ends.
 * The journal's own file stays open to whoever only wants to read it.
 */
export function holdLock(file: string): () => void {
  const database = new Database(`${file}.lock`, { timeout: 0 });
  try {
    database.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    throw cause;
  }
  return () => database.close();
}

/** What `work` throws, it throws after `undo`. */
export function orUndo<T>(undo: () => void, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    undo();
    throw cause;
  }
}

/** A database that is asked in whatever words, a statement at a time. Throws `JournalFault`; what breaks a rule of a table throws as it is. */
export interface PlainDatabase {
  readonly file: string;
  /** The rows that a statement answers, and how many it changed. */
  ask(sql: string, values: readonly unknown[]): { readonly rows: readonly unknown[]; readonly changed: number };
  pragma(setting: string): unknown;
  isInTransaction(): boolean;
  close(): void;
}

/** Opens a file that other processes may have open too, or begins one. Waits for none of them. */
export function openPlain(file: string, options: { readonly readonly?: boolean } = {}): PlainDatabase {
  const trusted = <T>(work: () => T): T => guarded(file, work, "store");
  return trusted(() => {
    const database = new Database(file, { timeout: 0, ...options });
    return {
      file,
      ask: (sql, values) =>
        trusted(() => {
          const statement = database.prepare<unknown[]>(sql);
          const bound = values.map(whole);
          if (statement.reader) return { rows: statement.all(...bound), changed: 0 };
          return { rows: [], changed: statement.run(...bound).changes };
        }),
      pragma: (setting) => trusted(() => database.pragma(setting, { simple: true })),
      isInTransaction: () => database.inTransaction,
      close: () => database.close(),
    };
  });
}

/** A number is bound as a real, by which integers would be divided otherwise than by an integer. */
const whole = (value: unknown): unknown => (Number.isSafeInteger(value) ? BigInt(value as number) : value);

/** More pages than any file has: all of them in one step are of one moment. */
const ALL_PAGES = 0x7fffffff;

/**
 * Copies a database, as it is at one moment, into a file that is not there yet; on the disk when this resolves. Others may read and
 * write it meanwhile. Rejects with `JournalFault`.
 */
export async function copyDatabase(from: string, to: string, holds: Holds): Promise<void> {
  const database = guarded(from, () => new Database(from, { readonly: true, timeout: BUSY_PATIENCE_MS }), holds);
  try {
    await database.backup(to, { progress: () => ALL_PAGES });
  } catch (cause) {
    throw faultOf(cause, to, holds);
  } finally {
    database.close();
  }
}

type ConnectOptions = { readonly readonly: boolean; readonly closed?: () => void };

/** The one connection of a journal. */
export function connect(file: string, { readonly, closed }: ConnectOptions): Connection {
  return guarded(file, () => {
    const database = new Database(file, { readonly, timeout: BUSY_PATIENCE_MS });
    return orUndo(
      () => database.close(),
      () => connectionOn(database, file, closed),
    );
  });
}

function connectionOn(database: Database.Database, file: string, closed?: () => void): Connection {
  const transaction = transactionOn(database);
  const sync = (mode: "FULL" | "NORMAL") => database.exec(`PRAGMA synchronous = ${mode}`);
  sync("FULL");
  database.exec("PRAGMA temp_store = MEMORY");
  let lost: unknown;
  const trusted = <T>(work: () => T): T => {
    if (lost !== undefined) throw lost;
    try {
      return guarded(file, work);
    } catch (fault) {
      if (isLostWrite(fault)) lost = fault;
      throw fault;
    }
  };
  return {
    file,
    prepare: (sql) => statementOn(database, sql, trusted),
    exec: (sql) => trusted(() => void database.exec(sql)),
    pragma: (setting) => trusted(() => database.pragma(setting, { simple: true })),
    durably: (work) => trusted(() => transaction(work)),
    loosely: (work) =>
      trusted(() => {
        sync("NORMAL");
        try {
          return transaction(work);
        } finally {
          sync("FULL");
        }
      }),
    close: () => {
      database.close();
      closed?.();
    },
  };
}

/** After a failed fsync nobody knows which pages the disk has; only opening the file anew tells. */
const isLostWrite = (fault: unknown): boolean =>
  fault instanceof JournalFault &&
  fault.cause instanceof Database.SqliteError &&
  /^SQLITE_IOERR_(DIR_)?FSYNC$/.test(fault.cause.code);

function transactionOn(database: Database.Database): <T>(work: () => T) => T {
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const rollback = database.prepare("ROLLBACK");
  return (work) => {
    begin.run();
    try {
      const result = work();
      commit.run();
      return result;
    } catch (cause) {
      if (database.inTransaction) rollback.run();
      throw cause;
    }
  };
}

function statementOn<Row>(database: Database.Database, sql: string, trusted: <T>(work: () => T) => T): Statement<Row> {
  const statement = trusted(() => database.prepare<Cell[], Row>(sql));
  return {
    run: (...values) =>
      trusted(() => {
        const { changes, lastInsertRowid } = statement.run(...values);
        return { changed: changes, row: Number(lastInsertRowid) };
      }),
    get: (...values) => trusted(() => statement.get(...values)),
    all: (...values) => trusted(() => statement.all(...values)),
  };
}
