import { onTestFinished } from "vitest";
import { Cashier, type LedgerJournal } from "../../../backend/cashier.ts";
import { ledgerShape } from "../../../backend/ledger/shape.ts";
import type { State } from "../../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../../backend/merchants/merchants.ts";
import { isoOf } from "../../../backend/providers/midtrans/time.ts";
import type { Attempt, Charge, PaymentProvider, Refunded, Standing } from "../../../backend/providers/provider.ts";
import { referenceOf } from "../../../backend/providers/provider.ts";
import { Reconciler } from "../../../backend/reconcile/reconciler.ts";
import { Results } from "../../../backend/reconcile/results.ts";
import { sql } from "../../../backend/store/query.ts";
import { openStore, type Store } from "../../../backend/store/store.ts";
import { steadyClock } from "../../../host/clock.ts";
import { type Log, silentLog } from "../../../host/log.ts";
import { openSqliteJournal } from "../../../journal/sqlite/open.ts";
import {
  firstReleaseOf,
  newOrderId,
  newUlid,
  type OrderId,
  type StandId,
  type StatementId,
} from "../../../protocol/ids.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import type { UpBody } from "../../../protocol/statements.ts";
import type { Clock } from "../../../protocol/time.ts";
import { onlyMerchant } from "../../support/only-merchant.ts";
import { order, PRICE, qrFor, STAND } from "../../support/sale.ts";
import { refunding } from "../../support/terms.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";
import { seeded } from "../../world/seeded.ts";

/** A quarter of an hour before noon in western Indonesia on 2026-11-20. */
export const NOON = Date.parse("2026-11-20T11:45:00+07:00");

type Asked = { readonly reference: string; readonly ms: number };

/** A provider whose books the test writes; it remembers when it was asked about what. */
class Books implements PaymentProvider {
  readonly name = "books";
  readonly isTest = true;
  readonly asked: Asked[] = [];
  readonly voided: string[] = [];
  readonly standings = new Map<string, Standing>();
  /** Answered instead, as often as there are some. */
  readonly hiccups: Standing[] = [];
  readonly #clock: Clock;
  /** Charges are answered with these before they are issued. */
  readonly refusals: Charge[] = [];
  /** What happens elsewhere while it is being asked. */
  meanwhile: () => Promise<void> | void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async charge(attempt: Attempt): Promise<Charge> {
    const refused = this.refusals.shift();
    if (refused !== undefined) return refused;
    const transaction = `t-${attempt.number}`;
    this.standings.set(referenceOf(attempt), { is: "pending", transaction });
    return { is: "issued", qr: qrFor(PRICE), transaction };
  }
  async standing(attempt: Attempt): Promise<Standing> {
    const reference = referenceOf(attempt);
    this.asked.push({ reference, ms: this.#clock.now().ms });
    const standing = this.hiccups.shift() ?? this.standings.get(reference) ?? { is: "unknown" };
    await this.meanwhile();
    return standing;
  }
  async void(attempt: Attempt): Promise<Standing> {
    this.voided.push(referenceOf(attempt));
    const ended: Standing = { is: "cancelled", transaction: `t-${attempt.number}` };
    this.standings.set(referenceOf(attempt), ended);
    return ended;
  }
  async refund(): Promise<Refunded> {
    return { is: "refused", because: "not-activated", detail: "not here" };
  }
  readNotification(): { readonly is: "unreadable"; readonly because: string } {
    return { is: "unreadable", because: "it tells nothing by itself" };
  }
}

export type Shop = {
  readonly clock: VirtualClock;
  readonly provider: Books;
  readonly journal: LedgerJournal;
  readonly cashier: Cashier;
  readonly results: Results;
  readonly store: Store;
  /** Until what it resolves to is called, the store takes no results. */
  breakStore(): Promise<() => Promise<void>>;
  /** What was logged as an alarm, or as a failure. */
  readonly errors: readonly string[];
  /** Another one each time: as after a start of the backend. */
  reconciler(isOurs?: () => boolean): Reconciler;
  /** Asked for, charged, and voided by the customer. */
  cancelled(stand?: StandId): Promise<OrderId>;
  /** Paid, and delivered. */
  sold(stand?: StandId): Promise<OrderId>;
  settle(order: OrderId, attempt?: number): void;
  stateOf(order: OrderId): Promise<State | undefined>;
  /** What the ledger owes the provider is done. */
  work(): Promise<void>;
};

export type ShopOptions = {
  readonly callsPerSecond?: number;
  readonly keepDays?: number;
  /** The journal names no more orders of a day at once. */
  readonly ordersAPage?: number;
  /** The ledger takes its time to learn what was found. */
  readonly isSlowToLearn?: boolean;
};

const quiet = new AbortController().signal;
const KINDS = ["charge", "ask", "recheck", "follow-up", "void", "lapse", "alarm"];
const TERMS = {
  payableMs: 900_000,
  retryPausesMs: [0, 0],
  firstAskMs: 86_400_000,
  slowestAskMs: 86_400_000,
  lapseMs: 86_400_000,
};

/** Lets time pass whenever somebody waits for it, until the promise has settled. */
export async function passing<Value>(clock: VirtualClock, promise: Promise<Value>): Promise<Value> {
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  promise.then(end, end);
  while (!isOver) await (clock.pending > 0 ? clock.advance(50) : settle(1));
  return promise;
}

/** A ledger in memory, a provider without a network, a store of results, and time that the test moves. */
export async function openShop({
  callsPerSecond = 5,
  keepDays = 400,
  ordersAPage = 500,
  isSlowToLearn = false,
}: ShopOptions = {}): Promise<Shop> {
  const clock = new VirtualClock({ wall: NOON });
  const random = seeded(11);
  const provider = new Books(clock);
  const wall = (): number => clock.wall();
  const newId = (): string => newUlid(wall(), random);
  const { journal } = openSqliteJournal({ file: ":memory:", shape: ledgerShape, newId, wall });
  const errors: string[] = [];
  const log: Log = { ...silentLog, error: (what, facts) => errors.push(`${what} ${JSON.stringify(facts)}`) };
  const termsFor = () => ({ ...TERMS, ...refunding });
  const cashier = new Cashier({
    journal,
    merchants: onlyMerchant(provider),
    clock,
    log,
    termsFor,
    wake: () => undefined,
  });
  const paged: Pick<LedgerJournal, "inSpan" | "stateOf" | "story"> = {
    inSpan: (span) => journal.inSpan({ ...span, limit: Math.min(span.limit, ordersAPage) }),
    stateOf: (id) => journal.stateOf(id),
    story: (id) => journal.story(id),
  };
  const unhurried: Pick<Cashier, "look" | "learned"> = {
    look: (...asked) => cashier.look(...asked),
    learned: async (...told) => {
      if (isSlowToLearn) await settle(5);
      return cashier.learned(...told);
    },
  };
  const store = await openStore({ place: { file: ":memory:" }, clock: steadyClock("test") });
  const results = new Results(store);
  onTestFinished(async () => {
    await store.destroy();
    await journal.close();
  });
  const statement = (): StatementId => newId() as StatementId;
  const work = async (): Promise<void> => {
    const taken = await journal.take({ now: clock.now(), kinds: KINDS, limit: 50, leaseMs: 600_000 });
    for (const owed of taken) await cashier.perform(owed, quiet);
    if (taken.length > 0) await work();
  };
  const charged = async (stand: StandId): Promise<OrderId> => {
    const id = newOrderId(wall(), random);
    const ask: Extract<UpBody, { type: "charge" }> = {
      type: "charge",
      order: id,
      amount: PRICE,
      items: [...order.items],
      method: "qris",
      patienceMs: 60_000,
    };
    await cashier.hear(stand, ask, statement());
    await work();
    return id;
  };
  const pay = (id: OrderId, attempt = 1): void => {
    const payment = {
      amount: PRICE,
      fee: rupiah(0),
      transaction: `t-${attempt}`,
      paidAt: isoOf(wall()),
      acquirer: "gopay",
    };
    provider.standings.set(`${id}-${attempt}`, { is: "settled", payment });
  };
  return {
    clock,
    provider,
    journal,
    cashier,
    results,
    store,
    breakStore: async () => {
      await sql`CREATE TRIGGER refusal BEFORE INSERT ON reconcile_runs
        BEGIN SELECT RAISE(ABORT, 'no results today'); END`.execute(store);
      return async () => void (await sql`DROP TRIGGER refusal`.execute(store));
    },
    errors,
    settle: pay,
    work,
    reconciler: (isOurs = () => true) =>
      new Reconciler({
        ...{ journal: paged, cashier: unhurried, results, clock, log, callsPerSecond, keepDays, isOurs },
      }),
    stateOf: (id) => journal.stateOf(id),
    cancelled: async (stand = STAND) => {
      const id = await charged(stand);
      await cashier.hear(stand, { type: "void", order: id, why: "cancelled" }, statement());
      await work();
      return id;
    },
    sold: async (stand = STAND) => {
      const id = await charged(stand);
      pay(id);
      const standing = provider.standings.get(`${id}-1`);
      if (standing !== undefined) await cashier.notified(ONLY_MERCHANT, `${id}-1`, standing);
      await cashier.hear(
        stand,
        { type: "delivered", order: id, release: firstReleaseOf(id), confirmed: true },
        statement(),
      );
      return id;
    },
  };
}
