/** What a column holds. */
export type Cell = string | number | null;

export interface Statement<Row> {
  /** Returns how many rows it changed, and the number of the row it inserted last. */
  run(...values: readonly Cell[]): { readonly changed: number; readonly row: number };
  get(...values: readonly Cell[]): Row | undefined;
  all(...values: readonly Cell[]): Row[];
}

/**
 * What the journal needs of SQLite. Everything is synchronous and the process has one connection, so nothing comes between
 * two calls. Everything throws `JournalFault`.
 */
export interface Connection {
  readonly file: string;
  prepare<Row = never>(sql: string): Statement<Row>;
  /** Several statements, without values. */
  exec(sql: string): void;
  /** The value of a setting; `PRAGMA` with a value changes it. */
  pragma(setting: string): unknown;
  /** One transaction, on the disk when this returns. What `work` throws undoes it. */
  durably<T>(work: () => T): T;
  /** One transaction that a power cut may undo until the next durable one is on the disk. */
  loosely<T>(work: () => T): T;
  close(): void;
}

/** A list as one bound value; SQL reads it with `json_each`. */
export const listed = (values: readonly Cell[]): string => JSON.stringify(values);
