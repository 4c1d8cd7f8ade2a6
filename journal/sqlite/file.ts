import { JournalFault } from "../journal.ts";
import { type AboutRow, SQL } from "../sql.ts";
import type { Connection } from "./connection.ts";
import { TABLE_VERSIONS } from "./tables.ts";

export type CodecVersions = Readonly<Record<"state" | "event" | "effect", { readonly version: number }>>;

/** "QRIS" in ASCII: tells our files from other SQLite files. */
const APPLICATION_ID = 0x51524953;

/** Makes the tables, and the row that names the journal. */
export function beginTables(connection: Connection, id: string, codecs: CodecVersions): void {
  connection.pragma(`application_id = ${APPLICATION_ID}`);
  migrate(connection);
  const { state, event, effect } = codecs;
  connection
    .prepare("INSERT INTO about (one, id, state_version, event_version, effect_version) VALUES (1, ?, ?, ?, ?)")
    .run(id, state.version, event.version, effect.version);
}

/** Brings the tables of an earlier version up to today's, one version a commit. */
export function migrate(connection: Connection): void {
  const version = Number(connection.pragma("user_version"));
  TABLE_VERSIONS.forEach((sql, index) => {
    if (index < version) return;
    connection.durably(() => {
      connection.exec(sql);
      connection.pragma(`user_version = ${index + 1}`);
    });
  });
}

/** Throws `corrupt` on what is no journal or damaged, `newer` on what a later version of this program wrote. */
export function refuseUnfit(connection: Connection, codecs: CodecVersions): void {
  const { file } = connection;
  const version = Number(connection.pragma("user_version"));
  const isOurs = connection.pragma("application_id") === APPLICATION_ID && version > 0;
  if (!isOurs) throw new JournalFault("corrupt", `${file} is no journal of this program`);
  if (version > TABLE_VERSIONS.length) throw newer(file, `tables of version ${version}`);
  const verdict = connection.pragma("quick_check(1)");
  if (verdict !== "ok") throw new JournalFault("corrupt", `the journal ${file} is damaged: ${String(verdict)}`);
  refuseNewerCodecs(file, readAbout(connection), codecs);
}

/** From now on values may be written that an earlier version of this program cannot read: the file says so. */
export function raiseCodecVersions(connection: Connection, { state, event, effect }: CodecVersions): void {
  const about = readAbout(connection);
  if (about.state === state.version && about.event === event.version && about.effect === effect.version) return;
  const change = connection.prepare(SQL.raise);
  connection.durably(() => change.run(state.version, event.version, effect.version));
}

export function readAbout(connection: Connection): AboutRow {
  const row = connection.prepare<AboutRow>(SQL.about).get();
  if (row === undefined) throw new JournalFault("corrupt", `the journal ${connection.file} has lost its name`);
  return row;
}

function refuseNewerCodecs(file: string, about: AboutRow, codecs: CodecVersions): void {
  for (const word of ["state", "event", "effect"] as const)
    if (about[word] > codecs[word].version) throw newer(file, `${word}s of version ${about[word]}`);
}

const newer = (file: string, how: string): JournalFault =>
  new JournalFault(
    "newer",
    `a later version of this program wrote the journal ${file} (${how}): install that one again`,
  );
