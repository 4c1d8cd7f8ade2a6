import type { Faults } from "../midtrans/faults.ts";

type Fault = Parameters<Faults["arm"]>[0];

/** What can be made to go wrong at Midtrans from the page: each strikes once. */
export const KNOBS = {
  late: { fault: "late", of: "settlement", ms: 8_000, times: 1 },
  drop: { fault: "drop", of: "settlement", times: 1 },
  duplicate: { fault: "duplicate", of: "settlement", copies: 2, times: 1 },
  forge: { fault: "forge", of: "settlement", times: 1 },
  "lost-answer": { fault: "lost-answer", on: "charge", times: 1 },
  deny: { fault: "deny", code: "900", times: 1 },
  "no-qr-string": { fault: "no-qr-string", times: 1 },
  "bad-qr": { fault: "bad-qr", how: "amount", times: 1 },
} as const satisfies Readonly<Record<string, Fault>>;

export type KnobName = keyof typeof KNOBS;
export const isKnob = (name: string): name is KnobName => Object.hasOwn(KNOBS, name);

/** The page's switches, over the faults of Midtrans' stand-in. */
export class Knobs {
  readonly #faults: Faults;
  readonly #ids = new Map<KnobName, number>();

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  /** Those that have not struck yet. */
  armed(): readonly KnobName[] {
    const waiting = new Set(this.#faults.list().map(({ id }) => id));
    return [...this.#ids].filter(([, id]) => waiting.has(id)).map(([name]) => name);
  }

  set(name: KnobName, isArmed: boolean): void {
    const id = this.#ids.get(name);
    if (id !== undefined) this.#faults.clear(id);
    this.#ids.delete(name);
    if (isArmed) this.#ids.set(name, this.#faults.arm(KNOBS[name]).id);
  }
}
