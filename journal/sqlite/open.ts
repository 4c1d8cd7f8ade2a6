import { existsSync } from "node:fs";
import { JournalFault, type JournalShape } from "../journal.ts";
import { flawsIn } from "./check.ts";
import type { Connection } from "./connection.ts";
import { connect, holdLock, orUndo } from "./database.ts";
import { guarded } from "./faults.ts";
import { beginTables, type CodecVersions, migrate, raiseCodecVersions, readAbout, refuseUnfit } from "./file.ts";
import { createWhole, isDamagedAtSight, setAside } from "./set-aside.ts";
import { SqliteJournal } from "./sqlite-journal.ts";

export type SqliteJournalOptions<State, Event, Effect> = {
  /** Its folder must exist. ":memory:" keeps nothing and is not locked. */
  readonly file: string;
  readonly shape: JournalShape<State, Event, Effect>;
  /** Makes ULIDs: for the journal itself and for every effect. */
  readonly newId: () => string;
  /** Milliseconds since 1970; written beside events, effects and notes, never compared with a due time. */
  readonly wall: () => number;
  /** How many notes are kept. Default 10,000. */
  readonly notesBound?: number;
  /** Whether to hold `<file>.lock`, so that no second process opens the journal. Default true. */
  readonly lock?: boolean;
  /** The file grows no larger; commits that need more reject with `full`. Default: as large as the disk allows. */
  readonly maxBytes?: number;
};

export type OpenedJournal<State, Event, Effect> = {
  readonly journal: SqliteJournal<State, Event, Effect>;
  /** Where a damaged file was moved to; `journal` is then a fresh one with another id. */
  readonly quarantined?: string;
};

/** What can be asked of a journal without owning it. */
export type ReadableJournal<State, Event, Effect> = Pick<
  SqliteJournal<State, Event, Effect>,
  "id" | "stateOf" | "unfinished" | "newest" | "latest" | "story" | "inSpan" | "backlog" | "notes" | "close"
>;

const IN_MEMORY = ":memory:";
const DEFAULT_NOTES_BOUND = 10_000;
const PAGE_BYTES = 4_096;
/** A checkpoint costs three fsyncs; at some 30 pages a sale, one comes every 30 sales or so. */
const CHECKPOINT_PAGES = 1_000;

/**
 * Opens the journal, or begins one. A damaged file is set aside under a new name, never deleted. Throws `JournalFault`:
 * `busy`, `newer`, `full`, `unwritable`.
 */
export function openSqliteJournal<State, Event, Effect>(
  options: SqliteJournalOptions<State, Event, Effect>,
): OpenedJournal<State, Event, Effect> {
  const { file, lock = true } = options;
  if (file === IN_MEMORY) return { journal: openInMemory(options) };
  return guarded(file, () => {
    const unlock = lock ? holdLock(file) : () => undefined;
    return orUndo(unlock, () => openFile(options, unlock));
  });
}

/**
 * Keeps every process from opening this journal until what it returns is called. Where none has ever held it there is nothing to
 * keep, and nothing is made. Throws `JournalFault`: `busy` while a process has it open.
 */
export function reserveSqliteJournal(file: string): () => void {
  return guarded(file, () => (existsSync(`${file}.lock`) ? holdLock(file) : () => undefined));
}

/** Looks into a journal, also while another process holds it. Changes nothing. Throws `JournalFault`. */
export function readSqliteJournal<State, Event, Effect>(
  file: string,
  shape: JournalShape<State, Event, Effect>,
): ReadableJournal<State, Event, Effect> {
  const connection = connect(file, { readonly: true });
  return orUndo(connection.close, () => inspected(connection, shape));
}

/**
 * What is wrong with the file and with how its rows hang together; empty when it is sound. Reads all of it, also while another
 * process holds it, and changes nothing. Throws `JournalFault`.
 */
export function flawsOfSqliteJournal(file: string): readonly string[] {
  const connection = connect(file, { readonly: true });
  try {
    return flawsIn(connection);
  } finally {
    connection.close();
  }
}

function openFile<State, Event, Effect>(
  options: SqliteJournalOptions<State, Event, Effect>,
  unlock: () => void,
): OpenedJournal<State, Event, Effect> {
  const { file, newId, shape } = options;
  const quarantined = isDamaged(file, shape) ? setAside(file, newId()) : undefined;
  if (!existsSync(file)) createWhole(file, (draft) => createDraft(draft, newId(), shape));
  const journal = openSound(options, unlock);
  return quarantined === undefined ? { journal } : { journal, quarantined };
}

/** Looks without the right to write, so that what is damaged stays as it is. Throws what is wrong besides damage. */
function isDamaged<State, Event, Effect>(file: string, shape: JournalShape<State, Event, Effect>): boolean {
  if (isDamagedAtSight(file)) return true;
  if (!existsSync(file)) return false;
  try {
    look(file, shape);
    return false;
  } catch (cause) {
    if (cause instanceof JournalFault && cause.code === "corrupt") return true;
    throw cause;
  }
}

function look<State, Event, Effect>(file: string, shape: JournalShape<State, Event, Effect>): void {
  const connection = connect(file, { readonly: true });
  try {
    inspected(connection, shape);
  } finally {
    connection.close();
  }
}

/** A journal that may be read. Its statements fit its tables, or it is damaged. */
function inspected<State, Event, Effect>(connection: Connection, shape: JournalShape<State, Event, Effect>) {
  refuseUnfit(connection, shape);
  return journalOn(connection, { file: connection.file, shape, newId: () => "", wall: () => 0 });
}

function createDraft(draft: string, id: string, codecs: CodecVersions): void {
  const connection = connect(draft, { readonly: false });
  try {
    connection.pragma(`page_size = ${PAGE_BYTES}`);
    beginTables(connection, id, codecs);
    connection.pragma("journal_mode = WAL");
  } finally {
    connection.close();
  }
}

function openSound<State, Event, Effect>(
  options: SqliteJournalOptions<State, Event, Effect>,
  unlock: () => void,
): SqliteJournal<State, Event, Effect> {
  const connection = connect(options.file, { readonly: false, closed: unlock });
  return orUndo(connection.close, () => {
    connection.pragma("journal_mode = WAL");
    connection.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    connection.pragma(`journal_size_limit = ${2 * CHECKPOINT_PAGES * PAGE_BYTES}`);
    if (options.maxBytes !== undefined)
      connection.pragma(`max_page_count = ${Math.floor(options.maxBytes / PAGE_BYTES)}`);
    migrate(connection);
    raiseCodecVersions(connection, options.shape);
    return journalOn(connection, options);
  });
}

function openInMemory<State, Event, Effect>(
  options: SqliteJournalOptions<State, Event, Effect>,
): SqliteJournal<State, Event, Effect> {
  const connection = connect(IN_MEMORY, { readonly: false });
  beginTables(connection, options.newId(), options.shape);
  return journalOn(connection, options);
}

function journalOn<State, Event, Effect>(
  connection: Connection,
  { shape, newId, wall, notesBound = DEFAULT_NOTES_BOUND }: SqliteJournalOptions<State, Event, Effect>,
): SqliteJournal<State, Event, Effect> {
  return new SqliteJournal({ connection, id: readAbout(connection).id, shape, newId, wall, notesBound });
}
