/**
 * The journal's tables, one entry a version; `PRAGMA user_version` counts how many of them a file has been through. An entry
 * that was released is never changed: a new version is a new entry at the end.
 *
 * An owed effect is ready (`due_ms` is null) or waits for `due_ms` on `due_clock`. A finished effect has no row. `of` is the
 * `nth` of an order. Walls are milliseconds since 1970.
 */
export const TABLE_VERSIONS: readonly string[] = [
  `
  CREATE TABLE about (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL,
    state_version INTEGER NOT NULL,
    event_version INTEGER NOT NULL,
    effect_version INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE orders (
    nth INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    events INTEGER NOT NULL,
    finished INTEGER NOT NULL,
    last_wall INTEGER NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL
  ) STRICT;
  CREATE INDEX orders_unfinished ON orders (nth) WHERE finished = 0;
  CREATE INDEX orders_finished ON orders (last_wall) WHERE finished = 1;

  CREATE TABLE events (
    of INTEGER NOT NULL,
    nth INTEGER NOT NULL,
    wall INTEGER NOT NULL,
    version INTEGER NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (of, nth)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE effects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    of INTEGER NOT NULL,
    kind TEXT NOT NULL,
    addressee TEXT,
    due_clock TEXT,
    due_ms REAL,
    started INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    wall INTEGER NOT NULL,
    version INTEGER NOT NULL,
    effect TEXT NOT NULL
  ) STRICT;
  CREATE INDEX effects_of ON effects (of);
  CREATE INDEX effects_ready ON effects (kind, seq, addressee) WHERE due_ms IS NULL;
  CREATE INDEX effects_waiting ON effects (kind, due_clock, due_ms, addressee) WHERE due_ms IS NOT NULL;
  CREATE INDEX effects_waiting_for ON effects (addressee) WHERE due_ms IS NOT NULL;

  CREATE TABLE seen (
    statement TEXT PRIMARY KEY,
    of INTEGER,
    wall INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX seen_at ON seen (wall);

  CREATE TABLE notes (
    nth INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    wall INTEGER NOT NULL,
    json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX notes_of_kind ON notes (kind, nth);

  CREATE TABLE probe (one INTEGER PRIMARY KEY CHECK (one = 1), mark TEXT NOT NULL) STRICT;
  `,
  /* Each index is one page more for the disk in every commit. What is owed is found in memory; a sweep may read all of `seen`. */
  `
  CREATE TABLE owed (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    of INTEGER NOT NULL,
    kind TEXT NOT NULL,
    addressee TEXT,
    due_clock TEXT,
    due_ms REAL,
    started INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    wall INTEGER NOT NULL,
    version INTEGER NOT NULL,
    effect TEXT NOT NULL
  ) STRICT;
  INSERT INTO owed SELECT seq, id, of, kind, addressee, due_clock, due_ms, started, tries, wall, version, effect FROM effects;
  DELETE FROM sqlite_sequence WHERE name = 'owed';
  INSERT INTO sqlite_sequence (name, seq) SELECT 'owed', seq FROM sqlite_sequence WHERE name = 'effects';
  DROP TABLE effects;
  ALTER TABLE owed RENAME TO effects;

  DROP INDEX seen_at;
  `,
];
