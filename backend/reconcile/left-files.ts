import { open, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Entry } from "./entry.ts";
import type { Results } from "./results.ts";
import type { Summary } from "./summary.ts";

/** `DAY.json` is a summary, `DAY.jsonl` one line an order; a day that was not over has `.part` behind it. */
const DONE = /^(\d{4}-\d{2}-\d{2}(?:\.part)?)\.json$/;
const OURS = /^\d{4}-\d{2}-\d{2}(\.part)?\.(json|jsonl|begun\.jsonl)$/;

/**
 * Takes over the results that an earlier version left as files, and deletes them; whole days first. How many days. What was begun and
 * not ended is begun anew.
 */
export async function takeLeftFiles(folder: string, results: Results): Promise<number> {
  const names = await readdir(folder).catch((): string[] => []);
  const done = names.flatMap((name) => DONE.exec(name)?.[1] ?? []).sort((one, other) => one.length - other.length);
  for (const name of done) {
    const summary = JSON.parse(await readFile(join(folder, `${name}.json`), "utf8")) as Summary;
    await results.take(summary, entriesIn(join(folder, `${name}.jsonl`)));
  }
  for (const name of names) if (OURS.test(name)) await rm(join(folder, name), { force: true });
  return done.length;
}

async function* entriesIn(file: string): AsyncGenerator<Entry> {
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) return;
  try {
    for await (const line of handle.readLines()) {
      const note = readNote(line);
      if (note?.entry !== undefined) yield note.entry;
    }
  } finally {
    await handle.close();
  }
}

/** A line that a crash tore is as if it had never been. */
function readNote(line: string): { readonly entry?: Entry } | undefined {
  try {
    return line === "" ? undefined : (JSON.parse(line) as { readonly entry?: Entry });
  } catch {
    return undefined;
  }
}
