import { type Instant, later } from "../../protocol/time.ts";
import {
  type DueEffect,
  type EffectId,
  JournalFault,
  type JournalShape,
  type Owed,
  type TakeOptions,
} from "../journal.ts";
import { readStored } from "../stored.ts";
import { type Connection, listed } from "./connection.ts";
import { type Debt, OwedBook } from "./owed-book.ts";

type DebtRow = {
  readonly seq: number;
  readonly id: string;
  readonly order_id: string;
  readonly kind: string;
  readonly addressee: string | null;
  readonly due_clock: string | null;
  readonly due_ms: number | null;
  readonly started: number;
  readonly tries: number;
};

type EffectRow = { readonly version: number; readonly effect: string };

type Traits<Effect> = Pick<JournalShape<never, never, Effect>, "effect" | "traits">;

export type OwedOptions<Effect> = {
  readonly shape: Traits<Effect>;
  readonly newId: () => EffectId;
  readonly wall: () => number;
};

/** What a transaction did to the debts, for the book when it is through. */
export type Entries<Effect> = {
  readonly removed: readonly Debt[];
  readonly added: readonly { readonly debt: Debt; readonly effect: Effect }[];
};

/** Effects that were just committed are mostly taken at once: so many are kept, and need not be read. */
const FRESH_AT_MOST = 64;

/**
 * The effects that are owed: their values in the file, everything else in the file and in the book. Methods that write open no
 * transaction of their own.
 */
export class OwedEffects<Effect> {
  readonly #options: OwedOptions<Effect>;
  readonly #sql: ReturnType<typeof prepareOwed>;
  readonly #book = new OwedBook();
  readonly #fresh = new Map<number, Effect>();

  constructor(connection: Connection, options: OwedOptions<Effect>) {
    this.#options = options;
    this.#sql = prepareOwed(connection);
    for (const row of this.#sql.all.all()) this.#book.add(debtIn(row));
  }

  /** Writes; `enter` what it returns when the transaction is through. */
  add(
    order: string,
    of: number,
    { effect, afterMs = 0 }: DueEffect<Effect>,
    now: Instant,
  ): Entries<Effect>["added"][0] {
    const { shape, newId, wall } = this.#options;
    const { kind, to } = shape.traits(effect);
    const due = afterMs > 0 ? later(now, afterMs) : undefined;
    const id = newId();
    const when = [due?.clock ?? null, due?.ms ?? null, Math.floor(wall())] as const;
    const { row } = this.#sql.add.run(id, of, kind, to ?? null, ...when, shape.effect.version, JSON.stringify(effect));
    return { debt: { seq: row, id, order, kind, to, due, started: false, tries: 0 }, effect };
  }

  /** Writes; `enter` what it returns when the transaction is through. */
  remove(id: EffectId): readonly Debt[] {
    const debt = this.#book.find(id);
    if (debt === undefined) return [];
    this.#sql.remove.run(debt.seq);
    return [debt];
  }

  /** Writes; `enter` what it returns when the transaction is through. */
  takeBack(order: string, kinds: readonly string[]): readonly Debt[] {
    const debts = this.#book.ofOrder(order, kinds);
    for (const { seq } of debts) this.#sql.remove.run(seq);
    return debts;
  }

  enter({ removed, added }: Entries<Effect>): void {
    for (const debt of removed) {
      this.#book.remove(debt);
      this.#fresh.delete(debt.seq);
    }
    for (const { debt, effect } of added) {
      this.#book.add(debt);
      if (debt.due === undefined) this.#keepFresh(debt.seq, effect);
    }
  }

  /** `durably` puts the mark on the disk. Answers whose order's it is. */
  start(id: EffectId, durably: (work: () => void) => void): string {
    const debt = this.#book.find(id);
    if (debt === undefined)
      throw new JournalFault("gone", `effect ${id} was finished or taken back, so it must not be started`);
    durably(() => this.#sql.start.run(debt.seq));
    debt.started = true;
    return debt.order;
  }

  again(id: EffectId, due: Instant, loosely: (work: () => void) => void): void {
    const debt = this.#book.find(id);
    if (debt === undefined) return;
    loosely(() => this.#sql.again.run(due.clock, due.ms, debt.seq));
    debt.tries += 1;
    this.#book.postpone(debt, due);
  }

  hasten(to: string, loosely: (work: () => void) => void): void {
    const debts = this.#book.waitingFor(to);
    if (debts.length === 0) return;
    loosely(() => {
      for (const { seq } of debts) this.#sql.hasten.run(seq);
    });
    for (const debt of debts) this.#book.postpone(debt, undefined);
  }

  take(options: TakeOptions): readonly Owed<Effect>[] {
    const { now, leaseMs } = options;
    const debts = this.#book.free({ ...options, limit: Math.max(0, options.limit) });
    const owed = debts.map((debt) => this.#owedOf(debt));
    const until = later(now, leaseMs);
    for (const debt of debts) this.#book.lease(debt, until);
    return owed;
  }

  nextDue(kinds: readonly string[], now: Instant, except: readonly string[]): Instant | undefined {
    return this.#book.nextDue(kinds, now, except);
  }

  backlog(kinds: readonly string[]): { readonly count: number; readonly oldestWall?: number } {
    const { count = 0, oldest = null } = this.#sql.backlog.get(listed(kinds)) ?? {};
    return oldest === null ? { count } : { count, oldestWall: oldest };
  }

  #keepFresh(seq: number, effect: Effect): void {
    this.#fresh.set(seq, effect);
    const [oldest] = this.#fresh.keys();
    if (this.#fresh.size > FRESH_AT_MOST && oldest !== undefined) this.#fresh.delete(oldest);
  }

  #owedOf(debt: Debt): Owed<Effect> {
    const { seq, id, order, started, tries, to } = debt;
    const effect = this.#fresh.get(seq) ?? this.#read(debt);
    this.#fresh.delete(seq);
    return { id, seq, order, effect, started, tries, ...(to === undefined ? {} : { to }) };
  }

  #read({ seq, id, order }: Debt): Effect {
    const what = `effect ${id} of order ${order}`;
    const row = this.#sql.effect.get(seq);
    if (row === undefined) throw new JournalFault("corrupt", `the journal has lost its ${what}`);
    return readStored(this.#options.shape.effect, row.effect, row.version, what);
  }
}

const debtIn = ({ order_id: order, addressee, due_clock: clock, due_ms: ms, started, ...row }: DebtRow): Debt => ({
  ...row,
  order,
  to: addressee ?? undefined,
  due: clock === null || ms === null ? undefined : { clock, ms },
  started: started === 1,
});

const prepareOwed = (connection: Connection) => ({
  all: connection.prepare<DebtRow>(
    `SELECT seq, effects.id, orders.id AS order_id, kind, addressee, due_clock, due_ms, started, tries
     FROM effects JOIN orders ON orders.nth = effects.of ORDER BY seq`,
  ),
  effect: connection.prepare<EffectRow>("SELECT version, effect FROM effects WHERE seq = ?"),
  add: connection.prepare(
    `INSERT INTO effects (id, of, kind, addressee, due_clock, due_ms, wall, version, effect)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ),
  remove: connection.prepare("DELETE FROM effects WHERE seq = ?"),
  start: connection.prepare("UPDATE effects SET started = 1 WHERE seq = ?"),
  again: connection.prepare("UPDATE effects SET due_clock = ?, due_ms = ?, tries = tries + 1 WHERE seq = ?"),
  hasten: connection.prepare("UPDATE effects SET due_clock = NULL, due_ms = NULL WHERE seq = ?"),
  backlog: connection.prepare<{ readonly count: number; readonly oldest: number | null }>(
    `SELECT count(*) AS count, min(wall) AS oldest FROM effects WHERE kind IN (SELECT value FROM json_each(?))`,
  ),
});
