import type { Visit } from "./visit.ts";

/** What is known of one order from everybody who had to do with it; nobody is asked about somebody else's part. */
export type OrderTruth = {
  readonly order: string;
  /** Transactions in the provider's books, one an attempt. */
  readonly bank: readonly BankEntry[];
  /** Payments that a customer's phone was told to be made. */
  readonly paidByPhone: number;
  /** How often the contact closed. */
  readonly pulses: number;
  /** The state in the ledger; absent when it does not know the order. */
  readonly ledger: LedgerEntry | undefined;
  /** The state in the stand's journal; absent when the stand does not know it. */
  readonly stand: string | undefined;
  /** How it came about, as far as anybody saw it. */
  readonly story?: Story;
};

/** What happened to an order when, in milliseconds since 1970; absent: it did not. */
export type Story = Steps & {
  /** Of the customer who pressed for it. */
  readonly visit?: Visit;
  /** The contact closed. */
  readonly releasedMs?: number;
};

/** When the ledger had the stand's wish, the provider's answer to the charge, and the money. */
export type Steps = { readonly askedMs?: number; readonly chargedMs?: number; readonly settledMs?: number };

/** `amount` and `back` in rupiah; `back`: what was given back. */
export type BankEntry = {
  readonly reference: string;
  readonly standing: string;
  readonly amount: number;
  readonly back: number;
};

/** `received` in rupiah: all that the ledger knows to have come. `because`: why it is owed. */
export type LedgerEntry = { readonly at: string; readonly received: number; readonly because: string | undefined };

/** What is still under way anywhere: how much of what. Each must be nothing at the end. */
export type Queues = Readonly<Record<string, number>>;
