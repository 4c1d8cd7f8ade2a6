import { type Clock, type Instant, later, pause } from "../../protocol/time.ts";
import { type EffectId, JournalFault, type JournalShape, type Owed, type TakeOptions } from "../journal.ts";
import type { OrderRow } from "../sql.ts";
import { readStored } from "../stored.ts";
import type { Ask, PostgresPool } from "./client.ts";
import { Gathering } from "./gathering.ts";
import type { Hands } from "./hands.ts";
import type { Dropped, Quiet } from "./quiet.ts";

type OwedRow = {
  readonly seq: number;
  readonly id: string;
  readonly order_id: string;
  readonly addressee: string | null;
  readonly started: number;
  readonly tries: number;
  readonly version: number;
  readonly effect: string;
};

/** When something is due, and when it is free again. */
type NextRow = { readonly seq: null; readonly due: number | null; readonly freed: number | null };

/** An addressee has this effect. */
type Got = { readonly id: EffectId; readonly to: string };

export type OwedParts<Effect> = {
  readonly pool: PostgresPool;
  readonly hands: Hands;
  readonly shape: Pick<JournalShape<never, never, Effect>, "effect">;
  /** What nothing is due of, for a moment. */
  readonly quiet: Quiet;
  /** Real time. */
  readonly clock: Pick<Clock, "after">;
};

/** What waits on a clock that is not told any more is due, and what was held on it is free. */
const CATCH_UP = `UPDATE effects SET clock = $1, due_ms = 0, worker = NULL, held_ms = NULL WHERE clock <> $1`;

/** $2 addressees left out, $3 the latest version that this program reads. */
const OURS = "(addressee IS NULL OR addressee <> ALL($2::text[])) AND version <= $3";
/** In somebody's hands; nobody has many. $1 kinds. */
const HELD = `worker IS NOT NULL AND kind = ANY($1::text[]) AND ${OURS}`;

/** Of each kind the first so many that nobody has in hand: however many are owed, an index has them in this order. */
const firstOfEach = (what: string, where: string, how: string): string => `unnest($1::text[]) AS wanted (kind),
    LATERAL (SELECT ${what} FROM effects WHERE effects.kind = wanted.kind AND worker IS NULL AND ${OURS} AND ${where}
      ORDER BY due_ms, seq ${how}) AS first`;

/** When the next of those that `isLeft` becomes due, and when the first that somebody has in hand is free again. */
const next = (isLeft: string): string => `SELECT
    least((SELECT min(first.due_ms) FROM ${firstOfEach("due_ms", isLeft, "LIMIT 1")}),
      (SELECT min(due_ms) FROM effects WHERE ${HELD} AND held_ms <= $4 AND ${isLeft})) AS due,
    (SELECT min(held_ms) FROM effects WHERE ${HELD} AND held_ms > $4) AS freed`;

const NEXT_DUE = next("true");

/** The last row is no effect: it tells what is next when these are taken, so that nobody needs to ask for that. */
const TAKE = `WITH waiting AS (SELECT seq FROM ${firstOfEach("seq", "due_ms <= $4", "LIMIT $5 FOR UPDATE SKIP LOCKED")}),
  left_over AS (SELECT seq FROM effects WHERE ${HELD} AND held_ms <= $4
    ORDER BY worker, held_ms LIMIT $5 FOR UPDATE SKIP LOCKED),
  due AS (SELECT seq FROM (TABLE waiting UNION ALL TABLE left_over) AS found ORDER BY seq LIMIT $5),
  taken AS (
    UPDATE effects SET worker = $6, held_ms = $7 FROM due, orders
    WHERE effects.seq = due.seq AND orders.nth = effects.of
    RETURNING effects.seq, effects.id, orders.id AS order_id, addressee, started, tries, effects.version, effect
  )
  SELECT taken.*, NULL::double precision AS due, NULL::double precision AS freed FROM taken
  UNION ALL
  SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, due, freed
    FROM (${next("seq NOT IN (SELECT seq FROM due)")}) AS next`;

const START = `UPDATE effects SET started = 1 FROM orders
  WHERE effects.id = $1 AND (worker IS NULL OR worker = $2) AND orders.nth = effects.of
  RETURNING orders.nth, orders.id, events, orders.version, state`;
/** What is owed no more, and when it would have been due where nobody had it in hand: then that may have been the next one. */
export const DROPPED = "kind, CASE WHEN worker IS NULL THEN due_ms END AS due";
const FINISH = `DELETE FROM effects WHERE id = ANY($1::text[]) RETURNING ${DROPPED}`;
const AGAIN = `UPDATE effects SET clock = $2, due_ms = $3, tries = tries + 1, worker = NULL, held_ms = NULL
  WHERE id = $1 AND (worker IS NULL OR worker = $4) RETURNING kind`;
const HASTEN = `UPDATE effects SET due_ms = 0 FROM
    (SELECT seq FROM effects WHERE addressee = $1 AND due_ms > 0 AND worker IS NULL ORDER BY seq FOR UPDATE) waiting
  WHERE effects.seq = waiting.seq RETURNING effects.seq`;
/**
 * Whoever sent it is told, too, where it is owed no more: what was taken back while it was on its way is waited for all the same. One row
 * of nothing where nothing goes.
 */
const RECEIVED = `WITH got AS (SELECT * FROM unnest($1::text[], $2::text[]) AS got (id, addressee)),
  gone AS (DELETE FROM effects USING got WHERE effects.id = got.id AND effects.addressee = got.addressee RETURNING ${DROPPED}),
  told AS (SELECT pg_notify('qris_received', string_agg(got.id, ' ')) FROM got LEFT JOIN effects USING (id)
    WHERE effects.id IS NULL OR effects.addressee = got.addressee HAVING count(*) > 0)
  SELECT kind, due FROM told LEFT JOIN gone ON true`;
/** More would not fit into one message. */
const RECEIVED_AT_ONCE = 200;
/** Each message wakes every backend, and whoever waits for it has time: what comes so soon after another goes with it. */
const RECEIVED_TOGETHER_MS = 100;
/** Effects that others have finished and somebody here may still be about to. */
const GONE_AT_MOST = 1_024;
const BACKLOG = "SELECT count(*) AS count, min(wall) AS oldest FROM effects WHERE kind = ANY($1::text[])";

/** The effects that are owed, and in whose hands they are. Every process on the database sees the same ones. */
export class PostgresOwed<Effect> {
  readonly #parts: OwedParts<Effect>;
  readonly #finishing = new Gathering<EffectId>((ids) => this.#drop({ sql: FINISH, values: [ids] }));
  readonly #receiving: Gathering<Got>;
  readonly #gone = new Set<EffectId>();
  /** The only clock that rows can be on, as far as this process knows. */
  #clock: string | undefined;

  constructor(parts: OwedParts<Effect>) {
    this.#parts = parts;
    const linger = () => pause(parts.clock, RECEIVED_TOGETHER_MS);
    this.#receiving = new Gathering<Got>((got) => this.#received(got), linger);
  }

  /** Something is written that waits on this clock. */
  waitsOn({ clock }: Instant): void {
    if (this.#clock !== clock) this.#clock = undefined;
  }

  async take({ now, kinds, limit, except = [], leaseMs }: TakeOptions): Promise<readonly Owed<Effect>[]> {
    const { hands, shape, quiet } = this.#parts;
    if (limit <= 0 || kinds.length === 0) return [];
    await this.#catchUp(now);
    if (quiet.until(kinds, now) !== undefined) return [];
    const until = later(now, leaseMs).ms;
    const changes = quiet.changes(kinds);
    const rows = await hands.ask<OwedRow | NextRow>((worker) => ({
      sql: TAKE,
      values: [kinds, except, shape.effect.version, now.ms, limit, worker, until],
    }));
    const taken = rows.filter((row): row is OwedRow => row.seq !== null);
    const left = rows.find((row): row is NextRow => row.seq === null);
    if (except.length === 0 && left !== undefined) {
      const freed = taken.length === 0 ? left.freed : Math.min(left.freed ?? until, until);
      quiet.keep(kinds, instantOf(left.due, now), changes, instantOf(freed, now));
    }
    return taken.map((row) => this.#owedIn(row)).sort((one, other) => one.seq - other.seq);
  }

  async nextDue(kinds: readonly string[], now: Instant, except: readonly string[]): Promise<Instant | undefined> {
    const { hands, shape, quiet } = this.#parts;
    await this.#catchUp(now);
    const calm = quiet.until(kinds, now);
    if (calm !== undefined && except.length === 0) return calm.next;
    const changes = quiet.changes(kinds);
    const values = [kinds, except, shape.effect.version, now.ms];
    type Row = Omit<NextRow, "seq">;
    const [{ due, freed } = { due: null, freed: null }] = await hands.ask<Row>(() => ({ sql: NEXT_DUE, values }));
    if (except.length === 0) quiet.keep(kinds, instantOf(due, now), changes, instantOf(freed, now));
    return instantOf(due, now);
  }

  /** On the disk when it resolves. What another worker has in hand by now is not ours to do. */
  async start(id: EffectId): Promise<OrderRow> {
    const { hands, pool } = this.#parts;
    const [row] = await pool.ask<OrderRow>({ sql: START, values: [id, await hands.number()] });
    if (row !== undefined) return row;
    const message = `effect ${id} was finished, taken back or taken over, so it must not be started`;
    throw new JournalFault("gone", message);
  }

  async finish(id: EffectId): Promise<void> {
    if (!this.#gone.delete(id)) await this.#finishing.add(id);
  }

  /** Other processes were told that these are received, and have finished them. */
  areGone(ids: readonly EffectId[]): void {
    for (const id of ids) this.#gone.add(id);
    for (const id of this.#gone) {
      if (this.#gone.size <= GONE_AT_MOST) return;
      this.#gone.delete(id);
    }
  }

  /** What others have done may be undone: whoever takes or finishes something here asks the database. */
  mayBeBack(): void {
    this.#gone.clear();
    this.#parts.quiet.disturb();
  }

  async again(id: EffectId, due: Instant): Promise<void> {
    const { hands, quiet } = this.#parts;
    this.waitsOn(due);
    const values = [id, due.clock, due.ms];
    const given = () => hands.ask<{ readonly kind: string }>((worker) => ({ sql: AGAIN, values: [...values, worker] }));
    for (const { kind } of await this.#orDisturb(given)) quiet.waits(kind, due);
  }

  async hasten(to: string): Promise<void> {
    const { hands, quiet } = this.#parts;
    const hastened = await this.#orDisturb(() => hands.ask(() => ({ sql: HASTEN, values: [to] })));
    if (hastened.length > 0) quiet.disturb();
  }

  async received(to: string, ids: readonly EffectId[]): Promise<void> {
    await Promise.all(ids.map((id) => this.#receiving.add({ id, to })));
  }

  async backlog(kinds: readonly string[]): Promise<{ readonly count: number; readonly oldestWall?: number }> {
    type Row = { readonly count: number; readonly oldest: number | null };
    const [{ count, oldest } = { count: 0, oldest: null }] = await this.#parts.pool.ask<Row>({
      sql: BACKLOG,
      values: [kinds],
    });
    return oldest === null ? { count } : { count, oldestWall: oldest };
  }

  async #received(got: readonly Got[]): Promise<void> {
    for (let from = 0; from < got.length; from += RECEIVED_AT_ONCE) {
      const some = got.slice(from, from + RECEIVED_AT_ONCE);
      const values = [some.map(({ id }) => id), some.map(({ to }) => to)];
      await this.#drop({ sql: RECEIVED, values });
    }
  }

  async #drop(asked: Ask): Promise<void> {
    const { hands, quiet } = this.#parts;
    quiet.drop(await this.#orDisturb(() => hands.ask<Dropped>(() => asked)));
  }

  /** What failed may have been carried out all the same. */
  async #orDisturb<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#parts.quiet.disturb();
      throw error;
    }
  }

  async #catchUp({ clock }: Instant): Promise<void> {
    if (this.#clock === clock) return;
    await this.#parts.hands.ask(() => ({ sql: CATCH_UP, values: [clock] }));
    this.#parts.quiet.disturb();
    this.#clock = clock;
  }

  #owedIn({ seq, id, order_id: order, addressee, started, tries, version, effect }: OwedRow): Owed<Effect> {
    const what = `effect ${id} of order ${order}`;
    return {
      ...{ id, seq, order, started: started === 1, tries },
      effect: readStored(this.#parts.shape.effect, effect, version, what),
      ...(addressee === null ? {} : { to: addressee }),
    };
  }
}

const instantOf = (ms: number | null, { clock, ms: nowMs }: Instant): Instant | undefined =>
  ms === null ? undefined : { clock, ms: Math.max(ms, nowMs) };
