import type { State } from "../../gateway/order/words.ts";
import type { Random } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import type { FleetStand } from "./stand.ts";

/** A payment that the phone was told to be made. */
export type Paid = { readonly order: string; readonly amount: number };

export type CustomerParts = {
  readonly stand: FleetStand;
  readonly phone: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly pauseMs: number;
};

/** What a customer does when the code is on the glass, of every hundred. */
const HABITS = [
  ["pays", 78],
  ["cancels", 6],
  ["cancels and pays", 5],
  ["walks away", 5],
  ["pays too late", 6],
] as const;
type Habit = (typeof HABITS)[number][0];

/** Longer than a stand waits for its backend, or for money. */
const CODE_WITHIN_MS = 25_000;
const END_WITHIN_MS = 60_000;
const PAY_WITHIN_MS = 20_000;
/** When the provider hears of money that comes after its code has ended; it keeps it. */
const LATE_MS = 2_500;

/** One customer after another at one stand. */
export class Customer {
  readonly #parts: CustomerParts;
  readonly paid: Paid[] = [];
  #isOpen = false;
  #isBusy = false;

  constructor(parts: CustomerParts) {
    this.#parts = parts;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  start(): void {
    this.#isOpen = true;
    this.#later(this.#parts.random() * this.#parts.pauseMs);
  }

  stop(): void {
    this.#isOpen = false;
  }

  /** A pause that ends in a shut shop is nobody's. */
  #later(ms: number): void {
    this.#parts.clock.after(ms, () => {
      if (this.#isOpen) void this.#come();
    });
  }

  async #come(): Promise<void> {
    const { random, pauseMs } = this.#parts;
    this.#isBusy = true;
    await this.#buy();
    this.#isBusy = false;
    this.#later(-Math.log(1 - random()) * pauseMs);
  }

  async #buy(): Promise<void> {
    const { stand } = this.#parts.stand;
    if ((await stand.press("new")) !== "begun") return;
    const order = stand.stand.front?.order.id;
    if (order === undefined) return;
    const shown = await this.#sees(order, ({ at }) => at !== "charging", CODE_WITHIN_MS);
    if (shown?.at === "awaiting") await this.#decide(order, shown.qr);
  }

  async #decide(order: string, qr: string): Promise<void> {
    const { stand } = this.#parts.stand;
    const habit = this.#habit();
    const cancels = habit === "cancels" || habit === "cancels and pays";
    const pays = habit === "pays" || habit === "cancels and pays";
    if (habit === "pays too late") await this.#pay(order, qr, { ms: LATE_MS, if_ended: "settle" });
    await Promise.all([
      cancels || habit === "pays too late" ? stand.cancel() : undefined,
      pays ? this.#pay(order, qr) : undefined,
    ]);
    await this.#sees(order, ({ at }) => at === "delivered" || at === "closed" || at === "troubled", END_WITHIN_MS);
  }

  #habit(): Habit {
    let drawn = this.#parts.random() * HABITS.reduce((sum, [, share]) => sum + share, 0);
    for (const [habit, share] of HABITS) {
      if (drawn < share) return habit;
      drawn -= share;
    }
    return "pays";
  }

  /** Nobody at the stand knows more of a payment than the phone does; where that says nothing, the provider's books count. */
  async #pay(order: string, qr: string, late?: object): Promise<void> {
    try {
      const answer = await fetch(`${this.#parts.phone}/pay`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ qr, ...(late === undefined ? {} : { late }) }),
        signal: AbortSignal.timeout(PAY_WITHIN_MS),
      });
      const { paid, amount } = (await answer.json()) as { readonly paid?: boolean; readonly amount?: number };
      if (paid === true) this.paid.push({ order, amount: amount ?? 0 });
    } catch {
      return;
    }
  }

  /** The order as soon as it is so; `undefined` when that takes too long, or another one is in front. */
  #sees(order: string, isMeant: (state: State) => boolean, withinMs: number): Promise<State | undefined> {
    const { stand } = this.#parts.stand.stand;
    const { clock } = this.#parts;
    return new Promise((resolve) => {
      const end = (state: State | undefined): void => {
        stopWatching();
        stopWaiting();
        resolve(state);
      };
      const look = (state: State | undefined): void => {
        if (state?.order.id === order && isMeant(state)) end(state);
      };
      const stopWatching = stand.watch(look);
      const stopWaiting = clock.after(withinMs, () => end(undefined));
      look(stand.front);
    });
  }
}
