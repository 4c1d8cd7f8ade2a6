import { type Instant, isReached, later } from "../protocol/time.ts";
import {
  type DueEffect,
  type EffectId,
  JournalFault,
  type JournalShape,
  type Owed,
  type TakeOptions,
} from "./journal.ts";
import { readStored } from "./sqlite-codec.ts";
import { type Connection, listed } from "./sqlite-connection.ts";

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

type Traits<Effect> = Pick<JournalShape<never, never, Effect>, "effect" | "traits">;

export type OwedOptions<Effect> = {
  readonly shape: Traits<Effect>;
  readonly newId: () => EffectId;
  readonly wall: () => number;
};

/**
 * The effects that are owed. Leases live in memory: the journal has one process, and they end with it. Methods that write
 * open no transaction of their own, `take` excepted.
 */
export class OwedEffects<Effect> {
  readonly #connection: Connection;
  readonly #options: OwedOptions<Effect>;
  readonly #sql: ReturnType<typeof prepareOwed>;
  /** By `seq`: until when the effect is in somebody's hands. */
  readonly #leases = new Map<number, Instant>();
  /** Kinds of which there may be rows; of the others there are none, and nobody need ask. */
  readonly #kinds: Set<string>;
  /** Before this, nothing that waits becomes due, and nothing waits on another clock; `undefined`: not known. */
  #quietUntil: Instant | undefined;

  constructor(connection: Connection, options: OwedOptions<Effect>) {
    this.#connection = connection;
    this.#options = options;
    this.#sql = prepareOwed(connection);
    this.#kinds = new Set(this.#sql.kinds.all().map(({ kind }) => kind));
  }

  add(of: number, { effect, afterMs = 0 }: DueEffect<Effect>, now: Instant): void {
    const { shape, newId, wall } = this.#options;
    const { kind, to } = shape.traits(effect);
    this.#kinds.add(kind);
    const due = afterMs > 0 ? later(now, afterMs) : undefined;
    if (due !== undefined) this.#waits(due);
    const owner = [newId(), of, kind, to ?? null] as const;
    const value = [Math.floor(wall()), shape.effect.version, JSON.stringify(effect)] as const;
    this.#sql.add.run(...owner, due?.clock ?? null, due?.ms ?? null, ...value);
  }

  /** Returns the rows it removed, for `forget` when the transaction is through. */
  remove(id: EffectId): readonly number[] {
    return this.#sql.remove.all(id).map(({ seq }) => seq);
  }

  /** Returns the rows it removed, for `forget` when the transaction is through. */
  takeBack(of: number, kinds: readonly string[]): readonly number[] {
    return this.#sql.takeBack.all(of, listed(kinds)).map(({ seq }) => seq);
  }

  forget(rows: readonly number[]): void {
    for (const seq of rows) this.#leases.delete(seq);
  }

  start(id: EffectId): void {
    if (this.#sql.start.run(id).changed > 0) return;
    throw new JournalFault("gone", `effect ${id} was finished or taken back, so it must not be started`);
  }

  /** Returns the rows it gave back, for `forget` when the transaction is through. */
  again(id: EffectId, due: Instant): readonly number[] {
    this.#waits(due);
    return this.#sql.again.all(due.clock, due.ms, id).map(({ seq }) => seq);
  }

  hasten(to: string): void {
    this.#sql.hasten.run(to);
  }

  take({ now, kinds: asked, limit, except = [], leaseMs }: TakeOptions): readonly Owed<Effect>[] {
    this.#makeAllReady(now);
    const kinds = asked.filter((kind) => this.#kinds.has(kind));
    const passed = [this.#leased(now), listed(except)] as const;
    const rows = kinds.flatMap((kind) => this.#sql.ready.all(kind, ...passed, Math.max(0, limit)));
    const oldest = rows.sort((one, other) => one.seq - other.seq).slice(0, Math.max(0, limit));
    const owed = oldest.map((row) => this.#owedOf(row));
    for (const { seq } of owed) this.#leases.set(seq, later(now, leaseMs));
    return owed;
  }

  nextDue(asked: readonly string[], now: Instant, except: readonly string[]): Instant | undefined {
    this.#makeAllReady(now);
    const kinds = asked.filter((kind) => this.#kinds.has(kind));
    const [leased, names] = [this.#leased(now), listed(except)];
    if (kinds.some((kind) => this.#sql.isReady.get(kind, leased, names) !== undefined)) return now;
    const dues = kinds.flatMap((kind) => this.#waitingDue(kind, now, names));
    return dues.length === 0 ? undefined : { clock: now.clock, ms: Math.min(...dues) };
  }

  backlog(kinds: readonly string[]): { readonly count: number; readonly oldestWall?: number } {
    const { count = 0, oldest = null } = this.#sql.backlog.get(listed(kinds)) ?? {};
    return oldest === null ? { count } : { count, oldestWall: oldest };
  }

  /** Notices, too, a kind of which nothing is left. */
  #waitingDue(kind: string, now: Instant, except: string): readonly number[] {
    const next = this.#sql.nextDue.get(kind, now.clock, except);
    if (next !== undefined) return [next.due_ms];
    if (this.#sql.any.get(kind) === undefined) this.#kinds.delete(kind);
    return [];
  }

  /** Effects whose time has come join those that are ready. Most moments have none, and that is known without asking. */
  #makeAllReady(now: Instant): void {
    const quiet = this.#quietUntil;
    if (quiet?.clock === now.clock && now.ms < quiet.ms) return;
    let soonest = Number.POSITIVE_INFINITY;
    for (const kind of this.#kinds) soonest = Math.min(soonest, this.#makeReady(kind, now));
    this.#quietUntil = { clock: now.clock, ms: soonest };
  }

  /** Returns when the next one of this kind is due on this clock. */
  #makeReady(kind: string, now: Instant): number {
    if (this.#waitsElsewhere(kind, now))
      this.#connection.loosely(() => this.#sql.makeReadyElsewhere.run(kind, now.clock));
    const next = this.#sql.nextDue.get(kind, now.clock, "[]")?.due_ms ?? Number.POSITIVE_INFINITY;
    if (next > now.ms) return next;
    this.#connection.loosely(() => this.#sql.makeReady.run(kind, now.clock, now.ms));
    return this.#sql.nextDue.get(kind, now.clock, "[]")?.due_ms ?? Number.POSITIVE_INFINITY;
  }

  /** A due time on another clock is over; two ranges find it without reading what waits on this one. */
  #waitsElsewhere(kind: string, { clock }: Instant): boolean {
    return this.#sql.waitsElsewhere.get(kind, clock, kind, clock) !== undefined;
  }

  #waits(due: Instant): void {
    const quiet = this.#quietUntil;
    this.#quietUntil = quiet?.clock === due.clock ? { clock: due.clock, ms: Math.min(quiet.ms, due.ms) } : undefined;
  }

  #leased(now: Instant): string {
    for (const [seq, until] of this.#leases) if (isReached(until, now)) this.#leases.delete(seq);
    return listed([...this.#leases.keys()]);
  }

  #owedOf(row: OwedRow): Owed<Effect> {
    const { seq, id, order_id: order, tries, addressee } = row;
    const what = `effect ${id} of order ${order}`;
    const effect = readStored(this.#options.shape.effect, row.effect, row.version, what);
    return {
      id,
      seq,
      order,
      effect,
      started: row.started === 1,
      tries,
      ...(addressee === null ? {} : { to: addressee }),
    };
  }
}

const NOT_FOR = "(addressee IS NULL OR addressee NOT IN (SELECT value FROM json_each(?)))";
const NOT_LEASED = "seq NOT IN (SELECT value FROM json_each(?))";

const prepareOwed = (connection: Connection) => ({
  kinds: connection.prepare<{ readonly kind: string }>("SELECT DISTINCT kind FROM effects"),
  any: connection.prepare<{ readonly seq: number }>("SELECT seq FROM effects WHERE kind = ? LIMIT 1"),
  add: connection.prepare(
    `INSERT INTO effects (id, of, kind, addressee, due_clock, due_ms, wall, version, effect)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ),
  remove: connection.prepare<{ readonly seq: number }>("DELETE FROM effects WHERE id = ? RETURNING seq"),
  takeBack: connection.prepare<{ readonly seq: number }>(
    "DELETE FROM effects WHERE of = ? AND kind IN (SELECT value FROM json_each(?)) RETURNING seq",
  ),
  start: connection.prepare("UPDATE effects SET started = 1 WHERE id = ?"),
  again: connection.prepare<{ readonly seq: number }>(
    "UPDATE effects SET due_clock = ?, due_ms = ?, tries = tries + 1 WHERE id = ? RETURNING seq",
  ),
  hasten: connection.prepare(
    `UPDATE effects INDEXED BY effects_waiting_for SET due_clock = NULL, due_ms = NULL
     WHERE addressee = ? AND due_ms IS NOT NULL`,
  ),
  makeReady: connection.prepare(
    `UPDATE effects INDEXED BY effects_waiting SET due_clock = NULL, due_ms = NULL
     WHERE kind = ? AND due_clock = ? AND due_ms IS NOT NULL AND due_ms <= ?`,
  ),
  makeReadyElsewhere: connection.prepare(
    `UPDATE effects INDEXED BY effects_waiting SET due_clock = NULL, due_ms = NULL
     WHERE kind = ? AND due_ms IS NOT NULL AND due_clock <> ?`,
  ),
  ready: connection.prepare<OwedRow>(
    `SELECT seq, effects.id, orders.id AS order_id, addressee, started, tries, effects.version, effect
     FROM effects INDEXED BY effects_ready CROSS JOIN orders ON orders.nth = effects.of
     WHERE kind = ? AND due_ms IS NULL AND ${NOT_LEASED} AND ${NOT_FOR} ORDER BY seq LIMIT ?`,
  ),
  isReady: connection.prepare<{ readonly seq: number }>(
    `SELECT seq FROM effects INDEXED BY effects_ready
     WHERE kind = ? AND due_ms IS NULL AND ${NOT_LEASED} AND ${NOT_FOR} LIMIT 1`,
  ),
  nextDue: connection.prepare<{ readonly due_ms: number }>(
    `SELECT due_ms FROM effects INDEXED BY effects_waiting
     WHERE kind = ? AND due_clock = ? AND due_ms IS NOT NULL AND ${NOT_FOR} ORDER BY due_ms LIMIT 1`,
  ),
  waitsElsewhere: connection.prepare<{ readonly seq: number }>(
    `SELECT seq FROM effects INDEXED BY effects_waiting
     WHERE kind = ? AND due_ms IS NOT NULL AND due_clock < ?
     UNION ALL SELECT seq FROM effects INDEXED BY effects_waiting
     WHERE kind = ? AND due_ms IS NOT NULL AND due_clock > ? LIMIT 1`,
  ),
  backlog: connection.prepare<{ readonly count: number; readonly oldest: number | null }>(
    `SELECT count(*) AS count, min(wall) AS oldest FROM effects WHERE kind IN (SELECT value FROM json_each(?))`,
  ),
});
