import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OpenedJournal, openSqliteJournal, type SqliteJournalOptions } from "../../journal/sqlite/open.ts";
import type { JournalPlace } from "./contract.ts";
import { type Effect, type Event, idsFrom, type State, seeded, shape } from "./words.ts";

type Options = Partial<SqliteJournalOptions<State, Event, Effect>>;

/** A folder of the test's own, with journals in it. */
export class SqlitePlace implements JournalPlace {
  readonly folder: string = mkdtempSync(join(tmpdir(), "journal-"));
  readonly wall = { now: 1_700_000_000_000 };
  readonly #newId = idsFrom(seeded(1), () => this.wall.now);
  readonly #opened: OpenedJournal<State, Event, Effect>[] = [];
  #copies = 0;
  #file = this.path("journal.sqlite");

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Where the journal lies now; a crash leaves it in another place. */
  get file(): string {
    return this.#file;
  }

  openAs(options: Options = {}): OpenedJournal<State, Event, Effect> {
    const opened = openSqliteJournal({
      file: this.file,
      shape,
      newId: this.#newId,
      wall: () => this.wall.now,
      ...options,
    });
    this.#opened.push(opened);
    return opened;
  }

  async open(options: { readonly notesBound?: number } = {}): Promise<OpenedJournal<State, Event, Effect>["journal"]> {
    return this.openAs(options).journal;
  }

  /** The files are copied as they lie, without the memory map that a power cut would take too. */
  async crash(): Promise<OpenedJournal<State, Event, Effect>["journal"]> {
    this.#copies += 1;
    const copy = this.path(`left-${this.#copies}.sqlite`);
    for (const end of ["", "-wal"]) if (existsSync(this.file + end)) copyFileSync(this.file + end, copy + end);
    this.#file = copy;
    return this.open();
  }

  async remove(): Promise<void> {
    for (const { journal } of this.#opened) await journal.close();
    rmSync(this.folder, { recursive: true });
  }
}
