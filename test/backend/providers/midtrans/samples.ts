import { readFileSync } from "node:fs";
import { ONLY_MERCHANT } from "../../../../backend/merchants/merchants.ts";
import type { Attempt, Refund } from "../../../../backend/providers/provider.ts";
import { Secret } from "../../../../host/secret.ts";
import type { OrderId, StandId } from "../../../../protocol/ids.ts";
import { rupiah } from "../../../../protocol/rupiah.ts";

export const SERVER_KEY = new Secret("SB-Mid-server-for-these-tests");
export const ORDER = "01JD0K3V5W8X9YZABCDEFGHJKM" as OrderId;
export const REFERENCE = `${ORDER}-2`;

export const attempt: Attempt = {
  order: ORDER,
  stand: "kemang-01" as StandId,
  merchant: ONLY_MERCHANT,
  number: 2,
  amount: rupiah(17_000),
  items: [
    { product: "water", name: "Air mineral", price: rupiah(5_000), quantity: 2 },
    { product: "tea", name: "Teh botol", price: rupiah(7_000), quantity: 1 },
  ],
  validForMs: 120_000,
};

export type Json = Readonly<Record<string, unknown>>;

/**
 * Requests, answers and notifications as Midtrans' documentation prints them; `charge-deny-900` prints a part only, its code is
 * added. What its later pages print for card payments (refunds, cancel) has their fields and words, and a QRIS payment's values.
 */
export function fixture(name: string): Json {
  return JSON.parse(readFileSync(new URL(`../fixtures/midtrans/${name}.json`, import.meta.url), "utf8"));
}

/** The documented answers, made to speak of `attempt`. */
export const charged: Json = { ...fixture("charge-qris-2021"), order_id: REFERENCE, gross_amount: "17000.00" };
export const settled: Json = {
  ...fixture("notification-qris-settlement-2021"),
  order_id: REFERENCE,
  gross_amount: "17000.00",
};
export const TRANSACTION = "1015a919-b03f-450a-bc85-b38202a79a96";

export const without = (json: Json, ...fields: readonly string[]): Json =>
  Object.fromEntries(Object.entries(json).filter(([name]) => !fields.includes(name)));

/** All of the settled attempt's money goes back. */
export const refund: Refund = {
  attempt,
  payment: {
    amount: rupiah(17_000),
    fee: rupiah(0),
    transaction: TRANSACTION,
    paidAt: "2026-01-01T06:46:00+07:00",
    acquirer: "gopay",
    isOnUs: true,
  },
  key: `${REFERENCE}-r1`,
  amount: rupiah(17_000),
  reason: "Barang tidak keluar / not delivered",
};

/** A minute before the tests' clock begins. */
export const paid: Json = { ...settled, settlement_time: "2026-01-01 06:59:00" };
/** The documented answer to a refund, made to speak of `refund`. */
export const refunded: Json = {
  ...fixture("direct-refund-2025"),
  order_id: REFERENCE,
  gross_amount: "17000.00",
  refund_amount: "17000.00",
  refund_key: refund.key,
};
/** The books afterwards. */
export const booked = (entry: Json = {}, rest: Json = {}): Json => ({
  ...paid,
  transaction_status: "refund",
  refund_amount: "17000.00",
  refunds: [{ refund_chargeback_id: 1, refund_amount: "17000.00", refund_key: refund.key, ...entry }],
  ...rest,
});
