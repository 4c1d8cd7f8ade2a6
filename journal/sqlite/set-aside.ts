import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** What SQLite keeps beside the file. */
const COMPANIONS = ["-wal", "-shm", "-journal"] as const;

/**
 * Moves a damaged journal and what lies beside it to `<file>.damaged-<mark>`, and returns that name. Nothing is overwritten.
 * The file goes first: a log that a power cut leaves behind alone is found by `isDamagedAtSight`, a file without its log is not.
 */
export function setAside(file: string, mark: string): string {
  const aside = freeName(`${file}.damaged-${mark}`);
  for (const end of ["", ...COMPANIONS]) if (existsSync(file + end)) renameSync(file + end, aside + end);
  syncFolderOf(file);
  return aside;
}

/** Journals come into being complete and under their name; so an empty one, or a log alone, is what damage left. */
export function isDamagedAtSight(file: string): boolean {
  if (existsSync(file)) return statSync(file).size === 0;
  return existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0;
}

/** Lets `make` write a file under another name, and gives it its own name when it is complete. */
export function createWhole(file: string, make: (draft: string) => void): void {
  const draft = `${file}.new`;
  for (const end of ["", ...COMPANIONS]) rmSync(draft + end, { force: true });
  make(draft);
  renameSync(draft, file);
  syncFolderOf(file);
}

function freeName(wished: string): string {
  let name = wished;
  const isTaken = () => ["", ...COMPANIONS].some((end) => existsSync(name + end));
  for (let nth = 2; isTaken(); nth += 1) name = `${wished}-${nth}`;
  return name;
}

function syncFolderOf(file: string): void {
  const folder = openSync(dirname(file), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
