import type { MerchantId, PaymentProvider, Standing } from "../../backend/providers/provider.ts";
import type { HttpRequest } from "../../host/http.ts";
import type { Log } from "../../host/log.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Life } from "./mortal.ts";

/** What can go wrong between the backend and a bank; chances from 0 to 1, moments in milliseconds of the world. */
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
  /** Something is unusual, and allowed: a code as a picture, a token that is not good any more, an error page, a slow wallet, a request that arrives when nobody waits for its answer. */
  readonly quirk: number;
  readonly refunds: RefundMood;
};

export type RefundMood = {
  /** The payer's bank does not take the money back. */
  readonly refuse: number;
  /** Until then the merchant's account holds too little. */
  readonly poorUntilMs: number;
  /** Until then nobody gives money back, as Shopee at night. */
  readonly closedUntilMs: number;
  /** How long after it is in the books the payer's bank confirms a refund. */
  readonly confirmMs: readonly [least: number, most: number];
  /** The payer's bank never says a word. */
  readonly neverConfirm: number;
  /** Instead of confirming, the payer's bank sends the money back, and nobody is told. */
  readonly takeBack: number;
};

export const calm: BankMood = {
  delayMs: [50, 200],
  loseAnswer: 0,
  loseRequest: 0,
  deny: 0,
  loseNotification: 0,
  repeatNotification: 0,
  spoilQr: 0,
  quirk: 0,
  refunds: {
    refuse: 0,
    poorUntilMs: 0,
    closedUntilMs: 0,
    confirmMs: [2_000, 40_000],
    neverConfirm: 0,
    takeBack: 0,
  },
};

/** A refund that is in the bank's books; one that was taken back is in them no more. `key`: absent when it was made by hand. */
export type Given = { readonly key?: string; readonly amount: number; readonly isConfirmed: boolean };

/** One charge, as the bank itself has it. */
export type Account = {
  readonly reference: string;
  readonly qr: string;
  /** What was paid, or would be; in rupiah. */
  readonly amount: number;
  readonly status: "pending" | "settled" | "cancelled" | "expired";
  readonly given: readonly Given[];
};

/** Who hears what a bank says by itself; true once it is on the backend's disk. */
export type Listener = (merchant: MerchantId, reference: string, standing: Standing) => Promise<boolean>;
/** The same over HTTP: the status of the answer, or nothing when nobody is there. */
export type Receiver = (merchant: MerchantId, request: HttpRequest) => Promise<number | undefined>;

/** A backend's process, from outside. */
export type Process = { readonly clock: Clock; readonly life: Life; readonly log: Log };

/** One merchant's bank: its word is what every invariant is held to. It lives as long as the world. */
export interface Bank {
  readonly merchant: MerchantId;
  mood: BankMood;
  /** As a backend's process talks to it. */
  open(process: Process): PaymentProvider;
  /** A customer scans what they see; false when it cannot be paid. */
  pay(qr: string): boolean;
  /** The contradiction: money after the end. */
  settleAfterAll(reference: string): boolean;
  /** Somebody gives back all, or a part, of what is left of a payment at the bank's own counter. */
  giveByHand(reference: string): boolean;
  byQr(qr: string): Account | undefined;
  /** All attempts of an order. */
  of(order: string): readonly Account[];
  readonly references: readonly string[];
  /** Notifications that found nobody, and come again. */
  readonly untold: number;
  /** What a backend must never ask of a bank, as it was asked. */
  readonly wrongs: readonly string[];
  close(): void;
}
