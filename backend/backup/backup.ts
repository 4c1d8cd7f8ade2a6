import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { copyDatabase } from "../../journal/sqlite/database.ts";
import { flawsOfSqliteJournal } from "../../journal/sqlite/open.ts";
import { flawsOfStore } from "../store/store.ts";

/** Copies of the ledger's and the store's files, in a folder of their own that says when it was made and what is in it. */

export const LEDGER = "ledger.sqlite";
export const STORE = "fleet.sqlite";
const ABOUT = "backup.json";

export type BackupParts = {
  readonly ledger: string;
  readonly store: string;
  /** A folder that is not there yet. */
  readonly to: string;
  readonly wall: number;
  readonly version: string;
};

const aboutSchema = z.object({
  made: z.iso.datetime(),
  version: z.string(),
  files: z.record(z.string(), z.object({ bytes: z.int(), sha256: z.string() })),
});

export type About = z.output<typeof aboutSchema>;

export type BackedUp =
  | { readonly is: "done"; readonly about: About }
  /** Nothing was changed. `problems` are for a person. */
  | { readonly is: "refused"; readonly problems: readonly string[] };

const refused = (...problems: readonly string[]): BackedUp => ({ is: "refused", problems });

/**
 * Copies both while the backend runs, each as it is at one moment: first the store, then the ledger, because the store follows the
 * ledger and makes up what it has missed. What was copied is read and checked before the folder gets its name. Rejects with
 * `JournalFault` when a file cannot be read, or the copy not written.
 */
export async function takeBackup({ ledger, store, to, wall, version }: BackupParts): Promise<BackedUp> {
  if (existsSync(to)) return refused(`${to} is there already: nothing is overwritten`);
  if (!existsSync(ledger)) return refused(`${ledger} is not there: there is nothing to back up`);
  if (!existsSync(dirname(to))) return refused(`${dirname(to)} is not there: create it`);
  const draft = mkdtempSync(`${to}.part-`);
  try {
    if (existsSync(store)) await copyDatabase(store, join(draft, STORE), "store");
    await copyDatabase(ledger, join(draft, LEDGER), "journal");
    const problems = flawsIn(draft);
    if (problems.length > 0) return refused(...problems);
    const about = { made: new Date(wall).toISOString(), version, files: await sumsIn(draft) };
    writeFileSync(join(draft, ABOUT), `${JSON.stringify(about, null, 2)}\n`);
    for (const name of [...Object.keys(about.files), ABOUT, "."]) syncToDisk(join(draft, name));
    renameSync(draft, to);
    syncToDisk(dirname(to));
    return { is: "done", about };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Reads a backup and checks it. Nothing is changed. */
export async function checkBackup(folder: string): Promise<BackedUp> {
  const about = readAbout(folder);
  if (about === undefined) return refused(`${join(folder, ABOUT)} cannot be read: this is no backup of this program`);
  const sums = await sumsIn(folder);
  const changed = Object.entries(about.files).filter(([name, { sha256 }]) => sums[name]?.sha256 !== sha256);
  if (changed.length > 0) return refused(...changed.map(([name]) => `${join(folder, name)} is not what was written`));
  const problems = flawsIn(folder);
  return problems.length > 0 ? refused(...problems) : { is: "done", about };
}

function readAbout(folder: string): About | undefined {
  try {
    const read = aboutSchema.safeParse(JSON.parse(readFileSync(join(folder, ABOUT), "utf8")));
    return read.success && LEDGER in read.data.files ? read.data : undefined;
  } catch {
    return undefined;
  }
}

function flawsIn(folder: string): readonly string[] {
  const [ledger, store] = [join(folder, LEDGER), join(folder, STORE)];
  const found = [...flawsOfSqliteJournal(ledger), ...(existsSync(store) ? flawsOfStore(store) : [])];
  // Looking at a database leaves its companions behind.
  for (const file of [ledger, store]) for (const end of ["-wal", "-shm"]) rmSync(file + end, { force: true });
  return found;
}

async function sumsIn(folder: string): Promise<About["files"]> {
  const files = [STORE, LEDGER].map((name) => join(folder, name)).filter((file) => existsSync(file));
  const sums = await Promise.all(
    files.map(async (file) => [basename(file), { bytes: statSync(file).size, sha256: await sumOf(file) }] as const),
  );
  return Object.fromEntries(sums);
}

async function sumOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

export function syncToDisk(path: string): void {
  const opened = openSync(path, "r");
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
