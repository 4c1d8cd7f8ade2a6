import {
  type Attempt,
  type Charge,
  type MerchantId,
  type Payment,
  type PaymentProvider,
  type Refund,
  type Refunded,
  referenceOf,
  type Standing,
} from "../../backend/providers/provider.ts";
import type { Random } from "../../protocol/ids.ts";
import { type Rupiah, rupiah } from "../../protocol/rupiah.ts";
import { qrFor } from "../support/sale.ts";
import { type Account, type Bank, type BankMood, calm, type Listener } from "./bank.ts";
import { giveBack, leftIn, type Made, make } from "./giving-back.ts";
import type { Timeline } from "./timeline.ts";

type Kept = Pick<Account, "reference" | "qr"> & {
  readonly amount: Rupiah;
  status: Account["status"];
  readonly made: Made[];
};

const EXPIRES_MS = 900_000;
const NO_ANSWER_MS = 10_000;
/** A notification that nobody takes comes again, after so long each time. */
const REPEAT_MS = [2, 10, 30, 90, 210].map((minutes) => minutes * 60_000);
/** How long the answer to a notification is waited for. */
const PATIENCE_MS = 15_000;

/** A provider's own truth in virtual time: who was charged, who has paid, who got it back. */
export class VirtualBank implements Bank, PaymentProvider {
  readonly name = "bank";
  readonly isTest = false;
  readonly merchant: MerchantId;
  readonly #accounts = new Map<string, Kept>();
  readonly #untold = new Set<object>();
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #tellBackend: Listener;
  mood: BankMood = calm;
  readonly wrongs: string[] = [];

  constructor(merchant: MerchantId, timeline: Timeline, random: Random, tell: Listener) {
    this.merchant = merchant;
    this.#timeline = timeline;
    this.#random = random;
    this.#tellBackend = tell;
  }

  open(): PaymentProvider {
    return this;
  }

  charge(attempt: Attempt): Promise<Charge> {
    return this.#call<Charge>(attempt, () => this.#charge(attempt));
  }

  standing(attempt: Attempt): Promise<Standing> {
    return this.#call<Standing>(attempt, () => this.#standingOf(referenceOf(attempt)));
  }

  void(attempt: Attempt): Promise<Standing> {
    return this.#call<Standing>(attempt, () => this.#void(referenceOf(attempt)));
  }

  refund(refund: Refund): Promise<Refunded> {
    return this.#call<Refunded>(refund.attempt, () => this.#refund(refund));
  }

  readNotification(): { readonly is: "unreadable"; readonly because: string } {
    return { is: "unreadable", because: "this bank notifies without HTTP" };
  }

  pay(qr: string): boolean {
    const account = this.#find(qr);
    if (account?.status !== "pending") return false;
    account.status = "settled";
    this.#tell(account);
    return true;
  }

  /** Only a notification can tell of it, so this one is not lost. */
  settleAfterAll(reference: string): boolean {
    const account = this.#accounts.get(reference);
    if (account === undefined || account.status === "settled") return false;
    account.status = "settled";
    this.#send(reference, this.#standingOf(reference));
    return true;
  }

  giveByHand(reference: string): boolean {
    const account = this.#accounts.get(reference);
    const left = account?.status === "settled" ? leftIn(account) : 0;
    if (account === undefined || left === 0) return false;
    const amount = this.#random() < 0.5 ? left : Math.ceil(left * this.#random());
    const made = make(amount, { mood: calm.refunds, random: this.#random });
    account.made.push(made);
    this.#book(account, made);
    return true;
  }

  byQr(qr: string): Account | undefined {
    const account = this.#find(qr);
    return account === undefined ? undefined : shown(account);
  }

  of(order: string): readonly Account[] {
    return [...this.#accounts.values()].filter(({ reference }) => reference.startsWith(`${order}-`)).map(shown);
  }

  get references(): readonly string[] {
    return [...this.#accounts.keys()];
  }

  get untold(): number {
    return this.#untold.size;
  }

  close(): void {
    // Nothing of it outlives the timeline.
  }

  #find(qr: string): Kept | undefined {
    for (const account of this.#accounts.values()) if (account.qr === qr) return account;
    return undefined;
  }

  #charge(attempt: Attempt): Charge {
    const reference = referenceOf(attempt);
    if (this.#random() < this.mood.deny) return { is: "refused", retriable: true, because: "denied", detail: "900" };
    if (this.#accounts.has(reference)) this.wrongs.push(`attempt ${reference} was charged twice`);
    const qr = uniqueQr(attempt.amount, reference);
    const account: Kept = { reference, qr, amount: attempt.amount, status: "pending", made: [] };
    this.#accounts.set(reference, account);
    this.#timeline.after(EXPIRES_MS, () => this.#end(account, "expired"));
    const isSpoilt = this.#random() < this.mood.spoilQr;
    return { is: "issued", qr: isSpoilt ? qr.slice(0, -1) : qr, transaction: reference };
  }

  #void(reference: string): Standing {
    const account = this.#accounts.get(reference);
    if (account !== undefined) this.#end(account, "cancelled");
    return this.#standingOf(reference);
  }

  #refund(refund: Refund): Refunded {
    const account = this.#accounts.get(referenceOf(refund.attempt));
    if (account?.status !== "settled") return { is: "refused", because: "not-refundable", detail: "nothing was paid" };
    const now = { ms: this.#timeline.ms, mood: this.mood.refunds, random: this.#random };
    const { answer, fresh } = giveBack(account, refund, now);
    if (fresh !== undefined) this.#book(account, fresh);
    return answer;
  }

  #book(account: Kept, made: Made): void {
    this.#tell(account);
    const { verdict } = made;
    if (verdict !== undefined) this.#timeline.after(verdict.afterMs, () => this.#hearBank(account, made));
  }

  /** The payer's bank speaks. What it takes back is told to nobody. */
  #hearBank(account: Kept, made: Made): void {
    made.stage = made.verdict?.says === "no" ? "taken-back" : "confirmed";
    if (made.stage === "confirmed") this.#tell(account);
  }

  #standingOf(reference: string): Standing {
    const account = this.#accounts.get(reference);
    if (account === undefined) return { is: "unknown" };
    if (account.status !== "settled") return { is: account.status, transaction: reference };
    const { given, amount } = shown(account);
    if (given.length === 0) return { is: "settled", payment: paymentOf(account) };
    const isFull = given.reduce((sum, each) => sum + each.amount, 0) >= amount;
    const refunds = given.map((each) => ({ ...each, amount: rupiah(each.amount) }));
    return { is: "refunded", transaction: reference, isFull, refunds };
  }

  #end(account: Kept, as: "cancelled" | "expired"): void {
    if (account.status !== "pending") return;
    account.status = as;
    this.#tell(account);
  }

  /** Notifications say what is true when they are sent; they arrive late, twice, or never. */
  #tell({ reference }: Kept): void {
    const standing = this.#standingOf(reference);
    const times = this.#random() < this.mood.repeatNotification ? 2 : 1;
    for (let left = times; left > 0; left -= 1) {
      if (this.#random() < this.mood.loseNotification) continue;
      this.#timeline.after(this.#delay(), () => this.#send(reference, standing));
    }
  }

  /** Arrives, or finds nobody and is sent again later. */
  #send(reference: string, standing: Standing, tries = 0, letter: object = {}): void {
    this.#untold.add(letter);
    let isTaken = false;
    void this.#tellBackend(this.merchant, reference, standing).then((taken) => {
      isTaken = taken;
      if (taken) this.#untold.delete(letter);
    });
    const afterMs = REPEAT_MS[tries];
    if (afterMs === undefined) {
      this.#untold.delete(letter);
      return;
    }
    this.#timeline.after(PATIENCE_MS, () => {
      if (!isTaken) this.#timeline.after(afterMs, () => this.#send(reference, standing, tries + 1, letter));
    });
  }

  #call<Answer>({ merchant }: Attempt, act: () => Answer): Promise<Answer | Unclear> {
    if (merchant !== this.merchant) this.wrongs.push(`${this.merchant}'s bank was asked about ${merchant}'s order`);
    return new Promise((resolve) => {
      const isSlow = this.#random() < this.mood.quirk;
      const isLost = this.#random() < this.mood.loseRequest;
      if (isSlow) this.#timeline.after(NO_ANSWER_MS * (1 + 3 * this.#random()), act);
      if (isSlow || isLost) this.#timeline.after(NO_ANSWER_MS, () => resolve(UNCLEAR));
      else this.#timeline.after(this.#delay() / 2, () => this.#answer(act(), resolve));
    });
  }

  #answer<Answer>(answer: Answer, resolve: (answer: Answer | Unclear) => void): void {
    const isLost = this.#random() < this.mood.loseAnswer;
    this.#timeline.after(isLost ? NO_ANSWER_MS : this.#delay() / 2, () => resolve(isLost ? UNCLEAR : answer));
  }

  #delay(): number {
    const [least, most] = this.mood.delayMs;
    return least + (most - least) * this.#random();
  }
}

type Unclear = { readonly is: "unclear"; readonly detail: string };
const UNCLEAR: Unclear = { is: "unclear", detail: "no answer" };

const shown = ({ made, ...account }: Kept): Account => ({
  ...account,
  given: made
    .filter(({ stage }) => stage !== "taken-back")
    .map(({ key, amount, stage }) => ({
      ...(key === undefined ? {} : { key }),
      amount,
      isConfirmed: stage === "confirmed",
    })),
});

const paymentOf = ({ amount, reference }: Kept): Payment => ({
  amount,
  fee: rupiah(0),
  transaction: reference,
  paidAt: "2026-01-01T07:00:10+07:00",
  issuer: "gopay",
});

/** No two attempts share a payload: the terminal label carries a part of the reference. */
const uniqueQr = (amount: Rupiah, reference: string): string => qrFor(amount, reference.slice(-12));
