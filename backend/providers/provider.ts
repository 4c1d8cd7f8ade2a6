import type { OrderId, StandId } from "../../protocol/ids.ts";
import type { Rupiah } from "../../protocol/rupiah.ts";
import type { Item } from "../../protocol/statements.ts";
import type { WallMs } from "../../protocol/time.ts";

declare const merchant: unique symbol;
/** The operator's own name for one account at one provider: small letters, digits and `-`, at most 32. */
export type MerchantId = string & { readonly [merchant]: true };

/** One try to charge one order. A new try has a new number, and with it a new reference: a provider never sees one twice. */
export type Attempt = {
  readonly order: OrderId;
  readonly stand: StandId;
  /** Whose account the money goes to. */
  readonly merchant: MerchantId;
  /** 1 for the first. */
  readonly number: number;
  readonly amount: Rupiah;
  readonly items: readonly Item[];
  /** How long the charge shall stay payable at the provider. */
  readonly validForMs: number;
};

/** The provider's name for an attempt, unique for ever: `<order>-<number>`, at most 30 characters. */
export const referenceOf = (attempt: Pick<Attempt, "order" | "number">): string => `${attempt.order}-${attempt.number}`;

/** The money for an attempt has arrived. `amount` is the ordered part; a fee that the provider put on top goes to `fee`. */
export type Payment = {
  readonly amount: Rupiah;
  readonly fee: Rupiah;
  /** The provider's own id of the transaction. */
  readonly transaction: string;
  /** ISO 8601 with offset, by the provider's clock. */
  readonly paidAt: string;
  readonly issuer?: string;
  /** Who issued the QR code: `gopay`, `airpay shopee`. */
  readonly acquirer?: string;
  /** The payer's app is the acquirer's own. Refunds last longer and arrive sooner then. */
  readonly isOnUs?: boolean;
  /** What the provider calls the payment elsewhere, by its own field names: for a dispute, never for a decision. */
  readonly traces?: Readonly<Record<string, string>>;
};

export type Charge =
  /** `deeplink`: opens the payer's wallet on a phone, where the provider has one. */
  | {
      readonly is: "issued";
      readonly qr: string;
      readonly transaction: string;
      readonly expiresAt?: WallMs;
      readonly deeplink?: string;
    }
  /** `retriable`: a new attempt after a pause may work. `detail` is for the operator. */
  | {
      readonly is: "refused";
      readonly retriable: boolean;
      readonly because: "denied" | "unavailable" | "misconfigured" | "bad-amount";
      readonly detail: string;
    }
  /** It may have reached them: ask `standing` before anything else. */
  | { readonly is: "unclear"; readonly detail: string };

export type Standing =
  | { readonly is: "settled"; readonly payment: Payment }
  | { readonly is: "pending" | "expired" | "cancelled" | "denied"; readonly transaction: string }
  /** Some or all of the money went, or is going, back. `isFull`: all of it. */
  | {
      readonly is: "refunded";
      readonly transaction: string;
      readonly isFull: boolean;
      readonly refunds: readonly RefundMade[];
    }
  /** The provider does not know the attempt. */
  | { readonly is: "unknown" }
  /** No answer, or none that says anything: ask again later. */
  | { readonly is: "unclear"; readonly detail: string };

/** A refund that stands in the provider's books. `key` is missing where somebody made it by hand. */
export type RefundMade = {
  readonly key?: string;
  readonly amount: Rupiah;
  /** The bank has said so too; before that the provider may still take it back. */
  readonly isConfirmed: boolean;
};

/** Money of one paid attempt that shall go back to whoever paid it. */
export type Refund = {
  readonly attempt: Attempt;
  /** The payment it comes from. */
  readonly payment: Payment;
  /** The same however often this refund is tried, and of no other refund. Letters, digits and `-`, at most 36 characters. */
  readonly key: string;
  /** At most what was paid. */
  readonly amount: Rupiah;
  /** For the payer's eyes too; at most 255 characters. */
  readonly reason: string;
};

/** Why a provider gives nothing back. `no-balance`, `closed-hours`: it may, later. */
export type RefundRefusal =
  | "no-balance"
  | "closed-hours"
  | "by-bank"
  | "window-over"
  | "not-activated"
  | "not-refundable"
  | "invalid";

export type Refunded =
  /** In the provider's books; the bank has not confirmed it yet. */
  | { readonly is: "taken" }
  | { readonly is: "confirmed" }
  /** Nothing was given back. `againMs`: a later try may work, not before so many milliseconds. `detail` is for the operator. */
  | {
      readonly is: "refused";
      readonly because: RefundRefusal;
      readonly againMs?: number;
      readonly detail: string;
    }
  /** It may have reached them: the same refund, by the same key, may be tried again. */
  | { readonly is: "unclear"; readonly detail: string };

export type RawRequest = {
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
};

/**
 * What a notification says. `reference` names the attempt. `confirm`: it is signed, yet says more than the signature covers
 * (or does not fit together): ask `standing` instead of believing it. `trial`: genuine, sent to try the address, about no order.
 */
export type Notification =
  | {
      readonly is: "news";
      readonly reference: string;
      readonly standing: Exclude<Standing, { is: "unknown" | "unclear" }>;
    }
  | { readonly is: "confirm"; readonly reference: string; readonly because: string }
  | { readonly is: "trial" }
  | { readonly is: "forged" | "unreadable"; readonly because: string };

/** What became of a notification. `unknown-order`: genuine, but not in these books. `not-recorded`: our own trouble. */
export type Reception = "taken" | "unknown-order" | "forged" | "unreadable" | "not-recorded";
/** `body` is sent as JSON. */
export type Acknowledgement = { readonly status: number; readonly body: object };

/**
 * A company that moves the money. Calls never throw for what a network or a provider can do; they answer `unclear`. Each ends
 * when `signal` says so, at the latest after the provider's own time-out.
 */
export interface PaymentProvider {
  readonly name: string;
  /** True when money shown here is not, or should not be, real. */
  readonly isTest: boolean;
  charge(attempt: Attempt, signal: AbortSignal): Promise<Charge>;
  standing(attempt: Attempt, signal: AbortSignal): Promise<Standing>;
  /** Ends an unpaid charge; answers what the provider says of it afterwards, which may be `settled`. */
  void(attempt: Attempt, signal: AbortSignal): Promise<Standing>;
  /**
   * Gives money back, once for one key however often it is called. Where the provider's first answer leaves it open whether a
   * refund of this key exists, its books are asked before anything is answered.
   */
  refund(refund: Refund, signal: AbortSignal): Promise<Refunded>;
  /** Pure; verifies before it believes; never throws. */
  readNotification(request: RawRequest): Notification;
  /** The HTTP answer that this provider expects to a notification; without it, a plain one. */
  acknowledge?(reception: Reception): Acknowledgement;
}
