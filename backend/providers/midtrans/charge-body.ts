import { type Attempt, referenceOf } from "../provider.ts";

export const acquirers = ["gopay", "airpay shopee"] as const;
/** Who issues the QR code; any QRIS app can pay it. */
export type Acquirer = (typeof acquirers)[number];

export const paymentTypes = ["qris", "gopay"] as const;
/** `gopay`: the code is GoPay's own QRIS code, and a link opens the wallet on the payer's phone as well. */
export type PaymentType = (typeof paymentTypes)[number];

export type ChargeManner = {
  readonly paymentType: PaymentType;
  readonly acquirer: Acquirer;
  /** The operator's name for where the stands are. */
  readonly site?: string | undefined;
  /** Where the wallet leads the payer back to; for `gopay` only. */
  readonly finishUrl?: string | undefined;
};

const MINUTE_MS = 60_000;
/** Midtrans accepts 20 s, but ends charges reliably, and in batches, from 15 minutes on; earlier ends are ours to make. */
const SHORTEST_MINUTES = 15;
/** docs.midtrans.com/reference/charge-transactions-1: seven days, with Airpay Shopee five. */
const LONGEST_MINUTES: Readonly<Record<Acquirer, number>> = { gopay: 7 * 24 * 60, "airpay shopee": 5 * 24 * 60 };

/**
 * The body of `POST /v2/charge` (docs.midtrans.com/reference/qris, gopay-1, charge-transactions-1). Stand, order and site come
 * back in every notification: as custom fields for the dashboard's columns, as metadata for programs. There are no
 * `customer_details`: nobody at a stand says who pays.
 */
export const chargeBody = (attempt: Attempt, manner: ChargeManner) => ({
  ...methodOf(manner),
  transaction_details: { order_id: referenceOf(attempt), gross_amount: attempt.amount },
  item_details: attempt.items.map(({ product: id, name, price, quantity }) => ({ id, name, price, quantity })),
  custom_expiry: { expiry_duration: minutesFor(attempt.validForMs, manner.acquirer), unit: "minute" },
  custom_field1: attempt.stand,
  custom_field2: attempt.order,
  ...(manner.site === undefined ? {} : { custom_field3: manner.site }),
  metadata: {
    stand: attempt.stand,
    order: attempt.order,
    ...(manner.site === undefined ? {} : { site: manner.site }),
  },
});

function methodOf({ paymentType, acquirer, finishUrl }: ChargeManner) {
  if (paymentType === "qris") return { payment_type: paymentType, qris: { acquirer } };
  const gopay = finishUrl === undefined ? {} : { gopay: { enable_callback: true, callback_url: finishUrl } };
  return { payment_type: paymentType, ...gopay };
}

function minutesFor(validForMs: number, acquirer: Acquirer): number {
  const asked = Math.ceil(validForMs / MINUTE_MS);
  return Math.min(LONGEST_MINUTES[acquirer], Math.max(SHORTEST_MINUTES, asked));
}

/** Midtrans refuses a charge whose items do not add up; so do we, without asking it. */
export const addsUp = (attempt: Attempt): boolean =>
  attempt.items.reduce((sum, item) => sum + item.price * item.quantity, 0) === attempt.amount;
