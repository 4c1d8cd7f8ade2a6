import type { Instant } from "../../protocol/time.ts";
import {
  type AdvanceOptions,
  type EffectId,
  type Journal,
  JournalFault,
  type JournalShape,
  type Kept,
  type Owed,
  type Span,
  type SpanPage,
  type Step,
  type TakeOptions,
  type Whole,
} from "../journal.ts";
import { LatestRows } from "../latest-rows.ts";
import { wholesOf } from "../several.ts";
import type { OrderRow } from "../sql.ts";
import { readState, readStored } from "../stored.ts";
import { type Connection, listed } from "./connection.ts";
import { type OpenOrder, OpenOrders } from "./open-orders.ts";
import { type Entries, OwedEffects } from "./owed.ts";
import { prepareJournal } from "./statements.ts";

export type SqliteJournalParts<State, Event, Effect> = {
  readonly connection: Connection;
  readonly id: string;
  readonly shape: JournalShape<State, Event, Effect>;
  readonly newId: () => string;
  readonly wall: () => number;
  readonly notesBound: number;
};

type Change<State, Event, Effect> = {
  readonly order: string;
  readonly known: OrderRow | undefined;
  readonly event: Event;
  readonly step: Exclude<Step<State, Effect>, { readonly ignored: string }>;
  readonly options: AdvanceOptions;
};

/** The order as it stands now, and what became of its effects: for memory, when the transaction is through. */
type Written<Effect> = Entries<Effect> & { readonly row: OrderRow };

/** What one `sweep` deletes at most. */
const SWEPT_AT_ONCE = 500;
const SEEN_SWEPT_AT_ONCE = 2_000;
const LATEST = 64;

/**
 * Each method does its work before it returns its promise, so calls take effect in the order in which they are made, and an
 * order can have no two steps at once.
 */
export class SqliteJournal<State, Event, Effect> implements Journal<State, Event, Effect> {
  readonly id: string;
  readonly #parts: SqliteJournalParts<State, Event, Effect>;
  readonly #connection: Connection;
  readonly #sql: ReturnType<typeof prepareJournal>;
  readonly #owed: OwedEffects<Effect>;
  readonly #rows = new LatestRows<OrderRow>(LATEST);
  readonly #open: OpenOrders;

  constructor(parts: SqliteJournalParts<State, Event, Effect>) {
    this.id = parts.id;
    this.#parts = parts;
    this.#connection = parts.connection;
    this.#sql = prepareJournal(parts.connection);
    this.#owed = new OwedEffects(parts.connection, parts);
    this.#open = new OpenOrders(() => this.#openInFile());
  }

  async advance(
    order: string,
    event: Event,
    decide: (state: State | undefined) => Step<State, Effect>,
    options: AdvanceOptions,
  ): Promise<Step<State, Effect>> {
    const { step, known, written } = this.#connection.durably(() => {
      const known = this.#rowOf(order);
      const isRepeat = options.once !== undefined && this.#sql.isSeen.get(options.once) !== undefined;
      const step = isRepeat ? { ignored: "duplicate" } : decide(known && this.#stateIn(known));
      const written = "ignored" in step ? undefined : this.#write({ order, known, event, step, options });
      return { step, known, written };
    });
    if (written !== undefined && !("ignored" in step)) {
      this.#rows.set(order, written.row);
      this.#open.follow(written.row, step.finished === true, () => this.#parts.shape.partyOf?.(step.state));
    }
    this.#owed.enter(written ?? this.#ignore(options, known?.nth));
    return step;
  }

  async take(options: TakeOptions): Promise<readonly Owed<Effect>[]> {
    return this.#owed.take(options);
  }

  async start(effect: EffectId): Promise<State> {
    const order = this.#owed.start(effect, this.#connection.durably);
    const row = this.#rowOf(order);
    if (row !== undefined) return this.#stateIn(row);
    throw new JournalFault("corrupt", `the journal owes effect ${effect} and has lost its order ${order}`);
  }

  async finish(effect: EffectId): Promise<void> {
    const removed = this.#connection.loosely(() => this.#owed.remove(effect));
    this.#owed.enter({ removed, added: [] });
  }

  async again(effect: EffectId, due: Instant): Promise<void> {
    this.#owed.again(effect, due, this.#connection.loosely);
  }

  async hasten(to: string, _now: Instant): Promise<void> {
    this.#owed.hasten(to, this.#connection.loosely);
  }

  async nextDue(kinds: readonly string[], now: Instant, except: readonly string[] = []): Promise<Instant | undefined> {
    return this.#owed.nextDue(kinds, now, except);
  }

  async stateOf(order: string): Promise<State | undefined> {
    const row = this.#sql.order.get(order);
    return row && this.#stateIn(row);
  }

  async unfinished(): Promise<readonly Kept<State>[]> {
    return this.#sql.unfinished.all().map((row) => this.#keptIn(row));
  }

  async unfinishedOf(party: string): Promise<readonly Kept<State>[]> {
    return this.#open.of(party).flatMap((order) => {
      const row = this.#rowOf(order);
      return row === undefined ? [] : [this.#keptIn(row)];
    });
  }

  async newest(): Promise<Kept<State> | undefined> {
    const row = this.#sql.latest.get(1);
    return row && this.#keptIn(row);
  }

  /** The `limit` orders that were begun last, finished or not, the latest first. */
  async latest(limit: number): Promise<readonly Kept<State>[]> {
    return this.#sql.latest.all(Math.max(0, limit)).map((row) => this.#keptIn(row));
  }

  async story(order: string): Promise<readonly { readonly event: Event; readonly wall: number }[]> {
    return this.#sql.story.all(order).map(({ nth, wall, version, event }) => ({
      event: readStored(this.#parts.shape.event, event, version, `event ${nth} of order ${order}`),
      wall,
    }));
  }

  async several(orders: readonly string[]): Promise<readonly Whole<State, Event>[]> {
    return wholesOf(this.#sql.several.all(listed(orders)), this.#parts.shape);
  }

  async inSpan({ fromWall, toWall, after = 0, limit }: Span): Promise<SpanPage> {
    const rows = this.#sql.heardSince.all(fromWall, after, after, limit, fromWall, toWall);
    const orders = rows.filter(({ inside }) => inside === 1).map(({ id }) => id);
    const last = rows.at(-1);
    return last === undefined || rows.length < limit ? { orders } : { orders, next: last.nth };
  }

  async backlog(kinds: readonly string[]): Promise<{ readonly count: number; readonly oldestWall?: number }> {
    return this.#owed.backlog(kinds);
  }

  async note(kind: string, json: unknown): Promise<void> {
    this.#connection.loosely(() => {
      const noted = this.#sql.note.get(kind, this.#wall(), JSON.stringify(json));
      if (noted !== undefined) this.#sql.dropNotes.run(noted.nth - this.#parts.notesBound);
    });
  }

  async notes(kind: string, limit: number): Promise<readonly { readonly wall: number; readonly json: unknown }[]> {
    const rows = this.#sql.notes.all(kind, Math.max(0, limit));
    return rows.map(({ wall, json }) => ({ wall, json: JSON.parse(json) })).reverse();
  }

  async sweep(beforeWall: number): Promise<number> {
    return this.#connection.loosely(() => {
      const old = this.#sql.old.all(beforeWall, SWEPT_AT_ONCE);
      const orders = listed(old.map(({ nth }) => nth));
      this.#sql.dropEvents.run(orders);
      this.#sql.dropOrders.run(orders);
      this.#sql.dropSeen.run(beforeWall, SEEN_SWEPT_AT_ONCE);
      this.#rows.clear();
      return old.length;
    });
  }

  async probe(): Promise<void> {
    const mark = this.#parts.newId();
    this.#connection.durably(() => this.#sql.probe.run(mark));
    if (this.#sql.probed.get()?.mark === mark) return;
    throw new JournalFault("corrupt", "the journal did not read back what it had just written");
  }

  async close(): Promise<void> {
    this.#connection.close();
  }

  #write({ order, known, event, step, options }: Change<State, Event, Effect>): Written<Effect> {
    const { shape } = this.#parts;
    const wall = this.#wall();
    const events = (known?.events ?? 0) + 1;
    const [version, state] = [shape.state.version, JSON.stringify(step.state)];
    const kept = [events, step.finished === true ? 1 : 0, wall, version, state] as const;
    const nth = known?.nth ?? this.#sql.begin.run(order, ...kept).row;
    if (known !== undefined) this.#sql.change.run(...kept, nth);
    this.#sql.tell.run(nth, events, wall, shape.event.version, JSON.stringify(event));
    if (options.once !== undefined) this.#sql.see.run(options.once, nth, wall);
    const removed = [
      ...(options.finishes === undefined ? [] : this.#owed.remove(options.finishes)),
      ...(step.takesBack === undefined ? [] : this.#owed.takeBack(order, step.takesBack)),
    ];
    const added = step.effects.map((due) => this.#owed.add(order, nth, due, options.now));
    return { row: { nth, id: order, events, version, state }, removed, added };
  }

  /** That a statement was seen may be forgotten: `decide` would ignore it again. That an effect is finished may not. */
  #ignore({ finishes, once }: AdvanceOptions, of: number | undefined): Entries<Effect> {
    const see = () => once !== undefined && this.#sql.see.run(once, of ?? null, this.#wall());
    if (finishes !== undefined)
      return this.#connection.durably(() => {
        see();
        return { removed: this.#owed.remove(finishes), added: [] };
      });
    if (once !== undefined) this.#connection.loosely(see);
    return { removed: [], added: [] };
  }

  #openInFile(): Iterable<OpenOrder> {
    const { shape } = this.#parts;
    return this.#sql.unfinished
      .all()
      .map((row) => ({ nth: row.nth, id: row.id, party: shape.partyOf?.(this.#stateIn(row)) }));
  }

  #rowOf(order: string): OrderRow | undefined {
    return this.#rows.get(order) ?? this.#sql.order.get(order);
  }

  #stateIn(row: OrderRow): State {
    return readState(this.#parts.shape.state, row);
  }

  #keptIn(row: OrderRow): Kept<State> {
    return { order: row.id, state: this.#stateIn(row) };
  }

  #wall(): number {
    return Math.floor(this.#parts.wall());
  }
}
