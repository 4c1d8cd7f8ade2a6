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
  /** Oldest first; those too that the bank refused. */
  readonly refunds: readonly Refund[];
  /** The acquirer's own code, when it denied the charge. */
  readonly denied?: string;
};

export type TransactionEvent =
  /** A wallet pays. `evenWhenDue`: the code's time is over, the scheduler has not come by, and the switch lets it pass. */
  | { readonly type: "paid"; readonly payment: Payment; readonly evenWhenDue: boolean }
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
  const because = FINAL[transaction.standing];
  if (because !== undefined) return { is: "unmoved", because };
  const isDue = transaction.dueMs <= now.ms;
  switch (event.type) {
    case "paid":
      if (isDue && !event.evenWhenDue) return { is: "unmoved", because: "expired" };
      return settled(transaction, event.payment, now);
    case "swept":
      return isDue ? moved(transaction, "expire") : { is: "unmoved", because: "not-due" };
    case "cancelled":
      return moved(transaction, "cancel");
    case "expired":
      return moved(transaction, "expire");
  }
}

const FINAL: Readonly<Record<TransactionStanding, Unmoved | undefined>> = {
  pending: undefined,
  settlement: "already-paid",
  expire: "expired",
  cancel: "cancelled",
  deny: "denied",
  partial_refund: "already-paid",
  refund: "already-paid",
};

const moved = (transaction: Transaction, standing: TransactionStanding): Change => ({
  is: "moved",
  to: { ...transaction, standing },
});

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
