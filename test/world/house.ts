import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LedgerJournal } from "../../backend/cashier.ts";
import type { Effect as LedgerEffect, Event as LedgerEvent, State as LedgerState } from "../../backend/ledger/words.ts";
import { JournalFault, type JournalShape } from "../../journal/journal.ts";
import { copyDatabase } from "../../journal/sqlite/database.ts";
import { openSqliteJournal, type ReadableJournal, readSqliteJournal } from "../../journal/sqlite/open.ts";
import type { SqliteJournal } from "../../journal/sqlite/sqlite-journal.ts";
import { newUlid, type Random } from "../../protocol/ids.ts";

/** Memory where there is some: nothing here is about the disk's own speed. */
const root = (): string => (existsSync("/dev/shm") ? "/dev/shm" : tmpdir());

export class Place {
  readonly #folder = mkdtempSync(join(root(), "qris-world-"));
  #made = 0;

  newFile(): string {
    this.#made += 1;
    return join(this.#folder, `journal-${this.#made}.sqlite`);
  }

  /** Short enough for a unix socket. */
  newSocket(): string {
    this.#made += 1;
    return join(this.#folder, `${this.#made}.sock`);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Where the backend's books lie, through the lives of its process. */
export interface LedgerDisk {
  open(wall: () => number): LedgerJournal | Promise<LedgerJournal>;
  reader(): Pick<ReadableJournal<LedgerState, LedgerEvent, LedgerEffect>, "backlog" | "latest">;
  /** The process is dead: what it had committed is all there is. */
  cut(): Promise<void>;
}

/** A disk that outlives the processes on it. What a cut leaves is copied as it lay, without anybody closing anything. */
export class Disk<State, Event, Effect> {
  readonly #place: Place;
  readonly #shape: JournalShape<State, Event, Effect>;
  readonly #random: Random;
  #file: string;
  #open: SqliteJournal<State, Event, Effect> | undefined;

  constructor(place: Place, shape: JournalShape<State, Event, Effect>, random: Random) {
    this.#place = place;
    this.#shape = shape;
    this.#random = random;
    this.#file = place.newFile();
  }

  get file(): string {
    return this.#file;
  }

  open(wall: () => number): SqliteJournal<State, Event, Effect> {
    if (this.#open !== undefined) throw new JournalFault("busy", "the last process on this disk has not been cut");
    const newId = (): string => newUlid(wall(), this.#random);
    this.#open = openSqliteJournal({ file: this.#file, shape: this.#shape, newId, wall, lock: false }).journal;
    return this.#open;
  }

  /** What is on the disk now, read beside whoever holds it. */
  reader(): ReadableJournal<State, Event, Effect> {
    return this.#open ?? readSqliteJournal(this.#file, this.#shape);
  }

  /** A backup of it, as it is now. */
  async backup(): Promise<string> {
    const copy = this.#place.newFile();
    await copyDatabase(this.#file, copy, "journal");
    return copy;
  }

  /** The next process finds this backup. */
  putBack(copy: string): void {
    if (this.#open !== undefined) throw new JournalFault("busy", "the last process on this disk has not been cut");
    this.#file = this.#place.newFile();
    copyFileSync(copy, this.#file);
  }

  /** What the dead process had committed is all there is; its own handle is closed behind the copy's back. */
  async cut(): Promise<void> {
    const from = this.#file;
    const to = this.#place.newFile();
    for (const suffix of ["", "-wal"]) if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
    await this.#open?.close();
    this.#open = undefined;
    this.#file = to;
  }
}
