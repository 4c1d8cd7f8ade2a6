import { type Rupiah, rupiah, showRupiah } from "../../../protocol/rupiah.ts";
import type { WallMs } from "../../../protocol/time.ts";
import type { Payment, Refunded } from "../provider.ts";
import { shopeeOpensInMs } from "./shopee-hours.ts";

export type Refusal = Extract<Refunded, { is: "refused" }>;

const DAY_MS = 86_400_000;

/**
 * Whether Midtrans' published rules let so much of a payment go back now; `undefined`: they do, or nobody knows before Midtrans
 * is asked (docs.midtrans.com/reference/refund-transaction). `amount` is counted against all that the payer gave, an imposed
 * fee included.
 */
export function refundable(payment: Payment, amount: Rupiah, now: WallMs): Refusal | undefined {
  return badAmount(payment, amount) ?? tooLate(payment, now) ?? atNight(payment, now);
}

function badAmount(payment: Payment, amount: Rupiah): Refusal | undefined {
  const paid = rupiah(payment.amount + payment.fee);
  if (amount < 1) return refusal("invalid", "a refund of nothing: name an amount");
  if (amount > paid) return refusal("invalid", `${showRupiah(amount)} of a payment of ${showRupiah(paid)}: name less`);
  if (isShopee(payment) && amount < paid) {
    const all = showRupiah(paid);
    return refusal(
      "invalid",
      `ShopeePay gives back all of a payment or nothing: refund ${all}, or give a part by hand`,
    );
  }
  return undefined;
}

function tooLate(payment: Payment, now: WallMs): Refusal | undefined {
  const days = windowOf(payment);
  const paidAt = Date.parse(payment.paidAt);
  // A time that cannot be read is no reason to refuse: Midtrans knows better.
  if (Number.isNaN(paidAt) || now - paidAt <= days * DAY_MS) return undefined;
  return refusal("window-over", `paid ${payment.paidAt}, and refunded for ${days} days only: give it back by hand`);
}

/** In days from the payment. What is not known of it counts as what lasts longer: Midtrans then says no itself. */
function windowOf(payment: Payment): number {
  if (payment.acquirer?.toLowerCase() !== "gopay") return 365;
  return payment.isOnUs === false ? 7 : 45;
}

function atNight(payment: Payment, now: WallMs): Refusal | undefined {
  const againMs = isShopee(payment) ? shopeeOpensInMs(now) : 0;
  if (againMs === 0) return undefined;
  return { ...refusal("closed-hours", "ShopeePay refunds nothing from 23:55 to 06:00 WIB"), againMs };
}

const isShopee = ({ acquirer = "" }: Payment): boolean => /shopee/i.test(acquirer);

const refusal = (because: Refusal["because"], detail: string): Refusal => ({ is: "refused", because, detail });
