import { type Instant, isReached } from "../../protocol/time.ts";
import type { EffectId, TakeOptions } from "../journal.ts";
import { Sorted } from "./sorted.ts";

/** What is known of an owed effect without reading what it is. */
export type Debt = {
  readonly seq: number;
  readonly id: EffectId;
  readonly order: string;
  readonly kind: string;
  readonly to: string | undefined;
  /** When it becomes due; `undefined`: it is. */
  due: Instant | undefined;
  started: boolean;
  tries: number;
};

/** Debts of one kind that nobody has taken: those that are due, and by clock those that wait. */
type Shelf = { readonly ready: Sorted<Debt>; readonly waiting: Map<string, Sorted<Debt>> };

type Lease = { readonly debt: Debt; readonly until: Instant };

/**
 * Every owed effect of a journal, in memory: what is due, what waits, what is in somebody's hands. The file has the same
 * debts, and nothing but their numbers to find them by; the book is made from it at opening, and follows each commit.
 */
export class OwedBook {
  readonly #byId = new Map<EffectId, Debt>();
  readonly #byOrder = new Map<string, Set<Debt>>();
  readonly #shelves = new Map<string, Shelf>();
  readonly #waitingFor = new Map<string, Set<Debt>>();
  /** By `seq`. Leases end with the process: after a crash, everything is free. */
  readonly #leases = new Map<number, Lease>();

  add(debt: Debt): void {
    this.#byId.set(debt.id, debt);
    const known = this.#byOrder.get(debt.order) ?? new Set();
    this.#byOrder.set(debt.order, known.add(debt));
    this.#shelve(debt);
  }

  /** It is not owed any more. */
  remove(debt: Debt): void {
    this.#takeOut(debt);
    this.#byId.delete(debt.id);
    const known = this.#byOrder.get(debt.order);
    known?.delete(debt);
    if (known?.size === 0) this.#byOrder.delete(debt.order);
  }

  find(id: EffectId): Debt | undefined {
    return this.#byId.get(id);
  }

  ofOrder(order: string, kinds: readonly string[]): readonly Debt[] {
    return [...(this.#byOrder.get(order) ?? [])].filter(({ kind }) => kinds.includes(kind));
  }

  /** What waits for this addressee. */
  waitingFor(to: string): readonly Debt[] {
    return [...(this.#waitingFor.get(to) ?? [])].sort(bySeq);
  }

  /** Due at another time, or at once; whoever had it in hand has given it back. */
  postpone(debt: Debt, due: Instant | undefined): void {
    this.#takeOut(debt);
    debt.due = due;
    this.#shelve(debt);
  }

  /** What can be taken now, oldest first. */
  free({ now, kinds, limit, except = [] }: Omit<TakeOptions, "leaseMs">): readonly Debt[] {
    this.#catchUp(now, kinds);
    const heads = kinds.flatMap((kind) => firstOf(this.#shelves.get(kind)?.ready ?? [], limit, except));
    return heads.length > 1 ? heads.sort(bySeq).slice(0, limit) : heads;
  }

  lease(debt: Debt, until: Instant): void {
    this.#takeOut(debt);
    this.#leases.set(debt.seq, { debt, until });
  }

  nextDue(kinds: readonly string[], now: Instant, except: readonly string[]): Instant | undefined {
    this.#catchUp(now, kinds);
    const shelves = kinds.flatMap((kind) => this.#shelves.get(kind) ?? []);
    if (shelves.some(({ ready }) => firstOf(ready, 1, except).length > 0)) return now;
    const next = shelves.flatMap(({ waiting }) => firstOf(waiting.get(now.clock) ?? [], 1, except));
    const dues = next.flatMap(({ due }) => due?.ms ?? []);
    return dues.length === 0 ? undefined : { clock: now.clock, ms: Math.min(...dues) };
  }

  /** Ends leases that are over, and makes ready what has become due; what waits on another clock has. */
  #catchUp(now: Instant, kinds: readonly string[]): void {
    for (const { debt, until } of this.#leases.values()) if (isReached(until, now)) this.postpone(debt, debt.due);
    for (const kind of kinds) {
      const shelf = this.#shelves.get(kind);
      if (shelf === undefined) continue;
      for (const [clock, waiting] of shelf.waiting) {
        if (clock !== now.clock) shelf.waiting.delete(clock);
        for (const debt of waiting.takeWhile(({ due }) => due === undefined || isReached(due, now))) {
          this.#waitsNoMore(debt);
          debt.due = undefined;
          shelf.ready.add(debt);
        }
      }
    }
  }

  #shelve(debt: Debt): void {
    const { kind, due } = debt;
    const shelf = this.#shelves.get(kind) ?? { ready: new Sorted(bySeq), waiting: new Map() };
    this.#shelves.set(kind, shelf);
    if (due === undefined) shelf.ready.add(debt);
    else {
      waitingOn(shelf, due.clock).add(debt);
      if (debt.to !== undefined) this.#waitingFor.set(debt.to, (this.#waitingFor.get(debt.to) ?? new Set()).add(debt));
    }
  }

  #waitsNoMore(debt: Debt): void {
    if (debt.to === undefined) return;
    const known = this.#waitingFor.get(debt.to);
    known?.delete(debt);
    if (known?.size === 0) this.#waitingFor.delete(debt.to);
  }

  #takeOut(debt: Debt): void {
    if (this.#leases.delete(debt.seq)) return;
    const shelf = this.#shelves.get(debt.kind);
    if (debt.due === undefined) shelf?.ready.remove(debt);
    else {
      shelf?.waiting.get(debt.due.clock)?.remove(debt);
      this.#waitsNoMore(debt);
    }
  }
}

function waitingOn({ waiting }: Shelf, clock: string): Sorted<Debt> {
  const known = waiting.get(clock) ?? new Sorted(byDue);
  waiting.set(clock, known);
  return known;
}

const bySeq = (one: Debt, other: Debt): number => one.seq - other.seq;

const byDue = (one: Debt, other: Debt): number => (one.due?.ms ?? 0) - (other.due?.ms ?? 0) || one.seq - other.seq;

/** The first `limit` that are for nobody excepted. */
function firstOf(debts: Iterable<Debt>, limit: number, except: readonly string[]): Debt[] {
  const found: Debt[] = [];
  for (const debt of debts) {
    if (found.length >= limit) break;
    if (debt.to === undefined || !except.includes(debt.to)) found.push(debt);
  }
  return found;
}
