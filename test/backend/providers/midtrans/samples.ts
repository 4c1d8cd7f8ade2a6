import { readFileSync } from "node:fs";
import { ONLY_MERCHANT } from "../../../../backend/merchants.ts";
import type { Attempt } from "../../../../backend/providers/provider.ts";
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

/** Answers and notifications as Midtrans' documentation prints them; `charge-deny-900` prints a part only, its code is added. */
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
