import type { OrderId, StandId } from "../../protocol/ids.ts";
import type { Rupiah } from "../../protocol/rupiah.ts";
import type { Item } from "../../protocol/statements.ts";
import type { WallMs } from "../../protocol/time.ts";

/** One try to charge one order. A new try has a new number, and with it a new reference: a provider never sees one twice. */
export type Attempt = {
  readonly order: OrderId;
  readonly stand: StandId;
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
};

export type Charge =
  | { readonly is: "issued"; readonly qr: string; readonly transaction: string; readonly expiresAt?: WallMs }
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
  | { readonly is: "pending" | "expired" | "cancelled" | "denied" | "refunded"; readonly transaction: string }
  /** The provider does not know the attempt. */
  | { readonly is: "unknown" }
  /** No answer, or none that says anything: ask again later. */
  | { readonly is: "unclear"; readonly detail: string };

export type RawRequest = {
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
};

/**
 * What a notification says. `reference` names the attempt. `confirm`: it is signed, yet says more than the signature covers
 * (or does not fit together): ask `standing` instead of believing it.
 */
export type Notification =
  | {
      readonly is: "news";
      readonly reference: string;
      readonly standing: Exclude<Standing, { is: "unknown" | "unclear" }>;
    }
  | { readonly is: "confirm"; readonly reference: string; readonly because: string }
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
  /** Pure; verifies before it believes; never throws. */
  readNotification(request: RawRequest): Notification;
  /** The HTTP answer that this provider expects to a notification; without it, a plain one. */
  acknowledge?(reception: Reception): Acknowledgement;
}
