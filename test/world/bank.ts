import type {
  Attempt,
  Charge,
  Payment,
  PaymentProvider,
  Refunded,
  Standing,
} from "../../backend/providers/provider.ts";
import { referenceOf } from "../../backend/providers/provider.ts";
import type { Random } from "../../protocol/ids.ts";
import { type Rupiah, rupiah } from "../../protocol/rupiah.ts";
import { qrFor } from "../support/sale.ts";
import type { Timeline } from "./timeline.ts";

/** What can go wrong between the backend and the bank; chances from 0 to 1. */
export type BankMood = {
  readonly delayMs: readonly [least: number, most: number];
  /** The request is done, its answer lost. */
  readonly loseAnswer: number;
  /** The request never arrives, and nobody can tell. */
  readonly loseRequest: number;
  readonly deny: number;
  readonly loseNotification: number;
  readonly repeatNotification: number;
  /** The QR is no good. */
  readonly spoilQr: number;
};

export const calm: BankMood = {
  delayMs: [50, 200],
  loseAnswer: 0,
  loseRequest: 0,
  deny: 0,
  loseNotification: 0,
  repeatNotification: 0,
  spoilQr: 0,
};

type Account = {
  readonly reference: string;
  readonly qr: string;
  readonly amount: Rupiah;
  status: "pending" | "settled" | "cancelled" | "expired";
};

export type Notify = (reference: string, standing: Standing) => void;

const EXPIRES_MS = 900_000;
const NO_ANSWER_MS = 10_000;

/** The provider's own truth in virtual time: who was charged, who has paid. Its word is what every invariant is held to. */
export class Bank implements PaymentProvider {
  readonly name = "bank";
  readonly isTest = false;
  readonly #accounts = new Map<string, Account>();
  readonly #timeline: Timeline;
  readonly #random: Random;
  mood: BankMood = calm;
  notify: Notify = () => undefined;
  /** References that were charged a second time: there must be none. */
  readonly chargedAgain: string[] = [];

  constructor(timeline: Timeline, random: Random) {
    this.#timeline = timeline;
    this.#random = random;
  }

  charge(attempt: Attempt): Promise<Charge> {
    return this.#call<Charge>(() => this.#charge(attempt), { is: "unclear", detail: "no answer" });
  }

  standing(attempt: Attempt): Promise<Standing> {
    return this.#call<Standing>(() => this.#standingOf(referenceOf(attempt)), { is: "unclear", detail: "no answer" });
  }

  void(attempt: Attempt): Promise<Standing> {
    const reference = referenceOf(attempt);
    return this.#call<Standing>(() => this.#void(reference), { is: "unclear", detail: "no answer" });
  }

  refund(): Promise<Refunded> {
    return Promise.resolve({ is: "refused", because: "not-activated", detail: "this bank keeps what it has" });
  }

  readNotification(): { readonly is: "unreadable"; readonly because: string } {
    return { is: "unreadable", because: "this bank notifies without HTTP" };
  }

  /** A customer scans what they see. */
  pay(qr: string): boolean {
    const account = [...this.#accounts.values()].find((each) => each.qr === qr);
    if (account?.status !== "pending") return false;
    this.#settle(account);
    return true;
  }

  /** The contradiction: money after the end. Only a notification can tell of it, so this one is not lost. */
  settleAfterAll(reference: string): boolean {
    const account = this.#accounts.get(reference);
    if (account === undefined || account.status === "settled") return false;
    account.status = "settled";
    this.notify(reference, this.#standingOf(reference));
    return true;
  }

  /** How much has been paid for the order over all its attempts, in rupiah, and by how many. */
  paidFor(order: string): { readonly amount: number; readonly times: number } {
    const settled = [...this.#accounts.values()].filter(
      ({ reference, status }) => status === "settled" && reference.startsWith(`${order}-`),
    );
    return { amount: settled.reduce((sum, { amount }) => sum + amount, 0), times: settled.length };
  }

  statusOf(qr: string): string | undefined {
    return [...this.#accounts.values()].find((each) => each.qr === qr)?.status;
  }

  payableFor(order: string): number {
    return [...this.#accounts.values()].filter(
      ({ reference, status }) => status === "pending" && reference.startsWith(`${order}-`),
    ).length;
  }

  get references(): readonly string[] {
    return [...this.#accounts.keys()];
  }

  #charge(attempt: Attempt): Charge {
    const reference = referenceOf(attempt);
    if (this.#random() < this.mood.deny) {
      return { is: "refused", retriable: true, because: "denied", detail: "900" };
    }
    const known = this.#accounts.get(reference);
    if (known !== undefined) this.chargedAgain.push(reference);
    const account: Account = {
      reference,
      qr: uniqueQr(attempt.amount, reference),
      amount: attempt.amount,
      status: "pending",
    };
    this.#accounts.set(reference, account);
    this.#timeline.after(EXPIRES_MS, () => this.#end(account, "expired"));
    const isSpoilt = this.#random() < this.mood.spoilQr;
    return { is: "issued", qr: isSpoilt ? account.qr.slice(0, -1) : account.qr, transaction: reference };
  }

  #void(reference: string): Standing {
    const account = this.#accounts.get(reference);
    if (account !== undefined) this.#end(account, "cancelled");
    return this.#standingOf(reference);
  }

  #standingOf(reference: string): Standing {
    const account = this.#accounts.get(reference);
    if (account === undefined) return { is: "unknown" };
    if (account.status === "settled") return { is: "settled", payment: paymentOf(account) };
    return { is: account.status, transaction: reference };
  }

  #end(account: Account, as: "cancelled" | "expired"): void {
    if (account.status !== "pending") return;
    account.status = as;
    this.#tell(account);
  }

  #settle(account: Account): void {
    account.status = "settled";
    this.#tell(account);
  }

  /** Notifications say what is true when they are sent; they arrive late, twice, or never. */
  #tell(account: Account): void {
    const standing = this.#standingOf(account.reference);
    const times = this.#random() < this.mood.repeatNotification ? 2 : 1;
    for (let left = times; left > 0; left -= 1) {
      if (this.#random() < this.mood.loseNotification) continue;
      this.#timeline.after(this.#delay(), () => this.notify(account.reference, standing));
    }
  }

  #call<Answer>(act: () => Answer, unclear: Answer): Promise<Answer> {
    return new Promise((resolve) => {
      if (this.#random() < this.mood.loseRequest) {
        this.#timeline.after(NO_ANSWER_MS, () => resolve(unclear));
        return;
      }
      this.#timeline.after(this.#delay() / 2, () => this.#answer(act(), unclear, resolve));
    });
  }

  #answer<Answer>(answer: Answer, unclear: Answer, resolve: (answer: Answer) => void): void {
    const isLost = this.#random() < this.mood.loseAnswer;
    this.#timeline.after(isLost ? NO_ANSWER_MS : this.#delay() / 2, () => resolve(isLost ? unclear : answer));
  }

  #delay(): number {
    const [least, most] = this.mood.delayMs;
    return least + (most - least) * this.#random();
  }
}

const paymentOf = ({ amount, reference }: Account): Payment => ({
  amount,
  fee: rupiah(0),
  transaction: reference,
  paidAt: "2026-01-01T07:00:10+07:00",
  issuer: "gopay",
});

/** No two attempts share a payload: the terminal label carries a part of the reference. */
const uniqueQr = (amount: Rupiah, reference: string): string => qrFor(amount, reference.slice(-12));
