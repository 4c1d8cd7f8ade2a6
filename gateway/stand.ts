import type { Log } from "../host/log.ts";
import type { AdvanceOptions, EffectId, Journal, Kept } from "../journal/journal.ts";
import { newOrderId, type OrderId, type Random, type StatementId } from "../protocol/ids.ts";
import type { DownBody, WordBody } from "../protocol/statements.ts";
import { type Clock, isReached, leftMs, type Stop, sinceMs } from "../protocol/time.ts";
import { deadlineOf, isOpen, step } from "./order/order.ts";
import type { Effect, Event, Opening, Order, Rules, State, Step } from "./order/words.ts";
import type { Obstacle } from "./readiness/preflight.ts";
import { type Menu, openingOf, type Sale } from "./trade/menu.ts";

export type StandJournal = Journal<State, Event, Effect>;

export type StandOptions = {
  readonly journal: StandJournal;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The same while a customer is in front. */
  trade(): { readonly rules: Rules; readonly menu: Menu };
  /** What stands in the way of a sale that is released so; asked before every order. */
  preflight(opening: Opening): Promise<readonly Obstacle[]>;
  /** Something a customer can see may have changed. */
  changed(): void;
  /** The journal owes something new. */
  wake(): void;
};

const RING_AGAIN_MS = 1_000;

/** What became of somebody's wish to buy. */
export type Begun = { readonly begun: Order } | "busy" | { readonly obstacles: readonly Obstacle[] };

/**
 * The loop: an event goes through the order machine into one commit; then the screen is redrawn, the alarm set anew, and what
 * is owed performed. The order in front is the one begun last.
 */
export class Stand {
  readonly #options: StandOptions;
  readonly #alarms = new Map<OrderId, Stop>();
  readonly #watchers = new Set<(state: State) => void>();
  #front: State | undefined;
  #isBeginning = false;

  constructor(options: StandOptions) {
    this.#options = options;
  }

  /** Takes up what the journal holds. An order of an earlier boot has lost its deadline, and its customer: it is closed. */
  async open(): Promise<void> {
    const { journal } = this.#options;
    this.#front = (await journal.newest())?.state;
    for (const { state } of await journal.unfinished()) await this.#resume(state);
    this.#options.changed();
  }

  get front(): State | undefined {
    return this.#front;
  }

  /** Somebody wants to buy. While one order is in front, or being begun, no other begins. */
  async begin(sale: Sale): Promise<Begun> {
    if (this.#isBeginning || isOccupied(this.#front)) return "busy";
    this.#isBeginning = true;
    try {
      const obstacles = await this.#options.preflight(sale.opening);
      if (obstacles.length > 0) return { obstacles };
      const { clock, random } = this.#options;
      const order: Order = { id: newOrderId(clock.wall(), random), ...sale, begunAt: clock.wall() };
      await this.#advance(order.id, { type: "begun", order });
      return { begun: order };
    } finally {
      this.#isBeginning = false;
    }
  }

  /** No order is in front or about to be, and nobody may still come back for the last one. */
  get isBetweenOrders(): boolean {
    if (this.#isBeginning || isOccupied(this.#front)) return false;
    if (this.#front?.at !== "closing") return true;
    return (sinceMs(this.#front.since, this.#options.clock.now()) ?? 0) >= this.#options.trade().rules.graceMs;
  }

  async cancel(): Promise<void> {
    if (this.#front !== undefined && isOpen(this.#front))
      await this.report(this.#front.order.id, { type: "cancel-pressed" });
  }

  /** Says every state that an order comes into, as soon as it is on disk. `hear` must not throw. */
  watch(hear: (state: State) => void): Stop {
    this.#watchers.add(hear);
    return () => this.#watchers.delete(hear);
  }

  /** What became of an effect, or of the world. `finishes`: the effect whose outcome it is, in the same commit. */
  async report(order: OrderId, event: Event, finishes?: EffectId): Promise<void> {
    await this.#advance(order, event, finishes === undefined ? {} : { finishes });
  }

  /** The backend's word on an order; resolves when it is on disk. A second one with the same id changes nothing. */
  async hear(body: WordBody, once: StatementId): Promise<void> {
    await this.#advance(body.order, this.#eventOf(body), { once });
  }

  /** The orders of which the stand expects something, oldest first. */
  async openOrders(): Promise<readonly Kept<State>[]> {
    return (await this.#options.journal.unfinished()).filter(({ state }) => isOpen(state));
  }

  close(): void {
    for (const stop of this.#alarms.values()) stop();
    this.#alarms.clear();
  }

  async #resume(state: State): Promise<void> {
    const deadline = deadlineOf(state);
    if (deadline === undefined) return;
    const now = this.#options.clock.now();
    const isOfThisBoot = deadline.clock === now.clock;
    if (!isOfThisBoot) await this.report(state.order.id, { type: "rebooted" });
    else if (isReached(deadline, now)) await this.report(state.order.id, { type: "deadline" });
    else this.#setAlarm(state);
  }

  #eventOf(body: WordBody): Event {
    switch (body.type) {
      case "offer":
        return offeredBy(body);
      case "settled": {
        const { order, amount, paidAt, issuer } = body;
        const settlement = { amount, paidAt, ...(issuer === undefined ? {} : { issuer }) };
        return { type: "settled", order, settlement, inFront: this.#front?.order.id === order };
      }
      case "release": {
        const opening = openingOf(this.#options.trade().menu, body.product);
        return { type: "release-ordered", release: body.release, ...(opening === undefined ? {} : { opening }) };
      }
      case "refused":
        return { type: "refused", because: body.because };
      case "voided":
        return { type: "voided", as: body.as };
      case "remedied":
        return { type: "remedied", how: body.how };
    }
  }

  async #advance(id: OrderId, event: Event, how: Omit<AdvanceOptions, "now"> = {}): Promise<void> {
    const { journal, clock } = this.#options;
    const { rules } = this.#options.trade();
    const now = clock.now();
    let from: State | undefined;
    const decide = (state: State | undefined): Step => {
      from = state;
      return step(state, event, now, rules);
    };
    const done = await journal.advance(id, event, decide, { now, ...how });
    this.#options.wake();
    if (!("ignored" in done)) this.#moved(done.state, event);
    this.#tell(id, event, from, done);
  }

  #moved(state: State, event: Event): void {
    if (event.type === "begun" || this.#front?.order.id === state.order.id) this.#front = state;
    this.#setAlarm(state);
    this.#options.changed();
    for (const hear of this.#watchers) hear(state);
  }

  #setAlarm(state: State): void {
    const { id } = state.order;
    const { clock } = this.#options;
    this.#alarms.get(id)?.();
    this.#alarms.delete(id);
    const deadline = deadlineOf(state);
    if (deadline === undefined) return;
    this.#ringAfter(id, leftMs(deadline, clock.now()));
  }

  /** A deadline that the journal does not take rings again: the QR must not stay. */
  #ringAfter(id: OrderId, ms: number): void {
    const { clock, log } = this.#options;
    const ring = (): void => {
      this.report(id, { type: "deadline" }).catch((error: unknown) => {
        log.error("deadline not recorded", { order: id, error });
        this.#ringAfter(id, RING_AGAIN_MS);
      });
    };
    this.#alarms.set(id, clock.after(ms, ring));
  }

  #tell(order: OrderId, event: Event, from: State | undefined, done: Step): void {
    const log = this.#options.log;
    const facts = { order, from: from?.at ?? "none", event: event.type };
    if ("ignored" in done) log.info("ignored", { ...facts, because: done.ignored });
    else
      log.info("step", {
        ...facts,
        to: done.state.at,
        amount: done.state.order.amount,
        owes: done.effects.map(nameOf),
      });
  }
}

/** The customer in front is being served; a press means nothing. */
export const isOccupied = (state: State | undefined): boolean =>
  state?.at === "charging" || state?.at === "awaiting" || state?.at === "releasing";

function offeredBy({ qr, amount, validForMs, page }: Extract<DownBody, { type: "offer" }>): Event {
  return { type: "offered", qr, amount, validForMs, ...(page === undefined ? {} : { page }) };
}

const nameOf = ({ effect }: { readonly effect: Effect }): string =>
  effect.do === "tell" ? `tell ${effect.body.type}` : effect.do;
