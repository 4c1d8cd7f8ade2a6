import { existsSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { WallMs } from "../../protocol/time.ts";
import type { Entry } from "./entry.ts";
import type { Report, ReportRow, UnreadRow } from "./report/rows.ts";

/** When a run began; one that is gone on with keeps its beginning. It stands behind the report, which is whole then. */
export type Head = { readonly begun: WallMs };

/** One line of the file. */
export type Note =
  | { readonly head: Head }
  | { readonly report: string }
  | { readonly row: ReportRow }
  | { readonly unread: UnreadRow }
  | { readonly entry: Entry };

/** What a run has found so far. A line that a crash tore is as if it had never been. */
export type Notebook = {
  readonly head: Head;
  readonly report?: Report;
  /** What was noted before a crash. */
  readonly entries: readonly Entry[];
  note(entry: Entry): Promise<void>;
  close(): Promise<void>;
};

/** Goes on with what was begun, unless there is a report that it does not know. */
export async function beginNotebook(file: string, head: Head, report?: Report): Promise<Notebook> {
  const before = report === undefined ? await readNotes(file) : undefined;
  const begun = before?.head === undefined ? undefined : { ...before, head: before.head };
  const handle = await open(file, begun === undefined ? "w" : "a", 0o640);
  try {
    if (begun === undefined) await write(handle, [...(report === undefined ? [] : reportNotes(report)), { head }]);
    else await handle.appendFile("\n");
  } catch (error) {
    await handle.close();
    throw error;
  }
  const known = report ?? begun?.report;
  return {
    head: begun?.head ?? head,
    ...(known === undefined ? {} : { report: known }),
    entries: begun?.entries ?? [],
    note: (entry) => write(handle, [{ entry }]),
    close: () => handle.close(),
  };
}

const write = (handle: FileHandle, notes: readonly Note[]): Promise<void> =>
  handle.appendFile(notes.map((note) => `${JSON.stringify(note)}\n`).join(""));

const reportNotes = ({ name, rows, unread }: Report): readonly Note[] => [
  { report: name },
  ...rows.map((row) => ({ row })),
  ...unread.map((row) => ({ unread: row })),
];

type Before = { readonly head?: Head; readonly report?: Report; readonly entries: readonly Entry[] };

async function readNotes(file: string): Promise<Before> {
  const rows: ReportRow[] = [];
  const unread: UnreadRow[] = [];
  const entries: Entry[] = [];
  const found: { head?: Head; name?: string } = {};
  for await (const note of notedIn(file)) {
    if ("head" in note) found.head = note.head;
    else if ("report" in note) found.name = note.report;
    else if ("row" in note) rows.push(note.row);
    else if ("unread" in note) unread.push(note.unread);
    else entries.push(note.entry);
  }
  const { head, name } = found;
  return {
    ...(head === undefined ? {} : { head }),
    ...(name === undefined ? {} : { report: { name, rows, unread } }),
    entries,
  };
}

/** The notes of a file, one at a time; none where there is no file. */
export async function* notedIn(file: string): AsyncGenerator<Note> {
  if (!existsSync(file)) return;
  const handle = await open(file, "r");
  try {
    for await (const line of handle.readLines()) {
      const note = readNote(line);
      if (note !== undefined) yield note;
    }
  } finally {
    await handle.close();
  }
}

function readNote(line: string): Note | undefined {
  try {
    return line === "" ? undefined : (JSON.parse(line) as Note);
  } catch {
    return undefined;
  }
}
