import { copyFileSync, existsSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { reserveSqliteJournal } from "../../journal/sqlite/open.ts";
import { type About, checkBackup, LEDGER, STORE, syncToDisk } from "./backup.ts";

export type RestoreParts = {
  readonly from: string;
  readonly ledger: string;
  readonly store: string;
  readonly wall: number;
};

export type Restored =
  /** `aside`: where what lay there before has gone. */
  | { readonly is: "done"; readonly about: About; readonly aside: readonly string[] }
  | { readonly is: "refused"; readonly problems: readonly string[] };

/** What SQLite keeps beside a file. With another file's, a database is damaged. */
const COMPANIONS = ["-wal", "-shm", "-journal"] as const;

/**
 * Puts a backup where the backend looks for its books. What lies there is moved aside, never deleted. Interrupted, it is begun
 * anew: until it is done, the backend must not be started. Throws `JournalFault`: `busy` while a backend has the books open.
 */
export async function restoreBackup({ from, ledger, store, wall }: RestoreParts): Promise<Restored> {
  const release = reserveSqliteJournal(ledger);
  try {
    const checked = await checkBackup(from);
    if (checked.is === "refused") return checked;
    const pairs = [
      [join(from, STORE), store],
      [join(from, LEDGER), ledger],
    ] as const;
    const wanted = pairs.filter(([copy]) => existsSync(copy));
    for (const [copy, file] of wanted) putBeside(copy, file);
    const mark = new Date(wall).toISOString().replaceAll(/[-:]|\.\d+/g, "");
    return { is: "done", about: checked.about, aside: wanted.flatMap(([, file]) => exchange(file, mark)) };
  } finally {
    release();
  }
}

const draftOf = (file: string): string => `${file}.restored`;

function putBeside(copy: string, file: string): void {
  const draft = draftOf(file);
  rmSync(draft, { force: true });
  copyFileSync(copy, draft);
  syncToDisk(draft);
}

function exchange(file: string, mark: string): readonly string[] {
  const aside = `${file}.before-${mark}`;
  const ends = ["", ...COMPANIONS].filter((end) => existsSync(file + end));
  for (const end of ends) renameSync(file + end, aside + end);
  renameSync(draftOf(file), file);
  syncToDisk(dirname(file));
  return ends.includes("") ? [aside] : [];
}
