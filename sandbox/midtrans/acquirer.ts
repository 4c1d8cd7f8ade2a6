import type { Rupiah } from "../../protocol/rupiah.ts";
import type { WallMs } from "../../protocol/time.ts";
import type { GopayOrder, PaymentOption } from "./gopay.ts";

/** Now, on both clocks: `ms` of the steady one decides, `wall` is what Midtrans writes into its answers. */
export type Moment = { readonly ms: number; readonly wall: WallMs };

export const acquirers = ["gopay", "airpay shopee"] as const;
export type AcquirerName = (typeof acquirers)[number];

export const standings = ["pending", "settlement", "expire", "cancel", "deny", "partial_refund", "refund"] as const;
export type TransactionStanding = (typeof standings)[number];

/** What the merchant asked for, read and found good. */
export type ChargeOrder = {
  readonly orderId: string;
  readonly amount: Rupiah;
  readonly acquirer: AcquirerName;
  readonly validForMs: number;
  /** Where this transaction's notifications go. */
  readonly notify: readonly string[];
  readonly metadata?: object;
  /** `custom_field1` to `custom_field3`, as they came. */
  readonly customFields: Readonly<Record<string, string>>;
  /** Asked for as `gopay`; without it, as `qris`. */
  readonly gopay?: GopayOrder;
  /** Made over BI-SNAP, with what is said of it there alone; `orderId` is its `X-EXTERNAL-ID`. */
  readonly snap?: SnapOrder;
};

export type SnapOrder = {
  readonly partnerReference?: string;
  readonly terminal?: string;
  readonly store?: string;
};

/** `on-us`: the customer's wallet belongs to the acquirer itself. */
export const routes = ["on-us", "off-us"] as const;
export type Route = (typeof routes)[number];

export type Payment = {
  readonly issuer: string;
  readonly route: Route;
  /** What the customer's wallet was told to pay, without the fee. */
  readonly amount: Rupiah;
  /** Paid inside GoPay's app, reached by the deeplink, and with what; absent: the code was scanned. */
  readonly option?: PaymentOption;
};

/** What becomes of a payer's money when the charge has ended before it arrived. */
export const lateEnds = ["return", "settle"] as const;
/** A payment that the wallet has made and Midtrans does not know of yet. */
export type Debit = {
  readonly payment: Payment;
  readonly at: WallMs;
  readonly ifEnded: (typeof lateEnds)[number];
  /** The wallet has given it back by itself: the charge had ended. */
  readonly returnedAt?: WallMs;
};

/** Money on its way back to whoever paid, from the moment it is in the books. */
export type Refund = {
  /** Midtrans' own number, `refund_chargeback_id`. */
  readonly number: number;
  readonly key: string;
  readonly amount: Rupiah;
  readonly reason: string;
  readonly madeAt: WallMs;
  /** What the payer's bank has said to it. Refused: the money stays where it is. */
  readonly bank: { readonly says: "nothing" } | { readonly says: "yes" | "no"; readonly at: WallMs };
};

export type Transaction = Omit<ChargeOrder, "validForMs"> & {
  readonly id: string;
  /** Put on top of the amount by the dashboard's fee imposition. */
  readonly fee: Rupiah;
  readonly qr: string;
  readonly madeAt: WallMs;
  /** As announced; `dueMs` is the same on the steady clock. */
  readonly expiresAt: WallMs;
  readonly dueMs: number;
  readonly standing: TransactionStanding;
  /** `ms`: when it was paid on the steady clock. */
  readonly payment?: Payment & { readonly at: WallMs; readonly ms: number };
  /** Before there is a payment, and kept beside it. */
  readonly debit?: Debit;
  /** Oldest first; those too that the bank refused. */
  readonly refunds: readonly Refund[];
  /** The acquirer's own code, when it denied the charge. */
  readonly denied?: string;
};

export type TransactionEvent =
  /** A wallet pays. `evenWhenDue`: the code's time is over, the scheduler has not come by, and the switch lets it pass. */
  | { readonly type: "paid"; readonly payment: Payment; readonly evenWhenDue: boolean }
  /** The same wallet pays, and for now nobody here hears of it. */
  | {
      readonly type: "debited";
      readonly payment: Payment;
      readonly evenWhenDue: boolean;
      readonly ifEnded: Debit["ifEnded"];
    }
  /** What was debited is heard of. */
  | { readonly type: "arrived" }
  | { readonly type: "cancelled" }
  | { readonly type: "expired" }
  /** The expiry scheduler comes by. */
  | { readonly type: "swept" }
  /** The money turns up whatever was said before. */
  | { readonly type: "settled-late"; readonly payment: Payment };

export type Unmoved = "already-paid" | "expired" | "cancelled" | "denied" | "not-due";

export type Change =
  | { readonly is: "moved"; readonly to: Transaction }
  | { readonly is: "unmoved"; readonly because: Unmoved };

/** One transaction's life, total: every event has an answer in every standing. Only `pending` can be moved, except late. */
export function step(transaction: Transaction, event: TransactionEvent, now: Moment): Change {
  if (event.type === "settled-late") return settleLate(transaction, event.payment, now);
  if (event.type === "arrived") return arrive(transaction, now);
  const because = FINAL[transaction.standing];
  if (because !== undefined) return { is: "unmoved", because };
  const isDue = transaction.dueMs <= now.ms;
  switch (event.type) {
    case "paid":
    case "debited":
      if (transaction.debit !== undefined) return { is: "unmoved", because: "already-paid" };
      if (isDue && !event.evenWhenDue) return { is: "unmoved", because: "expired" };
      return event.type === "paid" ? settled(transaction, event.payment, now) : debited(transaction, event, now);
    case "swept":
      return isDue ? ended(transaction, "expire", now) : { is: "unmoved", because: "not-due" };
    case "cancelled":
      return ended(transaction, "cancel", now);
    case "expired":
      return ended(transaction, "expire", now);
  }
}

/** Why nothing moves a transaction in this standing any more; `undefined`: something may. */
export const FINAL: Readonly<Record<TransactionStanding, Exclude<Unmoved, "not-due"> | undefined>> = {
  pending: undefined,
  settlement: "already-paid",
  expire: "expired",
  cancel: "cancelled",
  deny: "denied",
  partial_refund: "already-paid",
  refund: "already-paid",
};

const debited = (
  transaction: Transaction,
  { payment, ifEnded }: Pick<Debit, "payment" | "ifEnded">,
  now: Moment,
): Change => ({ is: "moved", to: { ...transaction, debit: { payment, ifEnded, at: now.wall } } });

/** Money that is still on its way to a charge that ends goes back by itself, unless it shall settle all the same. */
function ended(transaction: Transaction, standing: "expire" | "cancel", now: Moment): Change {
  const { debit } = transaction;
  const to = { ...transaction, standing };
  if (debit?.ifEnded !== "return") return { is: "moved", to };
  return { is: "moved", to: { ...to, debit: { ...debit, returnedAt: now.wall } } };
}

function arrive(transaction: Transaction, now: Moment): Change {
  const { debit, standing } = transaction;
  const because = FINAL[standing];
  const isOver = because !== undefined && debit?.ifEnded !== "settle";
  if (debit === undefined || because === "already-paid" || isOver) {
    return { is: "unmoved", because: because ?? "not-due" };
  }
  return settled(transaction, debit.payment, now);
}

const settled = (transaction: Transaction, payment: Payment, now: Moment): Change => ({
  is: "moved",
  to: { ...transaction, standing: "settlement", payment: { ...payment, at: now.wall, ms: now.ms } },
});

const settleLate = (transaction: Transaction, payment: Payment, now: Moment): Change =>
  FINAL[transaction.standing] === "already-paid"
    ? { is: "unmoved", because: "already-paid" }
    : settled(transaction, payment, now);

/** While this holds, Midtrans refuses another charge under the same order id. */
export const holdsOrderId = ({ standing }: Transaction): boolean =>
  standing === "pending" || FINAL[standing] === "already-paid";

/** `payment_type`: a charge asked for as `gopay` becomes `qris` when its code is scanned. */
export const paymentTypeOf = ({ gopay, payment }: Transaction): "qris" | "gopay" =>
  gopay === undefined || (payment !== undefined && payment.option === undefined) ? "qris" : "gopay";

/** What Midtrans writes as `gross_amount` once the fee is on it. */
export const grossOf = (transaction: Transaction): number =>
  (transaction.payment?.amount ?? transaction.amount) + transaction.fee;
