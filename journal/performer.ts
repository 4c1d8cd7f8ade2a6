import { setMaxListeners } from "node:events";
import { type Clock, later, leftMs, type Stop } from "../protocol/time.ts";
import type { EffectId, Journal, Owed } from "./journal.ts";

/** What became of an owed effect. `reported`: its outcome is committed already, by an event with `finishes`. */
export type Outcome = "done" | "reported" | { readonly againMs: number };

/** Effects of some kinds, performed one after another or some at once, independent of the other lanes. */
export type Lane<Effect> = {
  readonly kinds: readonly string[];
  readonly atOnce: number;
  /** How many of one addressee's effects may be under way; no bound when absent. */
  readonly perAddressee?: number;
  /** A lane that is not open takes nothing; say `wake` when it opens. */
  isOpen?(): boolean;
  /** Ends soon after `signal`, which fires when the process stops. */
  perform(owed: Owed<Effect>, signal: AbortSignal): Promise<Outcome>;
};

export type PerformerOptions<Effect> = {
  readonly journal: Pick<Journal<never, never, Effect>, "take" | "finish" | "again" | "nextDue">;
  readonly lanes: readonly Lane<Effect>[];
  readonly clock: Clock;
  readonly log: {
    warn(what: string, facts?: Readonly<Record<string, unknown>>): void;
    error(what: string, facts?: Readonly<Record<string, unknown>>): void;
  };
  /** How long an effect stays in our hands before another process may take it. Default 10 minutes. */
  readonly leaseMs?: number;
  /** The journal failed; the performer goes on trying, once a second. */
  onFault(fault: unknown): void;
};

type Place<Effect> = { readonly lane: Lane<Effect>; readonly underWay: Map<EffectId, Owed<Effect>> };

const LEASE_MS = 600_000;
const STOP_MS = 5_000;
const FAULT_PAUSE_MS = 1_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

/** How long an effect waits that has failed `tries` times before: 1 s, doubling to 5 minutes. */
export const pauseAfter = (tries: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);

/**
 * Takes what the journal owes and has it performed. Lanes share nothing but the journal and one timer. An effect leaves only
 * by its outcome: what throws is put off and tried again, for ever.
 */
export class Performer<Effect> {
  readonly #options: PerformerOptions<Effect>;
  readonly #places: readonly Place<Effect>[];
  readonly #stopping = new AbortController();
  readonly #quiet = new Set<() => void>();
  #isStarted = false;
  #isWanted = false;
  #isTaking = false;
  #disarm: Stop = () => undefined;

  constructor(options: PerformerOptions<Effect>) {
    this.#options = options;
    this.#places = options.lanes.map((lane) => ({ lane, underWay: new Map() }));
    // Every effect under way listens for the end; how many that may be is each lane's own bound.
    setMaxListeners(0, this.#stopping.signal);
  }

  start(): void {
    this.#isStarted = true;
    this.wake();
  }

  /** Something may be due, or a lane may have opened. Cheap: many calls before the next turn are one. */
  wake(): void {
    if (!this.#isRunning) return;
    this.#isWanted = true;
    if (this.#isTaking) return;
    this.#isTaking = true;
    void Promise.resolve().then(() => this.#takeAll());
  }

  /** Fires the signal of what is under way and waits for it, at most `withinMs` milliseconds. Takes nothing any more. */
  async stop(withinMs: number = STOP_MS): Promise<void> {
    this.#isStarted = false;
    this.#isWanted = false;
    this.#disarm();
    this.#stopping.abort();
    await new Promise<void>((resolve) => {
      const stop = this.#options.clock.after(withinMs, resolve);
      void this.idle().then(() => {
        stop();
        resolve();
      });
    });
  }

  /** Resolves when nothing is under way and nothing can be taken now. */
  async idle(): Promise<void> {
    if (!this.#isQuiet) await new Promise<void>((resolve) => this.#quiet.add(resolve));
  }

  get #isRunning(): boolean {
    return this.#isStarted && !this.#stopping.signal.aborted;
  }

  get #isQuiet(): boolean {
    return !this.#isTaking && this.#places.every(({ underWay }) => underWay.size === 0);
  }

  async #takeAll(): Promise<void> {
    while (this.#isWanted && this.#isRunning) {
      this.#isWanted = false;
      const pauses = await Promise.all(this.#places.map((place) => this.#fillOrFault(place)));
      if (this.#isRunning && !this.#isWanted) this.#arm(Math.min(...pauses));
    }
    this.#isTaking = false;
    this.#sayQuiet();
  }

  #arm(pauseMs: number): void {
    this.#disarm();
    if (Number.isFinite(pauseMs)) this.#disarm = this.#options.clock.after(pauseMs, () => this.wake());
  }

  #sayQuiet(): void {
    if (!this.#isQuiet) return;
    for (const tell of this.#quiet) tell();
    this.#quiet.clear();
  }

  async #fillOrFault(place: Place<Effect>): Promise<number> {
    try {
      return await this.#fill(place);
    } catch (fault) {
      this.#options.onFault(fault);
      return FAULT_PAUSE_MS;
    }
  }

  /** Returns after how many milliseconds the lane has something to take again; infinite when a `wake` will say so. */
  async #fill(place: Place<Effect>): Promise<number> {
    const { journal, clock, leaseMs = LEASE_MS } = this.#options;
    const { kinds } = place.lane;
    for (let room = roomIn(place); room > 0 && this.#isRunning; room = roomIn(place)) {
      const limit = Math.min(room, roomForEach(place));
      const taken = await journal.take({ now: clock.now(), kinds, limit, except: fullAddressees(place), leaseMs });
      for (const owed of taken) await this.#beginOrGiveBack(place, owed);
      if (taken.length < limit) return this.#nextIn(place);
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Nobody needs to know who looks again at once. */
  async #nextIn(place: Place<Effect>): Promise<number> {
    if (this.#isWanted) return 0;
    const { journal, clock } = this.#options;
    const now = clock.now();
    const due = await journal.nextDue(place.lane.kinds, now, fullAddressees(place));
    return due === undefined ? Number.POSITIVE_INFINITY : leftMs(due, now);
  }

  /** What outlives its lease comes again while it is still under way: it must not be done twice. */
  async #beginOrGiveBack(place: Place<Effect>, owed: Owed<Effect>): Promise<void> {
    if (place.underWay.has(owed.id)) return;
    if (!this.#isRunning) return this.#settle(owed, { againMs: 0 });
    place.underWay.set(owed.id, owed);
    void this.#performAndSettle(place, owed);
  }

  async #performAndSettle(place: Place<Effect>, owed: Owed<Effect>): Promise<void> {
    const outcome = await this.#perform(place.lane, owed);
    await this.#settle(owed, outcome);
    place.underWay.delete(owed.id);
    this.wake();
    this.#sayQuiet();
  }

  async #perform(lane: Lane<Effect>, owed: Owed<Effect>): Promise<Outcome> {
    const { signal } = this.#stopping;
    try {
      return await lane.perform(owed, signal);
    } catch (cause) {
      const againMs = signal.aborted ? 0 : pauseAfter(owed.tries);
      const { id, order, tries } = owed;
      this.#options.log.warn("an owed effect failed and is put off", { effect: id, order, tries, againMs, cause });
      return { againMs };
    }
  }

  /** Goes on until the journal takes it: an outcome that is not written would be performed again. */
  async #settle({ id }: Owed<Effect>, outcome: Outcome): Promise<void> {
    const { journal, clock } = this.#options;
    if (outcome === "reported") return;
    const write = () =>
      outcome === "done" ? journal.finish(id) : journal.again(id, later(clock.now(), outcome.againMs));
    while (!(await this.#isWritten(write)) && this.#isRunning) await this.#pause(FAULT_PAUSE_MS);
  }

  async #isWritten(write: () => Promise<void>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (fault) {
      this.#options.onFault(fault);
      return false;
    }
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    await new Promise<void>((resolve) => {
      const end = () => {
        stop();
        signal.removeEventListener("abort", end);
        resolve();
      };
      const stop = this.#options.clock.after(ms, end);
      signal.addEventListener("abort", end);
    });
  }
}

const roomIn = <Effect>({ lane, underWay }: Place<Effect>): number =>
  lane.isOpen?.() === false ? 0 : Math.max(0, lane.atOnce - underWay.size);

function fullAddressees<Effect>(place: Place<Effect>): readonly string[] {
  const { perAddressee } = place.lane;
  if (perAddressee === undefined) return [];
  return [...countsIn(place)].filter(([, count]) => count >= perAddressee).map(([to]) => to);
}

/** So many are too many for no addressee that is not full, should they all be for that one. */
function roomForEach<Effect>(place: Place<Effect>): number {
  const { perAddressee } = place.lane;
  if (perAddressee === undefined) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (const count of countsIn(place).values()) if (count < perAddressee) most = Math.max(most, count);
  return perAddressee - most;
}

/** How many are under way to each addressee. */
function countsIn<Effect>({ underWay }: Place<Effect>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { to } of underWay.values()) if (to !== undefined) counts.set(to, (counts.get(to) ?? 0) + 1);
  return counts;
}
