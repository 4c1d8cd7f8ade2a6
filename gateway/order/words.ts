import type { Step as JournalStep } from "../../journal/journal.ts";
import type { OrderId, ReleaseId } from "../../protocol/ids.ts";
import type { Rupiah } from "../../protocol/rupiah.ts";
import type { Item, RefusalReason, Trouble, UpBody, Voiding, VoidReason } from "../../protocol/statements.ts";
import type { Instant, WallMs } from "../../protocol/time.ts";

/**
 * One sale at one stand: where it stands, what can happen to it, and what it then owes the world. What the customer sees and
 * when the next alarm rings are derived from the state, so that a restart redraws and rearms them.
 */

/** Which contact of ours opens the goods, and for how long it is closed. */
export type Contact = { readonly line: string; readonly pulseMs: number };

/** A controller lets the goods out itself. From the release on it has this long to say how that went. */
export type HandOver = { readonly by: "controller"; readonly windowMs: number };

export type Opening = Contact | HandOver;

export const isHandOver = (opening: Opening): opening is HandOver => "by" in opening;

export type Order = {
  readonly id: OrderId;
  readonly amount: Rupiah;
  readonly items: readonly Item[];
  readonly begunAt: WallMs;
  /** Where the customer sees how it stands; once the backend has named a page. */
  readonly page?: string;
  /** Absent for an order that this stand knows only from the backend, because it lost its journal. */
  readonly opening?: Opening;
  /** What the controller that began it calls it; absent for an order of the menu. */
  readonly reference?: string;
};

export type Settlement = { readonly amount: Rupiah; readonly paidAt: string; readonly issuer?: string };

/** What is common to an order whose money has arrived. `releases`: every release id this order ever had, oldest first. */
export type Paid = { readonly order: Order; readonly paid: Settlement; readonly releases: readonly ReleaseId[] };

export type Ending =
  | { readonly is: "refused"; readonly because: RefusalReason }
  | { readonly is: "voided"; readonly why: VoidReason | Voiding }
  | { readonly is: "remedied"; readonly how: "refunded" | "settled-by-staff" };

export type State =
  | { readonly at: "charging"; readonly order: Order; readonly deadline: Instant }
  | {
      readonly at: "awaiting";
      readonly order: Order;
      readonly qr: string;
      readonly shownAt: Instant;
      readonly deadline: Instant;
    }
  | { readonly at: "closing"; readonly order: Order; readonly why: VoidReason; readonly since: Instant }
  | ({ readonly at: "releasing"; readonly release: ReleaseId; readonly since: Instant } & Paid)
  | ({
      readonly at: "delivered";
      readonly release: ReleaseId;
      readonly confirmed: boolean;
      readonly since: Instant;
    } & Paid)
  | ({ readonly at: "troubled"; readonly because: Trouble; readonly since: Instant } & Paid)
  | { readonly at: "closed"; readonly order: Order; readonly ending: Ending; readonly since: Instant };

/** A state by its name. */
export type At<Name extends State["at"]> = Extract<State, { at: Name }>;

export type Event =
  | { readonly type: "begun"; readonly order: Order }
  | {
      readonly type: "offered";
      readonly qr: string;
      readonly amount: Rupiah;
      readonly validForMs: number;
      readonly page?: string;
    }
  | { readonly type: "refused"; readonly because: RefusalReason }
  | { readonly type: "cancel-pressed" }
  /** A door was opened, or the like: the stand must not release now. */
  | { readonly type: "interlock-tripped" }
  | { readonly type: "deadline" }
  | { readonly type: "rebooted" }
  /** Neither screen nor paper carries the QR. */
  | { readonly type: "not-shown"; readonly because: "no-paper" | "screen-failed" }
  /** `inFront`: no newer order has begun at this stand. */
  | { readonly type: "settled"; readonly order: OrderId; readonly settlement: Settlement; readonly inFront: boolean }
  | { readonly type: "voided"; readonly as: Voiding }
  | { readonly type: "released"; readonly release: ReleaseId; readonly confirmed: boolean }
  /** `words`: a controller's own, for whoever reads the story. */
  | {
      readonly type: "not-released";
      readonly release: ReleaseId;
      readonly because: ReleaseTrouble;
      readonly words?: string;
    }
  /** Staff allowed another release. `opening`: where the goods are now, for an order this stand has forgotten. */
  | { readonly type: "release-ordered"; readonly release: ReleaseId; readonly opening?: Contact }
  | { readonly type: "remedied"; readonly how: "refunded" | "settled-by-staff" };

export type ReleaseTrouble = Extract<Trouble, "release-failed" | "release-unclear" | "not-confirmed">;

export type Effect =
  /** `until`: the stand's patience, told as what is left of it when the statement is sent. */
  | { readonly do: "tell"; readonly body: UpBody; readonly until?: Instant }
  | { readonly do: "print-qr"; readonly order: Order; readonly qr: string; readonly until: Instant }
  | { readonly do: "release"; readonly order: OrderId; readonly release: ReleaseId; readonly opening: Contact }
  | {
      readonly do: "print-receipt";
      readonly order: Order;
      readonly paid: Settlement;
      readonly because?: Trouble;
      readonly until: Instant;
    };

export type Step = JournalStep<State, Effect>;

/** The stand's own rules; part of its configuration. */
export type Rules = {
  /** How long a customer waits for the QR. */
  readonly chargePatienceMs: number;
  /** How long a customer may take to pay; an offer may say less. */
  readonly paymentPatienceMs: number;
  /** After a close, for so long the customer is surely still there; 0 = never. */
  readonly graceMs: number;
  readonly prints: { readonly qr: boolean; readonly receipt: boolean };
};
