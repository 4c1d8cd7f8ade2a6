import { JournalFault } from "../journal.ts";

/** What a file holds; a damaged journal gives way to a new one, a damaged store does not. */
export type Holds = "journal" | "store";

const DAMAGED = { journal: "it is set aside at the next start", store: "restore it from a backup" } as const;

/** Turns what SQLite and the file system throw into `JournalFault`; what is neither stays what it is. */
export function faultOf(cause: unknown, file: string, holds: Holds = "journal"): unknown {
  if (cause instanceof JournalFault || !(cause instanceof Error)) return cause;
  const code = "code" in cause ? String(cause.code) : "";
  const fault = (is: JournalFault["code"], advice: string) =>
    new JournalFault(is, `the ${holds} ${file} ${advice} (${code || "no code"}: ${cause.message})`, cause);
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT)/.test(code)) return fault("full", "finds no space: free some on its disk");
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return fault("busy", "is used by another process: stop that one");
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return fault("corrupt", `is damaged: ${DAMAGED[holds]}`);
  if (/^SQLITE_CONSTRAINT/.test(code)) return cause;
  if (code === "SQLITE_ERROR" && /no such (table|column|index)|has no column/.test(cause.message))
    return fault("corrupt", `has other tables than this program made: ${DAMAGED[holds]}`);
  if (/^(SQLITE_|E[A-Z]+$)/.test(code))
    return fault("unwritable", "cannot be used: check the disk, its mount and the rights");
  if (cause instanceof TypeError && /directory does not exist/.test(cause.message))
    return fault("unwritable", "has no folder: create it");
  if (cause instanceof TypeError && /connection is not open/.test(cause.message))
    return fault("unwritable", "is closed");
  return cause;
}

/** Runs `work`; what it throws becomes a `JournalFault` where the disk is to blame. */
export function guarded<T>(file: string, work: () => T, holds?: Holds): T {
  try {
    return work();
  } catch (cause) {
    throw faultOf(cause, file, holds);
  }
}
