import { putNewest } from "../../host/newest.ts";
import type { Random } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Moment, Refund, Transaction } from "./acquirer.ts";
import { Agenda } from "./agenda.ts";
import type { Dashboard } from "./dashboard.ts";
import { about, type Strikes } from "./faults.ts";
import { leftOf, objectionTo, type RefundAsk, type RefundObjection, withRefunds } from "./refund-rules.ts";
import { newUuid } from "./uuid.ts";

export type Refunded =
  /** In the books; the bank has still to confirm it. */
  | { readonly is: "made"; readonly transaction: Transaction; readonly refund: Refund }
  /** Refused by the provider behind Midtrans: in the books as tried, and no money moved. */
  | {
      readonly is: "denied";
      readonly because: "night" | "by-bank";
      readonly transaction: Transaction;
      readonly refund: Refund;
    }
  | { readonly is: "refused"; readonly because: Exclude<RefundObjection, "night" | "by-bank"> };

export type RefundDeskOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly speed: number;
  readonly faults: Strikes;
  readonly dashboard: Dashboard;
  readonly find: (id: string) => Transaction | undefined;
  readonly keep: (transaction: Transaction) => void;
  readonly announce: (transaction: Transaction) => void;
};

/** For how long a refund that failed may be tried again under its key. */
const REATTEMPT_MS = 7 * 86_400_000;
const KEYS_KEPT = 20_000;

/** Gives money back, by a merchant's terms: at first in the books alone, confirmed by the payer's bank a while later. */
export class RefundDesk {
  readonly #options: RefundDeskOptions;
  readonly #agenda: Agenda;
  readonly #keys = new Map<string, { readonly firstMs: number; readonly isDone: boolean }>();
  #made = 0;

  constructor(options: RefundDeskOptions) {
    this.#options = options;
    this.#agenda = new Agenda(options.clock);
  }

  refund(transaction: Transaction, ask: RefundAsk): Refunded {
    const { random } = this.#options;
    const key = ask.key ?? newUuid(random);
    const amount = ask.amount ?? leftOf(transaction);
    const because = this.#objection(transaction, key, amount);
    this.#rememberKey(key, because === undefined);
    if (because !== undefined && because !== "night" && because !== "by-bank") return { is: "refused", because };
    this.#made += 1;
    const now = this.#now();
    const refund: Refund = {
      number: this.#made,
      key,
      amount: rupiah(amount),
      reason: ask.reason,
      madeAt: now.wall,
      bank: because === undefined ? { says: "nothing" } : { says: "no", at: now.wall },
    };
    const after = withRefunds(transaction, [...transaction.refunds, refund]);
    this.#options.keep(after);
    if (because !== undefined) return { is: "denied", because, transaction: after, refund };
    this.#send(after, refund);
    return { is: "made", transaction: after, refund };
  }

  /** The payer's bank speaks now of every refund that it has not spoken of; how many those were. */
  hearBank(id: string, says: "yes" | "no"): number {
    const silent = this.#options.find(id)?.refunds.filter(({ bank }) => bank.says === "nothing") ?? [];
    for (const { number } of silent) this.#settle(id, number, says);
    return silent.length;
  }

  close(): void {
    this.#agenda.close();
  }

  /** A fault strikes only what would be good otherwise. */
  #objection(transaction: Transaction, key: string, amount: number): RefundObjection | undefined {
    const { dashboard, faults, speed } = this.#options;
    if (this.#isUsedUp(key)) return "duplicate";
    const own = objectionTo(transaction, amount, dashboard.terms, this.#now(), speed);
    return own ?? faults.take("refund-refused", about(transaction))?.because;
  }

  /** A key is good again only for what failed before, and not for long. */
  #isUsedUp(key: string): boolean {
    const tried = this.#keys.get(key);
    if (tried === undefined) return false;
    return tried.isDone || this.#now().ms - tried.firstMs > REATTEMPT_MS / this.#options.speed;
  }

  #rememberKey(key: string, isDone: boolean): void {
    const firstMs = this.#keys.get(key)?.firstMs ?? this.#now().ms;
    const wasDone = this.#keys.get(key)?.isDone ?? false;
    putNewest(this.#keys, key, { firstMs, isDone: isDone || wasDone }, KEYS_KEPT);
  }

  /** The books, the merchant, and in its own time the bank. */
  #send(transaction: Transaction, { number, amount }: Refund): void {
    const { announce, dashboard, faults, speed } = this.#options;
    const occasion = about(transaction);
    dashboard.payOut(amount);
    announce(transaction);
    if (faults.take("refund-unconfirmed", occasion) !== undefined) return;
    const says = faults.take("refund-taken-back", occasion) === undefined ? "yes" : "no";
    const { confirm_on_us_ms: onUs, confirm_off_us_ms: offUs } = dashboard.settings;
    const ms = transaction.payment?.route === "off-us" ? offUs : onUs;
    if (ms !== null) this.#agenda.in(ms / speed, () => this.#settle(transaction.id, number, says));
  }

  /** Of a refund that the bank takes back nobody is notified: whoever asks is told. Over BI-SNAP there is one notification. */
  #settle(id: string, number: number, says: "yes" | "no"): void {
    const { announce, dashboard, find, keep } = this.#options;
    const before = find(id);
    const refund = before?.refunds.find((each) => each.number === number);
    if (before === undefined || refund?.bank.says !== "nothing") return;
    const settled: Refund = { ...refund, bank: { says, at: this.#now().wall } };
    const refunds = before.refunds.map((each) => (each === refund ? settled : each));
    const after = withRefunds(before, refunds);
    if (says === "no") dashboard.payOut(-refund.amount);
    keep(after);
    if (says === "yes" && after.snap === undefined) announce(after);
  }

  #now(): Moment {
    const { clock } = this.#options;
    return { ms: clock.now().ms, wall: clock.wall() };
  }
}
