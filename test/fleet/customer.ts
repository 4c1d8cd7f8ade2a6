import type { State } from "../../gateway/order/words.ts";
import type { Random } from "../../protocol/ids.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import type { FleetStand } from "./stand.ts";
import { habitOf, insteadOf, type Visit } from "./visit.ts";

/** A payment that the phone was told to be made. */
export type Paid = { readonly order: string; readonly amount: number };

/** A press that began no order, and what was in its way. */
export type TurnedAway = { readonly pressedMs: number; readonly because: string };

export type CustomerParts = {
  readonly stand: FleetStand;
  readonly phone: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly pauseMs: number;
};

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
  readonly visits: Visit[] = [];
  readonly turnedAway: TurnedAway[] = [];
  #stopWaiting: Stop = () => undefined;
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

  /** A pause that went on would keep the process for minutes. */
  stop(): void {
    this.#isOpen = false;
    this.#stopWaiting();
  }

  #later(ms: number): void {
    if (this.#isOpen) this.#stopWaiting = this.#parts.clock.after(ms, () => void this.#come());
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
    const pressedMs = Date.now();
    const became = await stand.press("new");
    const order = stand.stand.front?.order.id;
    if (became !== "begun" || order === undefined) this.turnedAway.push({ pressedMs, because: wordsFor(became) });
    else this.visits.push(await this.#visit({ order, pressedMs }));
  }

  async #visit(begun: Visit): Promise<Visit> {
    const shown = await this.#sees(begun.order, ({ at }) => at !== "charging", CODE_WITHIN_MS);
    const shownMs = Date.now();
    if (shown?.at !== "awaiting") return { ...begun, instead: { what: insteadOf(shown), ms: shownMs } };
    const habit = habitOf(this.#parts.random());
    const seen: Visit = { ...begun, codeMs: shownMs, habit };
    const paidMs = await this.#decide(seen, shown.qr);
    return paidMs === undefined ? seen : { ...seen, paidMs };
  }

  /** Resolves when the order is over, to when it was paid; money that comes late is not waited for by anybody. */
  async #decide({ order, habit }: Visit, qr: string): Promise<number | undefined> {
    const { stand } = this.#parts.stand;
    const cancels = habit === "cancels" || habit === "cancels and pays";
    const pays = habit === "pays" || habit === "cancels and pays";
    if (habit === "pays too late") await this.#pay(order, qr, { ms: LATE_MS, if_ended: "settle" });
    const [, paidMs] = await Promise.all([
      cancels || habit === "pays too late" ? stand.cancel() : undefined,
      pays ? this.#pay(order, qr) : undefined,
    ]);
    await this.#sees(order, ({ at }) => at === "delivered" || at === "closed" || at === "troubled", END_WITHIN_MS);
    return paidMs;
  }

  /**
   * When the phone was told that it is paid. Nobody at the stand knows more of a payment than the phone does; where that says nothing, the
   * provider's books count.
   */
  async #pay(order: string, qr: string, late?: object): Promise<number | undefined> {
    try {
      const answer = await fetch(`${this.#parts.phone}/pay`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ qr, ...(late === undefined ? {} : { late }) }),
        signal: AbortSignal.timeout(PAY_WITHIN_MS),
      });
      const { paid, amount } = (await answer.json()) as { readonly paid?: boolean; readonly amount?: number };
      if (paid !== true) return undefined;
      this.paid.push({ order, amount: amount ?? 0 });
      return Date.now();
    } catch {
      return undefined;
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

const wordsFor = (became: Awaited<ReturnType<FleetStand["stand"]["press"]>>): string =>
  typeof became === "object" ? became.obstacles.join(", ") : became;
