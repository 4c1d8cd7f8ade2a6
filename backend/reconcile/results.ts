import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Day, readDay } from "./day.ts";
import type { Entry } from "./entry.ts";
import { beginNotebook, type Head, type Notebook, notedIn } from "./notebook.ts";
import type { Report } from "./report/rows.ts";
import type { Summary } from "./summary.ts";

/** A day that is over, or as much of one as there is. */
export type Part = { readonly day: Day; readonly isWhole: boolean };

const FILE = /^(\d{4}-\d{2}-\d{2})(\.part)?\.(json|jsonl|begun\.jsonl)$/;

/**
 * The folder with what came out of each day: `DAY.json`, the summary, and `DAY.jsonl`, one line an order; while it is being
 * made, `DAY.begun.jsonl`. A day that was not over has `.part` behind it. Whoever deletes them has the last days done again.
 */
export class Results {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  isDone(day: Day): boolean {
    return existsSync(this.#path({ day, isWhole: true }, "json"));
  }

  /** What was begun and not ended, the oldest first. */
  async begun(): Promise<readonly Part[]> {
    const files = await this.#files();
    return files.filter(({ end }) => end === "begun.jsonl").map(({ day, isWhole }) => ({ day, isWhole }));
  }

  /** Of the whole day, or of the part that there is. */
  async summaryOf(day: Day): Promise<Summary | undefined> {
    const part = this.#partOf(day);
    return part && (JSON.parse(await readFile(this.#path(part, "json"), "utf8")) as Summary);
  }

  /** Every order of the day, as it was noted. */
  async *entriesOf(day: Day): AsyncGenerator<Entry> {
    const part = this.#partOf(day);
    if (part === undefined) return;
    for await (const note of notedIn(this.#path(part, "jsonl"))) if ("entry" in note) yield note.entry;
  }

  /** Begins to note, or goes on with what was begun; with a report it begins anew. */
  async begin(part: Part, head: Head, report?: Report): Promise<Notebook> {
    await mkdir(this.#folder, { recursive: true, mode: 0o750 });
    return beginNotebook(this.#path(part, "begun.jsonl"), head, report);
  }

  /** What was begun is done now. The summary comes last: without it a day counts as not done. */
  async finish(part: Part, summary: Summary): Promise<void> {
    await rename(this.#path(part, "begun.jsonl"), this.#path(part, "jsonl"));
    const draft = `${this.#path(part, "json")}.new`;
    await writeFile(draft, JSON.stringify(summary), { mode: 0o640 });
    await syncFile(draft);
    await rename(draft, this.#path(part, "json"));
    if (part.isWhole) await this.#remove({ day: part.day, isWhole: false });
  }

  /** Deletes what is of days before this one, but not of a day that is just being made. */
  async prune(before: Day, making: Day): Promise<void> {
    const old = (await this.#files()).filter(({ day }) => day < before && day !== making);
    await Promise.all(old.map(({ name }) => rm(join(this.#folder, name), { force: true })));
  }

  async #remove(part: Part): Promise<void> {
    for (const end of ["json", "jsonl"]) await rm(this.#path(part, end), { force: true });
  }

  #partOf(day: Day): Part | undefined {
    return [true, false].map((isWhole) => ({ day, isWhole })).find((part) => existsSync(this.#path(part, "json")));
  }

  #path({ day, isWhole }: Part, end: string): string {
    return join(this.#folder, `${day}${isWhole ? "" : ".part"}.${end}`);
  }

  /** A folder that is not there, or cannot be read, has none; whoever writes there next will hear why. */
  async #files(): Promise<readonly (Part & { readonly name: string; readonly end: string })[]> {
    const names = await readdir(this.#folder).catch((): string[] => []);
    return names.sort().flatMap((name) => {
      const [, text = "", part, end = ""] = FILE.exec(name) ?? [];
      const day = readDay(text);
      return day === undefined ? [] : [{ day, isWhole: part === undefined, name, end }];
    });
  }
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
