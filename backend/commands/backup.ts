import { resolve } from "node:path";
import { utcClock } from "../../host/clock.ts";
import { EXIT_BAD_CONFIG, explainErrors, readConfigFile } from "../../host/config.ts";
import { type Asked, type Command, FAILED } from "../../host/program.ts";
import { readVersion } from "../../host/version.ts";
import { JournalFault } from "../../journal/journal.ts";
import { takeBackup } from "../backup/backup.ts";
import { restoreBackup } from "../backup/restore.ts";
import { backendConfigSchema } from "../config/config.ts";
import { storeFileBeside } from "../store/store.ts";

/** Backups of books that lie in files. Whoever has a PostgreSQL uses its own tools: docs/backup.md. */

type Files = { readonly ledger: string; readonly store: string };

/** Copies ledger and store into a new folder; the backend may run. */
export const backup: Command = (asked) =>
  onFiles(asked, async (files) => {
    const done = await takeBackup({
      ...files,
      to: resolve(asked.argument),
      wall: utcClock().wall(),
      version: readVersion(),
    });
    if (done.is === "refused") return failed(asked, done.problems);
    for (const [name, { bytes, sha256 }] of Object.entries(done.about.files)) {
      asked.print(`${name}  ${bytes} bytes  sha256 ${sha256}`);
    }
    asked.say(`made at ${done.about.made}, read again and sound: ${resolve(asked.argument)}`);
    return 0;
  });

/** Puts a backup in place of ledger and store; the backend must be stopped. */
export const restore: Command = (asked) =>
  onFiles(asked, async (files) => {
    const done = await restoreBackup({ ...files, from: resolve(asked.argument), wall: utcClock().wall() });
    if (done.is === "refused") return failed(asked, done.problems);
    for (const file of done.aside) asked.say(`what was there before: ${file}`);
    asked.say(`the books are as of ${done.about.made}. What came later they do not know:`);
    asked.say(
      "  start the backend, then `reconcile --date DAY --report FILE.csv` for every day since (docs/backup.md);",
    );
    asked.say("  until then order no refund and no release of an order that is older than the backup.");
    return 0;
  });

function failed(asked: Asked, problems: readonly string[]): number {
  for (const problem of problems) asked.say(problem);
  return FAILED;
}

async function onFiles(asked: Asked, work: (files: Files) => Promise<number>): Promise<number> {
  const read = readConfigFile(asked.config, backendConfigSchema);
  if (read.is === "bad") {
    asked.say(explainErrors(asked.config, read.errors));
    return EXIT_BAD_CONFIG;
  }
  const { journal } = read.config;
  if (!("file" in journal)) {
    return failed(asked, ["the books lie in a PostgreSQL: back it up with pg_dump or pg_basebackup (docs/backup.md)"]);
  }
  try {
    return await work({ ledger: journal.file, store: storeFileBeside(journal.file) });
  } catch (error) {
    if (!(error instanceof JournalFault)) throw error;
    return failed(asked, [error.message]);
  }
}
