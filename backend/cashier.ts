import type { Log } from "../host/log.ts";
import type { AdvanceOptions, Journal, Owed } from "../journal/journal.ts";
import type { Outcome } from "../journal/performer.ts";
import type { OrderId, StandId, StatementId } from "../protocol/ids.ts";
import type { OrderBody, UpBody } from "../protocol/statements.ts";
import type { Clock } from "../protocol/time.ts";
import type { Detail } from "./alarms/detail.ts";
import type { Subject } from "./alarms/kinds.ts";
import { sayLoud } from "./alarms/loud.ts";
import { Errands, type ErrandsParts } from "./errands.ts";
import { attemptOf } from "./ledger/effects.ts";
import { step } from "./ledger/ledger.ts";
import type {
  Decision,
  Effect,
  Event,
  Of,
  OpenStage,
  Sale,
  StandEvent,
  State,
  Step,
  Terms,
  TurnedAway,
} from "./ledger/words.ts";
import { orderOf, standOf } from "./ledger/words.ts";
import type { Admission } from "./merchants/admission.ts";
import type { Merchants } from "./merchants/merchants.ts";
import type { MerchantId, Standing } from "./providers/provider.ts";
import { readReference } from "./providers/reference.ts";
import { type Looked, Questions } from "./questions.ts";

export type LedgerJournal = Journal<State, Event, Effect>;

export type CashierOptions = {
  readonly journal: LedgerJournal;
  readonly merchants: Merchants;
  /** Bounds what stands may ask for; everything is admitted when absent. */
  readonly admission?: Pick<Admission, "admit">;
  readonly clock: Clock;
  readonly log: Log;
  /** The rules for this stand's orders. */
  termsFor(stand: StandId | undefined): Terms;
  /** The journal owes something new. */
  wake(): void;
  /** Something has happened that people should know of. */
  raise?(subject: Subject, detail: Detail): Promise<void>;
  /** The journal has more to tell of this order. */
  changed?(order: string): void;
};

/** Whether the ledger has the order that a notification speaks of. */
export type Taken = "taken" | "unknown-order";

type OpenOrders = Extract<UpBody, { type: "sync" }>["orders"];

/** The loop of the backend: what stands, provider and staff say goes through the ledger into one commit each. */
export class Cashier {
  readonly #options: CashierOptions;
  readonly #questions: Questions;
  readonly #errands: Errands;

  constructor(options: CashierOptions) {
    this.#options = options;
    this.#questions = new Questions(options);
    const report: ErrandsParts["report"] = async ({ order, id }, event) => {
      await this.#advance(order, event, { finishes: id });
    };
    this.#errands = new Errands({ ...options, questions: this.#questions, report });
  }

  /** A stand's statement about one of its orders; resolves when it is on disk. */
  async hear(stand: StandId, body: OrderBody, once: StatementId): Promise<void> {
    const event = eventOf(stand, body, this.#options.merchants.of(stand));
    if (event.type !== "asked") await this.#advance(body.order, event, { once });
    else await this.#advance(body.order, await this.#bounded(event), { once, isNew: true });
  }

  /** What a stand only repeats does not count again: the order has a state already. */
  async #bounded(asked: Of<"asked">): Promise<StandEvent> {
    const { admission, journal, clock } = this.#options;
    const { stand, sale } = asked;
    if (admission === undefined || (await journal.stateOf(sale.order)) !== undefined) return asked;
    const admitted = admission.admit(stand, sale.merchant, sale.amount, clock.now());
    if (admitted === "admitted") return asked;
    const turnedAway: TurnedAway = admitted === "bad-amount" ? { because: admitted } : { because: "busy", ...admitted };
    return { ...asked, turnedAway };
  }

  /** A stand has connected: every order it names, and every order it should have named, gets the backend's word anew. */
  async sync(stand: StandId, orders: OpenOrders): Promise<void> {
    const named = new Set<string>(orders.map(({ order }) => order));
    const open = await this.#options.journal.unfinishedOf(stand);
    const left = open.flatMap(({ state }) => {
      const order = orderOf(state);
      return standOf(state) === stand && !named.has(order) ? [{ order, at: "unlisted" as const }] : [];
    });
    await Promise.all([...orders, ...left].map(({ order, at }) => this.#synced(stand, order, at)));
  }

  /** A provider told something by itself, signed for this merchant: it says nothing of another one's orders. */
  async notified(merchant: MerchantId, reference: string, standing: Standing): Promise<Taken> {
    const taken = await this.#fromProvider(merchant, reference, (attempt) => ({
      type: "news",
      attempt,
      standing,
      via: "notification",
    }));
    if (taken === "unknown-order" && standing.is === "settled") this.#alarmUnknown(merchant, reference);
    return taken;
  }

  /** Signed money for an order that these books should have, and have not: as after a backup was put back. */
  #alarmUnknown(merchant: MerchantId, reference: string): void {
    const order = readReference(reference)?.order;
    if (order === undefined) return;
    const detail = { is: "not-in-books" } as const;
    sayLoud(this.#options.log, { order, merchant, alarm: "unknown-order" }, detail);
    this.#options
      .raise?.({ kind: "unknown-order", order }, detail)
      .catch((error: unknown) => this.#options.log.warn("alarm not written", { error }));
  }

  /** The provider told something that must not be believed as it is: it is asked. */
  async hinted(merchant: MerchantId, reference: string): Promise<Taken> {
    return this.#fromProvider(merchant, reference, (attempt) => ({ type: "hinted", attempt }));
  }

  /**
   * What the provider's books say of one attempt, for whoever compares them with these; nothing changes by it. It is put off
   * where one of the order's was asked about just now.
   */
  async look(sale: Sale, attempt: number, signal: AbortSignal): Promise<Looked> {
    return this.#questions.ask(attemptOf(sale, attempt, this.#options.termsFor(sale.stand)), signal);
  }

  /** The provider's answer to somebody who looked. */
  async learned(order: OrderId, attempt: number, standing: Standing): Promise<Step> {
    return (await this.#advance(order, { type: "news", attempt, standing, via: "answer", isAside: true })).done;
  }

  /** Staff's word on an order that was paid. */
  async decide(order: OrderId, event: Decision): Promise<Step> {
    return (await this.#advance(order, event)).done;
  }

  /** Performs what the ledger owes the provider, and the ledger's own alarms. */
  perform(owed: Owed<Effect>, signal: AbortSignal): Promise<Outcome> {
    return this.#errands.perform(owed, signal);
  }

  async #synced(stand: StandId, order: OrderId, stage: OpenStage): Promise<void> {
    await this.#advance(order, { type: "synced", stand, stage });
  }

  async #fromProvider(merchant: MerchantId, reference: string, eventFor: (attempt: number) => Event): Promise<Taken> {
    const about = readReference(reference);
    if (about === undefined) return "unknown-order";
    const { from } = await this.#advance(about.order, eventFor(about.attempt), { merchant });
    return from !== undefined && isOf(merchant, from) ? "taken" : "unknown-order";
  }

  async #advance(order: string, event: Event, { merchant, ...how }: HowAdvanced = {}): Promise<Advanced> {
    const { journal, clock, wake } = this.#options;
    const now = clock.now();
    let from: State | undefined;
    const decide = (state: State | undefined): Step => {
      from = state;
      if (state !== undefined && merchant !== undefined && !isOf(merchant, state)) return OF_ANOTHER;
      return step(state, event, now, this.#termsFor(state, event));
    };
    const done = await journal.advance(order, event, decide, { now, ...how });
    wake();
    if (!("ignored" in done)) this.#options.changed?.(order);
    this.#tell(order, event, from, done);
    return { done, from };
  }

  #termsFor(state: State | undefined, event: Event): Terms {
    const heard = "stand" in event ? event.stand : undefined;
    return this.#options.termsFor(state === undefined ? heard : standOf(state));
  }

  #tell(order: string, event: Event, from: State | undefined, done: Step): void {
    const facts = { order, from: from?.at ?? "none", event: event.type, ...detailOf(event) };
    if ("ignored" in done) this.#options.log.info("ignored", { ...facts, because: done.ignored });
    else
      this.#options.log.info("step", {
        ...facts,
        to: done.state.at,
        stand: standOf(done.state),
        owes: done.effects.map(nameOf),
      });
  }
}

/** `merchant`: whose provider speaks; it is not heard on another one's orders. */
type HowAdvanced = Omit<AdvanceOptions, "now"> & { readonly merchant?: MerchantId };
/** `from`: where the order was before; absent when the ledger had not heard of it. */
type Advanced = { readonly done: Step; readonly from: State | undefined };

const OF_ANOTHER: Step = { ignored: "the order is another merchant's" };
const isOf = (merchant: MerchantId, state: State): boolean =>
  state.at === "forestalled" || state.sale.merchant === merchant;

function eventOf(stand: StandId, body: OrderBody, merchant: MerchantId): StandEvent {
  switch (body.type) {
    case "charge": {
      const sale: Sale = { order: body.order, stand, merchant, amount: body.amount, items: body.items };
      return { type: "asked", stand, sale, patienceMs: body.patienceMs };
    }
    case "void":
      return { type: "void-asked", stand, order: body.order, why: body.why };
    case "delivered":
      return { type: "delivered", stand, release: body.release, confirmed: body.confirmed };
    case "not-delivered":
      return { type: "not-delivered", stand, because: body.because };
  }
}

const nameOf = ({ effect }: { readonly effect: Effect }): string =>
  effect.do === "tell" ? `tell ${effect.body.type}` : effect.do;

const detailOf = (event: Event): Readonly<Record<string, unknown>> => {
  if (event.type === "news") return { standing: event.standing.is, via: event.via, attempt: event.attempt };
  if (event.type === "refund-answered") return { refund: event.key, answer: event.answer.is };
  if (event.type === "charged") return { charge: event.charge.is, attempt: event.attempt };
  return {};
};
