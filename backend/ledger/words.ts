import type { DueEffect, Step as JournalStep } from "../../journal/journal.ts";
import type { OrderId, ReleaseId, StandId } from "../../protocol/ids.ts";
import type { Rupiah } from "../../protocol/rupiah.ts";
import type {
  DownBody,
  Item,
  openStages,
  RefusalReason,
  Trouble,
  Voiding,
  VoidReason,
} from "../../protocol/statements.ts";
import type { Instant } from "../../protocol/time.ts";
import type {
  Attempt,
  Charge,
  MerchantId,
  Payment,
  Refund,
  Refunded,
  RefundRefusal,
  Standing,
} from "../providers/provider.ts";

/**
 * One order as the backend knows it: what the stand asked, what the provider said of the money, what the stand said of the
 * goods. Pure and total. Only the provider's word makes an order paid; only the stand's word makes it delivered.
 */

export type Sale = {
  readonly order: OrderId;
  readonly stand: StandId;
  readonly merchant: MerchantId;
  readonly amount: Rupiah;
  readonly items: readonly Item[];
};

/** Money that came, and by which attempt. */
export type Receipt = { readonly attempt: number; readonly payment: Payment };

/**
 * Why a paid order waits for a person. `no-word`: the stand never said what became of the goods. `goodwill`: they are out, and
 * money was promised back all the same.
 */
export type OwedReason = Trouble | "paid-twice" | "no-word" | "goodwill";

/**
 * One refund. `asked`: the provider has not clearly answered yet. `taken`: in its books, not confirmed by the bank. `stuck`:
 * nobody knows how it ended, so only the same refund, by the same key, may be tried again.
 */
export type Back = {
  readonly attempt: number;
  readonly key: string;
  readonly amount: Rupiah;
  readonly stage: "asked" | "taken" | "confirmed" | "refused" | "stuck";
  /** Answers since it came to this stage; the pauses grow with them. */
  readonly tries: number;
  /** It was in the provider's books and then was not, and has been asked for anew. */
  readonly isRenewed?: true;
  /** Of what is `refused` or `stuck`. */
  readonly because?: RefundRefusal | "unanswered" | "unconfirmed";
  /** The provider's words, for the operator. */
  readonly detail?: string;
};

/**
 * `asked`: the provider was asked to charge. `checking`: its answer was lost, its standing was asked for. `clearing`: a charge
 * without a QR is being ended, before the next attempt.
 */
type Phase = "asked" | "checking" | "clearing";

export type State =
  /** Its void came before, or without, its charge. */
  | { readonly at: "forestalled"; readonly order: OrderId; readonly stand: StandId }
  | {
      readonly at: "charging";
      readonly sale: Sale;
      readonly attempt: number;
      readonly phase: Phase;
      readonly until: Instant;
    }
  | {
      readonly at: "payable";
      readonly sale: Sale;
      readonly attempt: number;
      readonly qr: string;
      /** The provider's own id of the charge. */
      readonly transaction?: string;
      readonly deeplink?: string;
      readonly until: Instant;
      /** Status queries so far; they slow down with age. */
      readonly asks: number;
    }
  | {
      readonly at: "voiding";
      readonly sale: Sale;
      readonly attempt: number;
      readonly phase: Phase;
      readonly transaction?: string;
      readonly asks: number;
    }
  | {
      readonly at: "voided";
      readonly sale: Sale;
      readonly attempt: number;
      readonly transaction?: string;
      readonly as: Voiding;
    }
  | { readonly at: "refused"; readonly sale: Sale; readonly attempt: number; readonly because: RefusalReason }
  | { readonly at: "paid"; readonly sale: Sale; readonly receipts: readonly Receipt[] }
  | {
      readonly at: "delivered";
      readonly sale: Sale;
      readonly receipts: readonly Receipt[];
      readonly release: ReleaseId;
      /** Refunds that came to nothing before; their names are used up. */
      readonly backs?: readonly Back[];
    }
  | {
      readonly at: "owed";
      readonly sale: Sale;
      readonly receipts: readonly Receipt[];
      readonly because: OwedReason;
      /** The goods are out, or were made good, all the same: only money is owed. */
      readonly delivered: boolean;
      /** Releases that were ordered after the first. */
      readonly releases: readonly ReleaseId[];
      /** The last of them has no answer yet. */
      readonly isReleasing: boolean;
      readonly backs: readonly Back[];
    }
  | {
      readonly at: "refunding";
      readonly sale: Sale;
      readonly receipts: readonly Receipt[];
      readonly because: OwedReason;
      readonly delivered: boolean;
      readonly releases: readonly ReleaseId[];
      /** Every refund of this order so far. */
      readonly backs: readonly Back[];
      /** The keys of those that are under way now. */
      readonly round: readonly string[];
      readonly by: string;
    }
  | {
      readonly at: "remedied";
      readonly sale: Sale;
      readonly receipts: readonly Receipt[];
      readonly how: Remedy;
      readonly by: string;
      readonly backs: readonly Back[];
    };

/** How news was learnt: the provider told it by itself, or answered. */
export type Via = "notification" | "answer";

/** Why a sale goes no further than the backend. */
export type TurnedAway = { readonly because: "busy" | "bad-amount"; readonly retryAfterMs?: number };

export type Remedy = "refunded" | "settled-by-staff";
export type OpenStage = (typeof openStages)[number] | "unlisted";

/** What a stand said; `stand` is whose seal was on it. */
export type StandEvent =
  | {
      readonly type: "asked";
      readonly stand: StandId;
      readonly sale: Sale;
      readonly patienceMs: number;
      /** The backend's own limits forbid this charge. */
      readonly turnedAway?: TurnedAway;
    }
  | { readonly type: "void-asked"; readonly stand: StandId; readonly order: OrderId; readonly why: VoidReason }
  | { readonly type: "delivered"; readonly stand: StandId; readonly release: ReleaseId; readonly confirmed: boolean }
  | { readonly type: "not-delivered"; readonly stand: StandId; readonly because: Trouble }
  /** The stand connected and says where the order is with it; `unlisted`: the stand has lost it. */
  | { readonly type: "synced"; readonly stand: StandId; readonly stage: OpenStage };

export type Event =
  | StandEvent
  | { readonly type: "charged"; readonly attempt: number; readonly charge: Charge }
  /**
   * A standing at the provider, however it was learnt. Notifications come late and out of order; answers do not. `isAside`: to a
   * question that is none of those by which a refund is followed up.
   */
  | {
      readonly type: "news";
      readonly attempt: number;
      readonly standing: Standing;
      readonly via: Via;
      readonly isAside?: true;
    }
  /** A notification that must not be believed as it is: the provider is asked. */
  | { readonly type: "hinted"; readonly attempt: number }
  /** The stand should long have ended this order; perhaps it is gone. */
  | { readonly type: "lapsed" }
  /** Staff decided. */
  | { readonly type: "release-ordered"; readonly release: ReleaseId; readonly by: string; readonly why: string }
  | { readonly type: "remedied"; readonly how: Remedy; readonly by: string; readonly why: string }
  /** Staff wants this much given back; without an amount, all that the order owes. */
  | { readonly type: "refund-ordered"; readonly amount?: Rupiah; readonly by: string; readonly why: string }
  | { readonly type: "refund-answered"; readonly key: string; readonly answer: Refunded };

/** What staff decides. */
export type Decision = Of<"release-ordered" | "remedied" | "refund-ordered">;

export type Alarm =
  | "bad-qr"
  | "paid-after-void"
  | "paid-twice"
  | "refunded-elsewhere"
  | "refund-failed"
  | "owed"
  | "contradiction";

/** `said`: by the provider. */
export type RefundFailed = {
  readonly key: string;
  readonly because: NonNullable<Back["because"]>;
  readonly said: string;
};

/** What an alarm says beside its order. Whoever reads it has the words, in a person's tongue. */
export type AlarmDetail =
  | { readonly is: "qr-refused" }
  /** Another attempt had been paid before. */
  | { readonly is: "paid-as-well"; readonly attempt: number }
  | { readonly is: "paid-while"; readonly attempt: number; readonly at: State["at"] }
  /** These books know of no charge. */
  | { readonly is: "paid-uncharged"; readonly attempt: number }
  /** The provider's name for the payment. */
  | { readonly is: "given-back"; readonly transaction: string }
  | { readonly is: "delivered-after-remedy" | "delivered-and-given-back" | "delivered-while-refunding" }
  /** By the provider's books, refused or not. */
  | { readonly is: "refund-made-all-the-same"; readonly key: string }
  | { readonly is: "refunds-failed"; readonly refunds: readonly RefundFailed[] }
  | { readonly is: "owed"; readonly because: OwedReason };

export type Effect =
  | { readonly do: "tell"; readonly to: StandId; readonly body: DownBody; readonly until?: Instant }
  | { readonly do: "charge"; readonly attempt: Attempt }
  | { readonly do: "ask"; readonly attempt: Attempt; readonly isRecheck?: true; readonly isAside?: true }
  | { readonly do: "refund"; readonly refund: Refund }
  | { readonly do: "void"; readonly attempt: Attempt }
  | { readonly do: "lapse" }
  /** A text: as it lies in journals of older programs, in English. */
  | { readonly do: "alarm"; readonly alarm: Alarm; readonly detail: AlarmDetail | string };

export type Effects = readonly DueEffect<Effect>[];
export type Step = JournalStep<State, Effect>;

/** Why staff's word on an order is not taken: `code` of a step that ignores it. */
export const objections = [
  "release-under-way",
  "going-back",
  "dealt-with",
  "nothing-left",
  "too-much",
  "refund-unclear",
  "not-owed",
  "not-owed-goods",
  "no-goods",
  "money-back",
] as const;
export type Objection = (typeof objections)[number];

/** What happens by itself with a paid order that was not delivered. `deliver`: one more release, where that is safe. */
export type Policy = "hold" | "refund" | "deliver";
export type Policies = {
  /** The money came when the sale was over, came twice, or was too little. */
  readonly late: Policy;
  /** The goods did not come out, or nobody knows. */
  readonly failed: Policy;
};

/** The backend's own rules; part of its configuration. */
export type Terms = {
  /** How long a customer may pay, as told to the stand. */
  readonly payableMs: number;
  /** Pauses before the second, third, … attempt of an order; their number bounds the attempts. */
  readonly retryPausesMs: readonly number[];
  /** First status query this long after an offer; the provider wants none closer than 10 s. */
  readonly firstAskMs: number;
  readonly slowestAskMs: number;
  /** How long after a payable order should have ended the backend ends it itself. */
  readonly lapseMs: number;
  /** Pauses before a refund that may work later is tried again; less than seven days together. */
  readonly refundPausesMs: readonly number[];
  /** The stand's. */
  readonly policies: Policies;
};

export type At<Name extends State["at"]> = Extract<State, { at: Name }>;
export type Of<Type extends Event["type"]> = Extract<Event, { type: Type }>;
/** Nobody has paid yet, as far as anybody knows. */
export type Unpaid = At<"charging" | "payable" | "voiding" | "voided" | "refused">;
export type PaidFor = At<"paid" | "delivered" | "owed" | "refunding" | "remedied">;

const finished: readonly State["at"][] = ["forestalled", "voided", "refused", "delivered", "remedied"];
/** Nothing more is expected; a contradiction may still open it again. */
export const isFinished = (state: State): boolean => finished.includes(state.at);

export const standOf = (state: State): StandId => (state.at === "forestalled" ? state.stand : state.sale.stand);
export const orderOf = (state: State): OrderId => (state.at === "forestalled" ? state.order : state.sale.order);
