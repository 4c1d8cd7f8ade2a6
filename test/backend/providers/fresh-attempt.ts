import { ONLY_MERCHANT } from "../../../backend/merchants/merchants.ts";
import type { Attempt } from "../../../backend/providers/provider.ts";
import { utcClock } from "../../../host/clock.ts";
import { newOrderId, type StandId } from "../../../protocol/ids.ts";
import { rupiah } from "../../../protocol/rupiah.ts";

export const AMOUNT = rupiah(12_500);

/** A fresh order's attempt. Orders are new in every run, because a company's sandbox may remember earlier ones. */
export function freshAttempt(number = 1): Attempt {
  const order = newOrderId(utcClock().wall(), Math.random);
  const items = [{ product: "water", name: "Air mineral", price: AMOUNT, quantity: 1 }];
  return {
    order,
    stand: "kemang-01" as StandId,
    merchant: ONLY_MERCHANT,
    number,
    amount: AMOUNT,
    items,
    validForMs: 120_000,
  };
}
