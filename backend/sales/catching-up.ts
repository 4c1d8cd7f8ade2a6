import { type Clock, pause } from "../../protocol/time.ts";
import type { LedgerJournal } from "../cashier.ts";
import type { Store } from "../store/store.ts";
import { type Cursor, cursorsIn, dropCursor, setCursor } from "./writing.ts";

export type CatchingUpParts = {
  readonly journal: Pick<LedgerJournal, "inSpan">;
  readonly store: Store;
  readonly clock: Clock;
  readonly name: string;
  leads(): boolean;
  readonly isAlone: boolean;
  /** Puts these orders into the book, as the journal has them now. */
  write(orders: readonly string[]): Promise<void>;
};

/** Up to this wall the book has everything, whoever heard it. Kept by whoever leads. */
const BOOK = "book";
/** A backend that has not said for so long how far it has come is gone. */
const GONE_MS = 60_000;
/** More than a commit's answer takes, and than machines' clocks are apart or are set back. */
const MARGIN_MS = 5 * 60_000;
const ORDERS_A_PAGE = 20;
/** Between two pages others have their turn. */
const PAGE_PAUSE_MS = 10;

/** Up to this wall, some fifteen seconds ago in good times, the book has everything, whichever backend heard it; 0: nobody knows. */
export async function bookedUntil(store: Store): Promise<number> {
  return (await cursorsIn(store)).find(({ name }) => name === BOOK)?.until_ms ?? 0;
}

/** What has to be asked of the journal, because whoever knew it is gone or could not remember it. */
export class CatchingUp {
  readonly #parts: CatchingUpParts;
  #lostSince: number | undefined;
  #isRunning = false;
  #isStopped = false;
  /** Whoever led before may have left something that it did not say. */
  #isFirst = true;

  constructor(parts: CatchingUpParts) {
    this.#parts = parts;
  }

  /** Something changed at this wall that is not remembered. */
  lost(wall: number): void {
    this.#lostSince = Math.min(wall, this.#lostSince ?? wall);
  }

  /** This backend does not know all that it has not written. */
  get isBehind(): boolean {
    return this.#lostSince !== undefined;
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** One after the other: who comes meanwhile is not needed. */
  async run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      await this.#own();
      if (this.#parts.leads()) await this.#others();
    } finally {
      this.#isRunning = false;
    }
  }

  /** Nothing is left that somebody would have to catch up with. */
  async leave(): Promise<void> {
    const { store, name } = this.#parts;
    if (!this.isBehind) await store.deleteFrom("sales_cursors").where("name", "=", name).execute();
  }

  /** What is lost while the journal is being asked is asked for again. */
  async #own(): Promise<void> {
    while (this.#lostSince !== undefined) {
      const since = this.#lostSince;
      this.#lostSince = Number.POSITIVE_INFINITY;
      try {
        await this.#drawSince(since);
      } catch (error) {
        this.lost(since);
        throw error;
      }
      if (this.#lostSince === Number.POSITIVE_INFINITY) this.#lostSince = undefined;
    }
  }

  async #others(): Promise<void> {
    const { store, clock, name, isAlone } = this.#parts;
    const now = clock.wall();
    const cursors = await cursorsIn(store);
    const book = cursors.find((cursor) => cursor.name === BOOK);
    const isOld = ({ until_ms }: Cursor): boolean => now - until_ms > GONE_MS;
    const backends = cursors.filter((cursor) => cursor.name !== BOOK && cursor.name !== name);
    const gone = backends.filter((cursor) => isAlone || isOld(cursor));
    // It is never ahead of a backend: it is old when one is gone, or when nobody has led for a while.
    if (book === undefined || isOld(book) || this.#isFirst) await this.#drawSince(book?.until_ms ?? 0);
    this.#isFirst = false;
    for (const cursor of gone) await dropCursor(store, cursor);
    const rest = cursors.filter((cursor) => cursor.name !== BOOK && !gone.includes(cursor));
    await setCursor(store, { name: BOOK, until_ms: Math.min(now, ...rest.map(({ until_ms }) => until_ms)) });
  }

  async #drawSince(wall: number): Promise<void> {
    const { journal, clock, write } = this.#parts;
    const span = { fromWall: Math.max(0, wall - MARGIN_MS), toWall: clock.wall() + MARGIN_MS, limit: ORDERS_A_PAGE };
    for (let after: number | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
      if (this.#isStopped) throw new Error("stopped before the sales book was caught up");
      const page = await journal.inSpan({ ...span, ...(after === undefined ? {} : { after }) });
      if (page.orders.length > 0) await write(page.orders);
      after = page.next;
      await pause(clock, PAGE_PAUSE_MS);
    }
  }
}
