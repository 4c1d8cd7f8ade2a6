import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import { type Clock, pause, type Stop } from "../../protocol/time.ts";
import type { LedgerJournal } from "../cashier.ts";
import type { Store } from "../store/store.ts";
import { CatchingUp } from "./catching-up.ts";
import { saleItemsOf, saleOf } from "./sale.ts";
import { type Drawn, writeSales } from "./writing.ts";

export type ProjectorOptions = {
  readonly journal: Pick<LedgerJournal, "several" | "inSpan">;
  readonly store: Store;
  /** Real time. */
  readonly clock: Clock;
  readonly log: Log;
  /** Names this run of this backend; no other ever has the same name. */
  readonly name: string;
  /** Whether this backend catches up for those that are gone. */
  leads(): boolean;
  /** No other backend works on these books: one that is not this one is gone. */
  readonly isAlone: boolean;
  /** How many changed orders are remembered; beyond, the journal is asked which they were. Default 10,000. */
  readonly most?: number;
};

const FLUSH_MS = 400;
const LONGEST_PAUSE_MS = 10_000;
const MOST_DIRTY = 10_000;
/** Orders of one transaction: between two of them, others have their turn. */
const AT_ONCE = 20;
const BEAT_MS = 10_000;
const LOOK_MS = 5_000;

/**
 * Keeps the sales book up to the journal, behind the sales and never in their way. What changed is written within half a second, and
 * each write says how far this backend has come: of one that is gone, the leading one asks the journal what it had heard since.
 */
export class Projector {
  readonly #options: ProjectorOptions;
  readonly #catchingUp: CatchingUp;
  readonly #dirty = new Set<string>();
  #timer: { readonly stop: Stop; readonly isFlush: boolean } | undefined;
  #stopLooking: Stop = () => undefined;
  #round: Promise<void> | undefined;
  #look: Promise<void> = Promise.resolve();
  #isRunning = false;
  #pauseMs = FLUSH_MS;

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#catchingUp = new CatchingUp({ ...options, write: (orders) => this.#write(orders) });
  }

  /** Sets it to work. */
  start(): void {
    const { clock, log } = this.#options;
    this.#isRunning = true;
    this.#wait(0, true);
    this.#stopLooking = every(clock, log, {
      firstMs: 0,
      everyMs: LOOK_MS,
      what: "sales book not caught up",
      run: () => {
        this.#look = this.catchUp();
        return this.#look;
      },
    });
  }

  /** How many orders wait to be written. */
  get waiting(): number {
    return this.#dirty.size;
  }

  /** This order has changed in the journal: it is written soon, once this is started. Waits for nothing. */
  changed(order: string): void {
    const { clock, most = MOST_DIRTY } = this.#options;
    if (this.#dirty.size >= most && !this.#dirty.has(order)) this.#catchingUp.lost(clock.wall());
    else this.#dirty.add(order);
    if (this.#timer?.isFlush !== true && this.#round === undefined) this.#wait(this.#pauseMs, true);
  }

  /** Writes what is known to have changed. Rejects with `JournalFault` when journal or store do not answer; nothing is forgotten then. */
  async flush(): Promise<void> {
    do {
      const untilMs = this.#options.clock.wall();
      const some = [...this.#dirty].slice(0, AT_ONCE);
      const isAll = some.length === this.#dirty.size && !this.#catchingUp.isBehind;
      // What changes from here on is put there anew.
      for (const order of some) this.#dirty.delete(order);
      try {
        await this.#write(some, isAll ? untilMs : undefined);
      } catch (error) {
        for (const order of some) this.#dirty.add(order);
        throw error;
      }
    } while (this.#dirty.size > 0);
  }

  /** Writes what backends that are gone had no time to, and what this one could not remember. Rejects as `flush` does. */
  catchUp(): Promise<void> {
    return this.#catchingUp.run();
  }

  /** Writes what is left, as far as journal and store answer; the rest is caught up with later. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#timer?.stop();
    this.#stopLooking();
    this.#catchingUp.stop();
    await this.#round;
    await this.#look.catch(() => undefined);
    try {
      await this.flush();
      await this.#catchingUp.leave();
    } catch (error) {
      this.#options.log.warn("sales book left behind", { error, orders: this.#dirty.size });
    }
  }

  #wait(ms: number, isFlush: boolean): void {
    this.#timer?.stop();
    if (!this.#isRunning) return;
    const stop = this.#options.clock.after(ms, () => {
      this.#timer = undefined;
      this.#round = this.#flushNow();
    });
    this.#timer = { stop, isFlush };
  }

  /** Also when nothing has changed: this backend is there. */
  async #flushNow(): Promise<void> {
    try {
      await this.flush();
      this.#pauseMs = FLUSH_MS;
    } catch (error) {
      this.#pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * this.#pauseMs);
      this.#options.log.warn("sales book not written", { error, againMs: this.#pauseMs });
    }
    this.#round = undefined;
    const isFlush = this.#dirty.size > 0;
    this.#wait(isFlush ? this.#pauseMs : BEAT_MS, isFlush);
  }

  async #write(orders: readonly string[], untilMs?: number): Promise<void> {
    const { store, clock, name } = this.#options;
    const drawn = orders.length === 0 ? [] : await this.#draw(orders);
    await writeSales(store, drawn, untilMs === undefined ? undefined : { name, until_ms: untilMs });
    await pause(clock, 0);
  }

  /** What a later program wrote, or what cannot be read, stands in nobody's way. */
  async #draw(orders: readonly string[]): Promise<readonly Drawn[]> {
    const { journal, log } = this.#options;
    const wholes = await journal.several(orders);
    return wholes.flatMap((whole) => {
      if (!("fault" in whole)) return [{ row: saleOf(whole.state, whole.story), items: saleItemsOf(whole.state) }];
      log.warn("order left out of the sales book", { order: whole.order, error: whole.fault });
      return [];
    });
  }
}
