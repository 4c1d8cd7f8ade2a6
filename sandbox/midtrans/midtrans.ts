import type { Random } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import {
  type Change,
  type ChargeOrder,
  holdsOrderId,
  type Moment,
  type Payment,
  step,
  type Transaction,
  type TransactionEvent,
  type TransactionStanding,
  type Unmoved,
} from "./acquirer.ts";
import { Agenda } from "./agenda.ts";
import type { Announcer } from "./announcer.ts";
import { Books } from "./books.ts";
import type { Dashboard } from "./dashboard.ts";
import type { Lateness } from "./fault.ts";
import { about, type Strikes } from "./faults.ts";
import { addressed } from "./gopay.ts";
import { qrPayload, type Shop } from "./qr-payload.ts";
import { RefundDesk, type Refunded } from "./refund-desk.ts";
import type { RefundAsk } from "./refund-rules.ts";
import { newUuid } from "./uuid.ts";

export type MidtransOptions = {
  readonly clock: Clock;
  readonly random: Random;
  /** Divides every length of time that Midtrans sets: expiry, the scheduler's rounds. */
  readonly speed: number;
  /** Transactions that the books hold at most. */
  readonly keep: number;
  readonly shop: Shop;
  readonly faults: Strikes;
  readonly announcer: Announcer;
  readonly dashboard: Dashboard;
  /** Told of every transaction that was made or moved. */
  readonly hear: (transaction: Transaction) => void;
};

/** A transaction put into the books as if it had come about earlier. */
export type Seed = {
  readonly order: ChargeOrder;
  readonly standing: Exclude<TransactionStanding, "partial_refund" | "refund">;
  /** Who paid what is settled, and how long ago; a moment ago with GoPay when absent. */
  readonly paid?: Partial<Pick<Payment, "issuer" | "route">> & { readonly agoMs?: number };
};

const OWN_PAYER = { issuer: "gopay", route: "on-us" } as const;

export type Moved = Transaction | { readonly unmoved: Unmoved } | "unknown";

/** The expiry scheduler comes by once a minute: an unpaid charge expires up to that much late. */
const SWEEP_MS = 60_000;

/** The payment company: its books, its scheduler, and what merchants and wallets can ask of it. In memory alone. */
export class Midtrans {
  readonly #options: MidtransOptions;
  readonly #books: Books;
  readonly #refunds: RefundDesk;
  readonly #agenda: Agenda;
  #stopSweeping: Stop;

  constructor(options: MidtransOptions) {
    this.#options = options;
    this.#books = new Books(options.keep);
    this.#agenda = new Agenda(options.clock);
    this.#refunds = new RefundDesk({
      ...options,
      find: (id) => this.#books.find(id),
      keep: (transaction) => this.#keep(transaction),
      announce: (transaction) => options.announcer.announce(transaction),
    });
    this.#stopSweeping = this.#sweepLater();
  }

  /** As it stands in wallets. */
  get shop(): Shop {
    return this.#options.shop;
  }

  /** `"duplicate"`: the order id is held by an earlier transaction, paid or still payable. */
  charge(order: ChargeOrder): Transaction | "duplicate" {
    const earlier = this.#books.ofOrder(order.orderId);
    if (earlier !== undefined && holdsOrderId(earlier)) return "duplicate";
    const denied = this.#options.faults.take("deny", about(order));
    const transaction = this.#open(order, denied === undefined ? "pending" : "deny");
    const made = denied === undefined ? transaction : { ...transaction, denied: denied.code };
    this.#keep(made);
    if (denied === undefined) this.#options.announcer.announce(made);
    return made;
  }

  /** By transaction id or order id. */
  find(id: string): Transaction | undefined {
    return this.#books.find(id);
  }

  byQr(text: string): Transaction | undefined {
    return this.#books.byQr(text);
  }

  /** Oldest first. */
  transactions(): readonly Transaction[] {
    return this.#books.all();
  }

  cancel(id: string): Moved {
    return this.#move(id, { type: "cancelled" });
  }

  expire(id: string): Moved {
    return this.#move(id, { type: "expired" });
  }

  /** `late`: the wallet pays now, and Midtrans hears of it later; a fault can bring the same about. */
  pay(id: string, payment: Payment, late?: Lateness): Moved {
    const { faults } = this.#options;
    const transaction = this.#books.find(id);
    if (transaction === undefined) return "unknown";
    const occasion = about(transaction);
    const evenWhenDue = faults.take("payable-late", occasion) !== undefined;
    const fault = late ?? faults.take("late-settlement", occasion);
    if (fault === undefined) return this.#move(id, { type: "paid", payment, evenWhenDue });
    const moved = this.#move(id, { type: "debited", payment, evenWhenDue, ifEnded: fault.if_ended });
    const isDebited = moved !== "unknown" && !("unmoved" in moved);
    if (isDebited && fault.ms !== undefined) {
      this.#agenda.in(fault.ms, () => void this.#move(moved.id, { type: "arrived" }));
    }
    return moved;
  }

  /** Where a payer comes back to from GoPay's app, as the charge or else the dashboard has it; `undefined`: nowhere. */
  callbackOf({ gopay }: Transaction): string | undefined {
    const callback = gopay?.callback ?? "none";
    if (callback === "dashboard") return this.#options.dashboard.settings.callback_url ?? undefined;
    return callback === "none" ? undefined : callback;
  }

  /** The address that GoPay's app opens when it has paid, or has not; it may lie. */
  returnAddress(transaction: Transaction, hasPaid: boolean): string | undefined {
    const callback = this.callbackOf(transaction);
    if (callback === undefined) return undefined;
    const lies = this.#options.faults.take("false-callback", about(transaction)) !== undefined;
    return addressed(callback, { order_id: transaction.orderId, result: hasPaid === lies ? "failure" : "success" });
  }

  /** The money turns up after all, even of a charge that was cancelled, expired or denied. */
  settle(id: string, payment?: Payment): Moved {
    const transaction = this.#books.find(id);
    if (transaction === undefined) return "unknown";
    const own: Payment = transaction.debit?.payment ?? { ...OWN_PAYER, amount: transaction.amount };
    return this.#move(id, { type: "settled-late", payment: payment ?? own });
  }

  /** Money of a paid transaction goes back to whoever paid it. */
  refund(id: string, ask: RefundAsk): Refunded | "unknown" {
    const transaction = this.#books.find(id);
    return transaction === undefined ? "unknown" : this.#refunds.refund(transaction, ask);
  }

  /** The payer's bank speaks now of the refunds it has not spoken of; of how many it does. */
  hearBank(id: string, says: "yes" | "no"): number {
    return this.#refunds.hearBank(id, says);
  }

  /** Tells the merchant once more how a transaction stands; false when there is no such transaction. */
  announce(id: string): boolean {
    const transaction = this.#books.find(id);
    if (transaction !== undefined) this.#options.announcer.announce(transaction);
    return transaction !== undefined;
  }

  /** Nobody is notified. */
  seed({ order, standing, paid }: Seed): Transaction {
    const transaction = this.#open(order, standing);
    const { agoMs = 0, ...payer } = paid ?? {};
    const { wall, ms } = this.#now();
    const payment = { ...OWN_PAYER, amount: order.amount, ...payer, at: wall - agoMs, ms: ms - agoMs };
    const seeded = standing === "settlement" ? { ...transaction, payment } : transaction;
    this.#keep(seeded);
    return seeded;
  }

  close(): void {
    this.#stopSweeping();
    this.#refunds.close();
    this.#agenda.close();
  }

  #open({ validForMs, ...order }: ChargeOrder, standing: TransactionStanding): Transaction {
    const { faults, random, shop, speed } = this.#options;
    const now = this.#now();
    const lengthMs = validForMs / speed;
    const occasion = about(order);
    return {
      ...order,
      id: newUuid(random),
      fee: rupiah(faults.take("fee", occasion)?.amount ?? 0),
      qr: qrPayload(shop, order, random, faults.take("bad-qr", occasion)?.how),
      madeAt: now.wall,
      expiresAt: now.wall + lengthMs,
      dueMs: now.ms + lengthMs,
      standing,
      refunds: [],
    };
  }

  #move(id: string, event: TransactionEvent): Moved {
    const transaction = this.#books.find(id);
    if (transaction === undefined) return "unknown";
    const change: Change = step(transaction, event, this.#now());
    if (change.is === "unmoved") return { unmoved: change.because };
    this.#keep(change.to);
    if (change.to.standing !== transaction.standing) this.#options.announcer.announce(change.to);
    return change.to;
  }

  #keep(transaction: Transaction): void {
    this.#books.put(transaction);
    this.#options.hear(transaction);
  }

  #now(): Moment {
    const { clock } = this.#options;
    return { ms: clock.now().ms, wall: clock.wall() };
  }

  #sweepLater(): Stop {
    return this.#options.clock.after(SWEEP_MS / this.#options.speed, () => {
      for (const { id } of this.#books.pending()) this.#move(id, { type: "swept" });
      this.#stopSweeping = this.#sweepLater();
    });
  }
}
