import type { Log } from "../host/log.ts";
import { newUlid, type Random, type StatementId } from "../protocol/ids.ts";
import type { Clock } from "../protocol/time.ts";
import { Pause } from "../wire/pause.ts";
import type { Delivery } from "../wire/post.ts";
import { pauseMs } from "../wire/redial.ts";

export type GreetingOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Says the sync, as things are now, and waits for its ack. `isCheck`: only to know whether anybody is there. */
  sync(id: StatementId, isCheck: boolean, signal: AbortSignal): Promise<Delivery>;
  /** The backend has the sync, after a connection or a silence. */
  greeted(): void;
  /** The backend has become silent, or is not any more. */
  changed(): void;
};

type Round = { readonly id: StatementId; readonly isCheck: boolean; readonly ending: AbortController; tries: number };

/** One statement may be lost with a backend that ends; a second one, said after the first was waited for in vain, is not. */
const SILENT_AFTER = 2;
/** The longest pause before the second and before any later sync: ten thousand stands do not fill a backend that is back. */
const PACE = { firstMs: 5_000, capMs: 30_000 };
/** The same when somebody waits. */
const HURRIED = { firstMs: 2_000, capMs: 2_000 };
/** Without a word for so long, and for anything up to as long again, it is looked whether anybody is there. */
const QUIET_MS = 180_000;

/**
 * Says at every connection, whenever a statement was not answered, and when nothing was heard for three to six minutes, what
 * orders the stand has open, until the backend has it. So it knows whether any backend answers at all: none does when a
 * statement had its full time and no ack, and so had another one after it, and nothing was heard meanwhile. Whatever the backend
 * says ends that.
 */
export class Greeting {
  readonly #options: GreetingOptions;
  /** Before the next sync of a round, or before the next round. */
  readonly #pause: Pause;
  #isUp = false;
  #round: Round | undefined;
  /** Waits in vain, one after another. */
  #inVain = 0;
  #heard = 0;
  #isHurried = false;

  constructor(options: GreetingOptions) {
    this.#options = options;
    this.#pause = new Pause(options.clock);
  }

  /** Nobody answers, as far as is known. Lasts until something is heard, also beyond a connection. */
  get isSilent(): boolean {
    return this.#inVain >= SILENT_AFTER;
  }

  /** Connected: greets anew. */
  up(): void {
    this.down();
    this.#isUp = true;
    this.#begin(false);
  }

  /** Not connected any more. */
  down(): void {
    this.#isUp = false;
    this.#round?.ending.abort();
    this.#pause.end();
    this.#round = undefined;
    this.#isHurried = false;
  }

  /** Somebody waits for the backend: the next sync comes sooner. Once a pause, however often it is called. */
  hurry(): void {
    if (!this.isSilent || this.#round === undefined || this.#isHurried) return;
    this.#isHurried = true;
    this.#pause.bringForward(pauseMs(1, HURRIED, this.#options.random));
  }

  /** The backend has said something, whatever it was. */
  heard(): void {
    const wasSilent = this.isSilent;
    this.#heard += 1;
    this.#inVain = 0;
    this.#rest();
    if (!wasSilent) return;
    this.#options.log.info("the backend answers again");
    this.#options.changed();
  }

  /** Waits with somebody for an ack, and asks for a sign of life when none comes. */
  async watch(delivery: Promise<Delivery>, signal: AbortSignal): Promise<Delivery> {
    const [heard, inVain] = [this.#heard, this.#inVain];
    const became = await delivery;
    if (became === "silent" && !signal.aborted && heard === this.#heard) this.#waited(inVain + 1);
    return became;
  }

  /** Those who waited side by side have waited once. */
  #waited(inVain: number): void {
    const wasSilent = this.isSilent;
    this.#inVain = Math.max(this.#inVain, inVain);
    if (this.#round === undefined && this.#isUp) this.#begin(false);
    if (wasSilent || !this.isSilent) return;
    this.#options.log.warn("no backend answers");
    this.#options.changed();
  }

  #begin(isCheck: boolean): void {
    const { clock, random } = this.#options;
    const id = newUlid(clock.wall(), random) as StatementId;
    this.#pause.end();
    this.#round = { id, isCheck, ending: new AbortController(), tries: 0 };
    void this.#ask(this.#round);
  }

  /** The next round is a check, unless there is another reason for one before. */
  #rest(): void {
    if (this.#round !== undefined || !this.#isUp) return;
    this.#pause.begin(QUIET_MS * (1 + this.#options.random()), () => this.#begin(true));
  }

  async #ask(round: Round): Promise<void> {
    const { signal } = round.ending;
    round.tries += 1;
    const delivery = await this.watch(this.#said(round), signal);
    if (signal.aborted) return;
    if (delivery !== "acked") return this.#pauseIn(round);
    this.#round = undefined;
    this.#rest();
    if (!round.isCheck || round.tries > 1) this.#options.greeted();
  }

  async #said({ id, isCheck, ending }: Round): Promise<Delivery> {
    try {
      return await this.#options.sync(id, isCheck, ending.signal);
    } catch (error) {
      this.#options.log.warn("sync not said", { error });
      return "down";
    }
  }

  #pauseIn(round: Round): void {
    const { random } = this.#options;
    const ms = this.#isHurried ? pauseMs(1, HURRIED, random) : pauseMs(round.tries, PACE, random);
    this.#pause.begin(ms, () => this.#again(round));
  }

  #again(round: Round): void {
    this.#isHurried = false;
    void this.#ask(round);
  }
}
