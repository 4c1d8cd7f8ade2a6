import type { Owed } from "../../journal/journal.ts";
import { type Instant, isReached, later, leftMs } from "../../protocol/time.ts";
import type { Effect, State } from "./words.ts";

type OwedInModel = {
  seq: number;
  order: string;
  effect: Effect;
  due: Instant;
  /** Due from the beginning, and in nobody's hands since. */
  isFresh: boolean;
  started: boolean;
  tries: number;
  leasedUntil?: Instant;
};

export type Payment = {
  readonly order: string;
  readonly amount: number;
  readonly effects: readonly { readonly effect: Effect; readonly afterMs: number }[];
  readonly takesBack: readonly string[];
  readonly finished: boolean;
};

const kindOf = ({ effect }: { readonly effect: Effect }) => effect.do;
const toOf = ({ effect }: { readonly effect: Effect }) => (effect.do === "tell" ? effect.to : undefined);

/** What a journal should answer, kept in plain lists: the simplest thing that can be right. */
export class JournalModel {
  readonly orders = new Map<string, { state: State; finished: boolean; amounts: number[] }>();
  owed: OwedInModel[] = [];
  readonly #seen = new Set<string>();
  #seq = 0;

  pay({ order, amount, effects, takesBack, finished }: Payment, now: Instant, once?: string): "kept" | "duplicate" {
    if (once !== undefined && this.#seen.has(once)) return "duplicate";
    if (once !== undefined) this.#seen.add(once);
    const known = this.orders.get(order);
    const state = { at: "paying", paid: (known?.state.paid ?? 0) + amount };
    this.orders.set(order, { state, finished, amounts: [...(known?.amounts ?? []), amount] });
    this.owed = this.owed.filter((owed) => owed.order !== order || !takesBack.includes(kindOf(owed)));
    for (const { effect, afterMs } of effects) {
      this.#seq += 1;
      this.owed.push({
        seq: this.#seq,
        order,
        effect,
        due: later(now, afterMs),
        isFresh: afterMs === 0,
        started: false,
        tries: 0,
      });
    }
    return "kept";
  }

  free(kinds: readonly string[], now: Instant, except: readonly string[]): readonly OwedInModel[] {
    return this.owed.filter(
      (owed) =>
        kinds.includes(kindOf(owed)) &&
        !except.includes(toOf(owed) ?? "") &&
        (owed.leasedUntil === undefined || isReached(owed.leasedUntil, now)),
    );
  }

  /** What can be taken, oldest first. */
  due(kinds: readonly string[], now: Instant, except: readonly string[]): readonly OwedInModel[] {
    return this.free(kinds, now, except).filter((owed) => isReached(owed.due, now));
  }

  lease(taken: readonly OwedInModel[], until: Instant): void {
    for (const owed of taken) Object.assign(owed, { leasedUntil: until, isFresh: false });
  }

  untilDue(kinds: readonly string[], now: Instant, except: readonly string[]): number | undefined {
    const pauses = this.free(kinds, now, except).map(({ due }) => leftMs(due, now));
    return pauses.length === 0 ? undefined : Math.min(...pauses);
  }

  of(seq: number): OwedInModel | undefined {
    return this.owed.find((owed) => owed.seq === seq);
  }

  finish(seq: number): void {
    this.owed = this.owed.filter((owed) => owed.seq !== seq);
  }

  again(seq: number, due: Instant): void {
    const owed = this.of(seq);
    if (owed === undefined) return;
    owed.due = due;
    owed.tries += 1;
    delete owed.leasedUntil;
  }

  hasten(to: string, now: Instant): void {
    for (const owed of this.owed) if (toOf(owed) === to && !isReached(owed.due, now)) owed.due = now;
  }

  crash(): void {
    for (const owed of this.owed) delete owed.leasedUntil;
  }
}

/** Those that waited from the beginning while a younger one of their kind was taken before them. */
export const passedOver = (due: readonly OwedInModel[], taken: readonly OwedInModel[]): readonly OwedInModel[] =>
  due.filter(
    (left) =>
      left.isFresh &&
      !taken.includes(left) &&
      taken.some((owed) => owed.isFresh && kindOf(owed) === kindOf(left) && owed.seq > left.seq),
  );

/** What of an owed effect can be compared; ids are the journal's own. */
export const plain = ({ seq, order, effect, started, tries }: Omit<Owed<Effect>, "id">) => ({
  seq,
  order,
  effect,
  started,
  tries,
});
