import type { Clock, Instant } from "../../protocol/time.ts";
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
import { type SeveralRow, severalSql, wholesOf } from "../several.ts";
import { type EventRow, type NoteRow, type OrderRow, SQL } from "../sql.ts";
import { readState, readStored } from "../stored.ts";
import { Advancing } from "./advancing.ts";
import type { Ask, PostgresPool, Value } from "./client.ts";
import type { Hands } from "./hands.ts";
import { PostgresOwed } from "./owed.ts";
import type { Quiet } from "./quiet.ts";

export type PostgresParts<State, Event, Effect> = {
  readonly pool: PostgresPool;
  readonly hands: Hands;
  readonly quiet: Quiet;
  readonly id: string;
  readonly shape: JournalShape<State, Event, Effect>;
  readonly newId: () => string;
  /** Whole milliseconds since 1970. */
  readonly wall: () => number;
  /** Real time, for pauses. */
  readonly clock: Pick<Clock, "after">;
  readonly notesBound: number;
};

/** What one `sweep` deletes at most. */
const SWEPT_AT_ONCE = 500;
const SEEN_SWEPT_AT_ONCE = 2_000;

const UNFINISHED_OF = `SELECT nth, id, events, version, state FROM orders
  WHERE finished = 0 AND (party = ? OR party IS NULL) ORDER BY nth`;

const SEVERAL = severalSql("= ANY($1::text[])");

const HEARD_SINCE = `WITH heard AS MATERIALIZED (
    SELECT nth, id FROM orders WHERE (finished = 0 OR last_wall >= $1) AND nth > $2 ORDER BY nth LIMIT $3)
  SELECT nth, id, EXISTS (SELECT 1 FROM events WHERE of = heard.nth AND wall >= $1 AND wall < $4) AS inside
  FROM heard ORDER BY nth`;

const SWEEP = `WITH old AS (SELECT nth FROM orders WHERE finished = 1 AND last_wall < $1
      AND NOT EXISTS (SELECT 1 FROM effects WHERE of = orders.nth)
    ORDER BY last_wall LIMIT $2 FOR UPDATE SKIP LOCKED),
  events_gone AS (DELETE FROM events USING old WHERE events.of = old.nth),
  orders_gone AS (DELETE FROM orders USING old WHERE orders.nth = old.nth)
  SELECT count(*) AS swept FROM old`;

/** One of the processes that share a journal in PostgreSQL. */
export class PostgresJournal<State, Event, Effect> implements Journal<State, Event, Effect> {
  readonly id: string;
  readonly #parts: PostgresParts<State, Event, Effect>;
  readonly #owed: PostgresOwed<Effect>;
  readonly #advancing: Advancing<State, Event, Effect>;

  constructor(parts: PostgresParts<State, Event, Effect>) {
    this.id = parts.id;
    this.#parts = parts;
    this.#owed = new PostgresOwed(parts);
    this.#advancing = new Advancing(parts);
  }

  async advance(
    order: string,
    event: Event,
    decide: (state: State | undefined) => Step<State, Effect>,
    options: AdvanceOptions,
  ): Promise<Step<State, Effect>> {
    this.#owed.waitsOn(options.now);
    return this.#advancing.advance(order, event, decide, options);
  }

  async take(options: TakeOptions): Promise<readonly Owed<Effect>[]> {
    return this.#owed.take(options);
  }

  async start(effect: EffectId): Promise<State> {
    return this.#stateIn(await this.#owed.start(effect));
  }

  async finish(effect: EffectId): Promise<void> {
    await this.#owed.finish(effect);
  }

  async again(effect: EffectId, due: Instant): Promise<void> {
    await this.#owed.again(effect, due);
  }

  async hasten(to: string, _now: Instant): Promise<void> {
    await this.#owed.hasten(to);
  }

  async nextDue(kinds: readonly string[], now: Instant, except: readonly string[] = []): Promise<Instant | undefined> {
    return this.#owed.nextDue(kinds, now, except);
  }

  /** Frees what processes had in hand that are gone; how many effects that were. Everybody does so now and then. */
  async bury(): Promise<number> {
    const freed = await this.#parts.hands.bury();
    if (freed > 0) this.#parts.quiet.disturb();
    return freed;
  }

  /** The addressee has these effects, whoever told it of them: they are finished, and whoever waits for that is told. */
  async received(to: string, ids: readonly EffectId[]): Promise<void> {
    await this.#owed.received(to, ids);
  }

  /** `hear` is told which effects processes on this journal were told to be received. Some may be missed. */
  listen(hear: (ids: readonly EffectId[]) => void): void {
    const heard = (text: string): void => {
      const ids = text.split(" ");
      this.#owed.areGone(ids);
      hear(ids);
    };
    this.#parts.hands.listen(heard, () => this.#owed.mayBeBack());
  }

  /** Whether this process is the one of all on the journal that leads; another one takes over when it is gone. */
  async lead(): Promise<boolean> {
    return this.#parts.hands.lead();
  }

  /** What the database's clock shows, in milliseconds since 1970. */
  async time(): Promise<number> {
    const sql = "SELECT extract(epoch FROM clock_timestamp())::double precision * 1000 AS ms";
    const [shown] = await this.#parts.pool.ask<{ readonly ms: number }>({ sql });
    if (shown === undefined) throw new JournalFault("corrupt", "the database does not know what time it is");
    return shown.ms;
  }

  async stateOf(order: string): Promise<State | undefined> {
    const [row] = await this.#ask<OrderRow>(SQL.order, order);
    return row && this.#stateIn(row);
  }

  async unfinished(): Promise<readonly Kept<State>[]> {
    return (await this.#ask<OrderRow>(SQL.unfinished)).map((row) => this.#keptIn(row));
  }

  async unfinishedOf(party: string): Promise<readonly Kept<State>[]> {
    return (await this.#ask<OrderRow>(UNFINISHED_OF, party)).map((row) => this.#keptIn(row));
  }

  async newest(): Promise<Kept<State> | undefined> {
    return (await this.latest(1))[0];
  }

  /** The `limit` orders that were begun last, finished or not, the latest first. */
  async latest(limit: number): Promise<readonly Kept<State>[]> {
    return (await this.#ask<OrderRow>(SQL.latest, Math.max(0, limit))).map((row) => this.#keptIn(row));
  }

  async story(order: string): Promise<readonly { readonly event: Event; readonly wall: number }[]> {
    const rows = await this.#ask<EventRow>(SQL.story, order);
    return rows.map(({ nth, wall, version, event }) => ({
      event: readStored(this.#parts.shape.event, event, version, `event ${nth} of order ${order}`),
      wall,
    }));
  }

  async several(orders: readonly string[]): Promise<readonly Whole<State, Event>[]> {
    return wholesOf(await this.#parts.pool.ask<SeveralRow>({ sql: SEVERAL, values: [orders] }), this.#parts.shape);
  }

  async inSpan({ fromWall, toWall, after = 0, limit }: Span): Promise<SpanPage> {
    type Row = { readonly nth: number; readonly id: string; readonly inside: boolean };
    const rows = await this.#parts.pool.ask<Row>({ sql: HEARD_SINCE, values: [fromWall, after, limit, toWall] });
    const orders = rows.filter(({ inside }) => inside).map(({ id }) => id);
    const last = rows.at(-1);
    return last === undefined || rows.length < limit ? { orders } : { orders, next: last.nth };
  }

  async backlog(kinds: readonly string[]): Promise<{ readonly count: number; readonly oldestWall?: number }> {
    return this.#owed.backlog(kinds);
  }

  async note(kind: string, json: unknown): Promise<void> {
    const { hands, notesBound } = this.#parts;
    const values = [kind, this.#parts.wall(), JSON.stringify(json)];
    const [noted] = await hands.ask<{ readonly nth: number }>(() => numbered(SQL.note, values));
    if (noted !== undefined) await hands.ask(() => numbered(SQL.dropNotes, [noted.nth - notesBound]));
  }

  async notes(kind: string, limit: number): Promise<readonly { readonly wall: number; readonly json: unknown }[]> {
    const rows = await this.#ask<NoteRow>(SQL.notes, kind, Math.max(0, limit));
    return rows.map(({ wall, json }) => ({ wall, json: JSON.parse(json) as unknown })).reverse();
  }

  async sweep(beforeWall: number): Promise<number> {
    const values = [beforeWall, SWEPT_AT_ONCE];
    const [gone] = await this.#parts.pool.ask<{ readonly swept: number }>({ sql: SWEEP, values });
    await this.#ask(SQL.dropSeen, beforeWall, SEEN_SWEPT_AT_ONCE);
    return gone?.swept ?? 0;
  }

  async probe(): Promise<void> {
    const mark = this.#parts.newId();
    const [probed] = await this.#ask<{ readonly mark: string }>(`${SQL.probe} RETURNING mark`, mark);
    if (probed?.mark === mark) return;
    throw new JournalFault("corrupt", "the journal did not read back what it had just written");
  }

  async close(): Promise<void> {
    await this.#parts.hands.close();
    await this.#parts.pool.close();
  }

  #stateIn(row: OrderRow): State {
    return readState(this.#parts.shape.state, row);
  }

  #keptIn(row: OrderRow): Kept<State> {
    return { order: row.id, state: this.#stateIn(row) };
  }

  #ask<Row>(sql: string, ...values: readonly Value[]): Promise<readonly Row[]> {
    return this.#parts.pool.ask<Row>(numbered(sql, values));
  }
}

/** What both databases are asked says `?` for each value, PostgreSQL `$1`, `$2` … */
export function numbered(sql: string, values: readonly Value[]): Ask {
  let place = 0;
  const text = sql.replaceAll("?", () => {
    place += 1;
    return `$${place}`;
  });
  return { sql: text, values };
}
