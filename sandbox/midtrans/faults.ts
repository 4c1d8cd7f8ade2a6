import type { z } from "zod";
import { type Fault, type FaultName, faultSchema, type Operation } from "./fault.ts";
import { magicOf } from "./magic.ts";

type Of<Name extends FaultName> = Extract<Fault, { readonly fault: Name }>;
export type Armed = { readonly id: number; readonly fault: Fault };

/** Which happening a fault may strike. */
export type Occasion = {
  readonly order?: string | undefined;
  readonly merchant?: string;
  /** What is to be paid: some amounts are faults by themselves. */
  readonly amount?: number | undefined;
  readonly on?: Operation;
  readonly of?: string;
  readonly when?: "before" | "after";
};

/** Faults as whoever they may strike sees them. */
export type Strikes = Pick<Faults, "take">;

const ARMED_MAX = 200;

/** What is armed against this sandbox, oldest first. */
export class Faults {
  #armed: readonly Armed[] = [];
  #made = 0;

  /** Throws `RangeError` beyond 200. */
  arm(fault: z.input<typeof faultSchema>): Armed {
    if (this.#armed.length >= ARMED_MAX) throw new RangeError(`at most ${ARMED_MAX} faults at once: clear some`);
    this.#made += 1;
    const armed = { id: this.#made, fault: faultSchema.parse(fault) };
    this.#armed = [...this.#armed, armed];
    return armed;
  }

  list(): readonly Armed[] {
    return this.#armed;
  }

  /** One fault, or all of them; false when there is none of this number. */
  clear(id?: number): boolean {
    const before = this.#armed.length;
    this.#armed = id === undefined ? [] : this.#armed.filter((each) => each.id !== id);
    return id === undefined || this.#armed.length < before;
  }

  /** The same faults, where every occasion is this merchant's; and those of magic amounts, while they are switched on. */
  within({ merchant, isMagic }: { readonly merchant: string; readonly isMagic: () => boolean }): Strikes {
    return {
      take: (name, occasion) =>
        this.take(name, { ...occasion, merchant }) ?? (isMagic() ? spell(name, occasion) : undefined),
    };
  }

  /** The oldest fault of this name that strikes here, counted as having struck. */
  take<Name extends FaultName>(name: Name, occasion: Occasion): Of<Name> | undefined {
    const isHit = (fault: Fault): fault is Of<Name> => isNamed(fault, name) && strikes(fault, occasion);
    const hit = this.#armed.find((each) => isHit(each.fault));
    if (hit === undefined || !isHit(hit.fault)) return undefined;
    this.#armed = this.#armed.flatMap((each) => (each === hit ? countDown(each) : each));
    return hit.fault;
  }
}

const isNamed = <Name extends FaultName>(fault: Fault, name: Name): fault is Of<Name> => fault.fault === name;

function spell<Name extends FaultName>(name: Name, occasion: Occasion): Of<Name> | undefined {
  const magic = occasion.amount === undefined ? undefined : magicOf(occasion.amount);
  return magic !== undefined && isNamed(magic, name) && strikes(magic, occasion) ? magic : undefined;
}

/** For what happens to this transaction. */
export const about = ({ orderId, amount }: { readonly orderId: string; readonly amount: number }): Occasion => ({
  order: orderId,
  amount,
});

function strikes(fault: Fault, occasion: Occasion): boolean {
  const fits = (own: unknown, here: unknown): boolean => own === undefined || own === here;
  return (
    fits(fault.order, occasion.order) &&
    fits(fault.merchant, occasion.merchant) &&
    fits("on" in fault ? fault.on : undefined, occasion.on) &&
    fits("of" in fault ? fault.of : undefined, occasion.of) &&
    fits("when" in fault ? fault.when : undefined, occasion.when)
  );
}

const countDown = ({ id, fault }: Armed): readonly Armed[] => {
  if (fault.times === undefined) return [{ id, fault }];
  return fault.times === 1 ? [] : [{ id, fault: { ...fault, times: fault.times - 1 } }];
};
