import type { MerchantId, PaymentProvider } from "../../backend/providers/provider.ts";
import type { Account, Bank, BankMood, Given, Process } from "./bank.ts";
import { RefundCalls } from "./refund-calls.ts";

/** Every merchant's bank. Which of them an order's money went to is the backend's to know; here all of them are asked. */
export class Banks {
  readonly #banks: readonly Bank[];
  readonly refunds: RefundCalls;
  /** Orders whose money somebody gave back, or some of it, without asking the backend. */
  readonly givenByHand = new Set<string>();

  constructor(banks: readonly Bank[]) {
    this.#banks = banks;
    this.refunds = new RefundCalls((reference) => this.#paidBy(reference));
  }

  /** As a backend's process finds them, each through `seen`. */
  open(
    process: Process,
    seen: (provider: PaymentProvider) => PaymentProvider,
  ): ReadonlyMap<MerchantId, PaymentProvider> {
    return new Map(this.#banks.map((bank) => [bank.merchant, seen(this.refunds.watched(bank.open(process)))]));
  }

  set mood(mood: BankMood) {
    for (const bank of this.#banks) bank.mood = mood;
  }

  pay(qr: string): boolean {
    return this.#banks.some((bank) => bank.pay(qr));
  }

  settleAfterAll(reference: string): boolean {
    return this.#banks.some((bank) => bank.settleAfterAll(reference));
  }

  giveByHand(reference: string): void {
    if (this.#banks.some((bank) => bank.giveByHand(reference))) this.givenByHand.add(reference.slice(0, 26));
  }

  statusOf(qr: string): Account["status"] | undefined {
    return this.#first((bank) => bank.byQr(qr))?.status;
  }

  /** How much has been paid for the order over all its attempts, in rupiah, and by how many. */
  paidFor(order: string): { readonly amount: number; readonly times: number } {
    const settled = this.#of(order).filter(({ status }) => status === "settled");
    return { amount: settled.reduce((sum, { amount }) => sum + amount, 0), times: settled.length };
  }

  /** Every refund of the order that is in the books, confirmed or not. */
  refundedFor(order: string): { readonly amount: number; readonly given: readonly Given[] } {
    const given = this.#of(order).flatMap((account) => account.given);
    return { amount: given.reduce((sum, { amount }) => sum + amount, 0), given };
  }

  payableFor(order: string): number {
    return this.#of(order).filter(({ status }) => status === "pending").length;
  }

  get references(): readonly string[] {
    return this.#banks.flatMap(({ references }) => references);
  }

  /** So many of every bank's. */
  latest(count: number): readonly string[] {
    return this.#banks.flatMap(({ references }) => references.slice(-count));
  }

  /** A notification is on its way, or will come again. */
  get isTelling(): boolean {
    return this.#banks.some(({ untold }) => untold > 0);
  }

  close(): void {
    for (const bank of this.#banks) bank.close();
  }

  get wrongs(): readonly string[] {
    return [...this.#banks.flatMap(({ wrongs }) => wrongs), ...this.refunds.wrongs];
  }

  #of(order: string): readonly Account[] {
    return this.#banks.flatMap((bank) => bank.of(order));
  }

  #paidBy(reference: string): number {
    const [order = ""] = reference.split("-");
    const account = this.#of(order).find((each) => each.reference === reference);
    return account?.status === "settled" ? account.amount : 0;
  }

  #first<Found>(look: (bank: Bank) => Found | undefined): Found | undefined {
    for (const bank of this.#banks) {
      const found = look(bank);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
