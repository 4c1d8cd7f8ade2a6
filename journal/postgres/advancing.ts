import type { Instant } from "../../protocol/time.ts";
import type { AdvanceOptions, JournalShape, Step } from "../journal.ts";
import { LatestRows } from "../latest-rows.ts";
import { readState } from "../stored.ts";
import type { PostgresPool } from "./client.ts";
import { isTaken } from "./faults.ts";
import type { Hands } from "./hands.ts";
import { InTurn } from "./in-turn.ts";
import type { Quiet } from "./quiet.ts";
import {
  type KnownRow,
  type Prepared,
  type Read,
  readOrder,
  type Writing,
  type Written,
  writeIgnored,
  writeStep,
} from "./steps.ts";

export type AdvancingParts<State, Event, Effect> = {
  readonly pool: PostgresPool;
  readonly hands: Pick<Hands, "ask">;
  readonly quiet: Quiet;
  readonly shape: JournalShape<State, Event, Effect>;
  /** Names commits and effects. */
  readonly newId: () => string;
  /** Whole milliseconds since 1970. */
  readonly wall: () => number;
};

type Told<State, Event, Effect> = Pick<Writing<State, Event, Effect>, "order" | "event" | "options" | "mark">;
type Decide<State, Effect> = (state: State | undefined) => Step<State, Effect>;
/** A commit that was tried, and not seen to be made: the number that its event has if it was. */
type Tried<State, Effect> = { readonly nth: number; readonly step: Step<State, Effect> };

/** Orders of some minutes: a customer takes one to pay. */
const LATEST = 1_024;

/** The steps of orders: each read, decided and written on the condition that nobody else has written meanwhile. */
export class Advancing<State, Event, Effect> {
  readonly #parts: AdvancingParts<State, Event, Effect>;
  /** As this process has left them; others may have been there since. */
  readonly #rows = new LatestRows<KnownRow>(LATEST);
  /** Two events of one order that this process hears at once would only get into each other's way. */
  readonly #inTurn = new InTurn();

  constructor(parts: AdvancingParts<State, Event, Effect>) {
    this.#parts = parts;
  }

  advance(
    order: string,
    event: Event,
    decide: Decide<State, Effect>,
    options: AdvanceOptions,
  ): Promise<Step<State, Effect>> {
    const told = { order, event, options, mark: this.#parts.newId() };
    return this.#inTurn.run(order, () => this.#advance(told, decide));
  }

  async #advance(told: Told<State, Event, Effect>, decide: Decide<State, Effect>): Promise<Step<State, Effect>> {
    const unread = this.#decideUnread(told, decide);
    if (unread === undefined) return this.#advanceRead(told, decide);
    if (await this.#isWritten(unread)) return unread.step;
    return this.#advanceRead(told, decide, triedBy(unread));
  }

  /**
   * Reads, decides, and writes on the condition that nobody wrote meanwhile; else once more from the beginning. A commit whose answer
   * was lost is tried again like that too: its condition does not hold any more, and its mark is found.
   */
  async #advanceRead(
    told: Told<State, Event, Effect>,
    decide: Decide<State, Effect>,
    before?: Tried<State, Effect>,
  ): Promise<Step<State, Effect>> {
    const { order, options, mark } = told;
    for (let tried = before; ; ) {
      const asked = readOrder(order, options.once, { nth: tried?.nth ?? 0, mark });
      const [read] = await this.#parts.pool.ask<Read>(asked);
      const known = knownIn(order, read);
      if (read?.made === true && tried !== undefined) return tried.step;
      const step = read?.seen === true ? { ignored: "duplicate" } : decide(known && this.#stateIn(known));
      if ("ignored" in step) return this.#ignored(step, options, known);
      const writing = { ...told, known, step };
      if (await this.#isWritten(writing)) return step;
      tried = triedBy(writing);
    }
  }

  /**
   * An order that was written here last is mostly as it was left, and a new one new: the commit's own condition tells. Nothing else is
   * believed of what was not read, neither that the event is to be ignored nor a fault.
   */
  #decideUnread(
    told: Told<State, Event, Effect>,
    decide: Decide<State, Effect>,
  ): Writing<State, Event, Effect> | undefined {
    const known = this.#rows.get(told.order);
    if (known === undefined && told.options.isNew !== true) return undefined;
    try {
      const step = decide(known && this.#stateIn(known));
      return "ignored" in step ? undefined : { ...told, known, step };
    } catch {
      return undefined;
    }
  }

  /** False when the order, or the statement, is not as it was read. */
  async #isWritten(writing: Writing<State, Event, Effect>): Promise<boolean> {
    const { pool, quiet } = this.#parts;
    const prepared = writeStep(writing, this.#parts);
    this.#rows.forget(writing.order);
    try {
      const [written] = await pool.ask<Written>(prepared.ask);
      if (written !== undefined) this.#follow(prepared, written, writing.options.now);
      // Where the answer of the same commit was lost, it was made all the same.
      else quiet.disturb([...prepared.due.map(({ kind }) => kind), ...(writing.step.takesBack ?? [])]);
      return written !== undefined;
    } catch (error) {
      quiet.disturb();
      if (isTaken(error)) return false;
      throw error;
    }
  }

  #follow({ row, due }: Prepared, { nth, dropped }: Written, { clock }: Instant): void {
    const { quiet } = this.#parts;
    this.#rows.set(row.id, { ...row, nth });
    quiet.drop(dropped ?? []);
    for (const { kind, ms } of due) quiet.waits(kind, { clock, ms });
  }

  /** That a statement was seen may be forgotten: `decide` would ignore it again. That an effect is finished may not. */
  async #ignored(
    step: Step<State, Effect>,
    options: AdvanceOptions,
    known: KnownRow | undefined,
  ): Promise<Step<State, Effect>> {
    const { pool, hands, quiet, wall } = this.#parts;
    const ask = writeIgnored(options, known?.nth ?? null, wall());
    if (options.finishes !== undefined) {
      await pool.ask(ask);
      quiet.disturb();
    } else if (options.once !== undefined) await hands.ask(() => ask);
    return step;
  }

  #stateIn(row: KnownRow): State {
    return readState(this.#parts.shape.state, row);
  }
}

const knownIn = (id: string, read: Read | undefined): KnownRow | undefined =>
  read === undefined || read.nth === null ? undefined : { ...read, nth: read.nth, id };

const triedBy = <State, Event, Effect>({ known, step }: Writing<State, Event, Effect>): Tried<State, Effect> => ({
  nth: (known?.events ?? 0) + 1,
  step,
});
