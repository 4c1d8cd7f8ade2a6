import { type Attempt, referenceOf } from "../provider.ts";

export const acquirers = ["gopay", "airpay shopee"] as const;
/** Who issues the QR code; any QRIS app can pay it. */
export type Acquirer = (typeof acquirers)[number];

const MINUTE_MS = 60_000;
/** Midtrans accepts 20 s, but ends charges reliably, and in batches, from 15 minutes on; earlier ends are ours to make. */
const SHORTEST_MINUTES = 15;
/** docs.midtrans.com/reference/charge-transactions-1: seven days, with Airpay Shopee five. */
const LONGEST_MINUTES: Readonly<Record<Acquirer, number>> = { gopay: 7 * 24 * 60, "airpay shopee": 5 * 24 * 60 };

/** The body of `POST /v2/charge` (docs.midtrans.com/reference/qris). Stand, order and site come back in every notification. */
export const chargeBody = (attempt: Attempt, acquirer: Acquirer, site: string | undefined) => ({
  payment_type: "qris",
  transaction_details: { order_id: referenceOf(attempt), gross_amount: attempt.amount },
  item_details: attempt.items.map(({ product: id, name, price, quantity }) => ({ id, name, price, quantity })),
  qris: { acquirer },
  custom_expiry: { expiry_duration: minutesFor(attempt.validForMs, acquirer), unit: "minute" },
  custom_field1: attempt.stand,
  custom_field2: attempt.order,
  ...(site === undefined ? {} : { custom_field3: site }),
});

function minutesFor(validForMs: number, acquirer: Acquirer): number {
  const asked = Math.ceil(validForMs / MINUTE_MS);
  return Math.min(LONGEST_MINUTES[acquirer], Math.max(SHORTEST_MINUTES, asked));
}

/** Midtrans refuses a charge whose items do not add up; so do we, without asking it. */
export const addsUp = (attempt: Attempt): boolean =>
  attempt.items.reduce((sum, item) => sum + item.price * item.quantity, 0) === attempt.amount;
