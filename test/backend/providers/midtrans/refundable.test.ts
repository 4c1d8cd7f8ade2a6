import { describe, expect, test } from "vitest";
import { refundable } from "../../../../backend/providers/midtrans/refundable.ts";
import { shopeeOpensInMs } from "../../../../backend/providers/midtrans/shopee-hours.ts";
import type { Payment } from "../../../../backend/providers/provider.ts";
import { rupiah } from "../../../../protocol/rupiah.ts";

const PAID_AT = Date.UTC(2026, 0, 1, 5, 0, 0);
const DAY_MS = 86_400_000;
const payment: Payment = {
  amount: rupiah(12_500),
  fee: rupiah(119),
  transaction: "t",
  paidAt: "2026-01-01T12:00:00+07:00",
};
const ALL = rupiah(12_619);
const onUs: Payment = { ...payment, acquirer: "gopay", isOnUs: true };
const offUs: Payment = { ...payment, acquirer: "gopay", isOnUs: false };
const link: Payment = { ...payment, acquirer: "gopay" };
const shopee: Payment = { ...payment, acquirer: "airpay shopee" };

describe("the window for refunds ends, counted from the payment, after", () => {
  test.each([
    ["45 days for GoPay's own wallet", onUs, 45],
    ["7 days for another wallet or bank", offUs, 7],
    ["45 days for GoPay's link, or when nobody knows whose app it was", link, 45],
    ["365 days for ShopeePay", shopee, 365],
    ["365 days when the acquirer is not known: Midtrans will say no", payment, 365],
    ["365 days when only the way is known", { ...payment, isOnUs: false }, 365],
    ["7 days in any letters", { ...offUs, acquirer: "GoPay" }, 7],
  ] as const)("%s", (_, of, days) => {
    expect(refundable(of, ALL, PAID_AT + days * DAY_MS)).toBeUndefined();
    expect(refundable(of, ALL, PAID_AT + days * DAY_MS + 1)).toMatchObject({ is: "refused", because: "window-over" });
  });

  test("no time at all when the payment's cannot be read", () => {
    expect(refundable({ ...offUs, paidAt: "soon" }, ALL, PAID_AT + 999 * DAY_MS)).toBeUndefined();
  });

  test("and the operator hears when it was paid and what is left to do", () => {
    expect(refundable(offUs, ALL, PAID_AT + 8 * DAY_MS)).toMatchObject({
      detail: "paid 2026-01-01T12:00:00+07:00, and refunded for 7 days only: give it back by hand",
    });
  });
});

describe("the amount", () => {
  test.each([
    [1, undefined],
    [12_500, undefined],
    [12_619, undefined],
    [12_620, "invalid"],
    [0, "invalid"],
  ])("%i of 12500 and a fee of 119: %s", (amount, because) => {
    expect(refundable(onUs, rupiah(amount), PAID_AT)?.because).toBe(because);
  });

  test.each([
    [12_619, undefined],
    [12_618, "invalid"],
    [12_500, "invalid"],
  ])("%i at ShopeePay, which gives back all or nothing: %s", (amount, because) => {
    expect(refundable(shopee, rupiah(amount), PAID_AT)?.because).toBe(because);
  });
});

describe("ShopeePay is closed at night, with a minute to spare on either side", () => {
  const at = (hour: number, minute: number, second = 0) => Date.UTC(2026, 0, 1, hour - 7, minute, second);
  const MINUTE_MS = 60_000;
  const nights: readonly (readonly [string, number, number])[] = [
    ["06:01", at(6, 1), 0],
    ["12:00", at(12, 0), 0],
    ["23:53:59", at(23, 53, 59), 0],
    ["23:54", at(23, 54), 367 * MINUTE_MS],
    ["23:55", at(23, 55), 366 * MINUTE_MS],
    ["00:00", at(24, 0), 361 * MINUTE_MS],
    ["06:00", at(6, 0), MINUTE_MS],
    ["06:00:59", at(6, 0, 59), 1_000],
  ];

  test.each(nights)("%s WIB", (_, now, againMs) => {
    expect(shopeeOpensInMs(now)).toBe(againMs);
    const refusal = refundable(shopee, ALL, now);
    expect(refusal?.because).toBe(againMs === 0 ? undefined : "closed-hours");
    expect(refusal?.againMs).toBe(againMs === 0 ? undefined : againMs);
  });

  test("and GoPay is not", () => {
    expect(refundable(onUs, ALL, at(24, 0))).toBeUndefined();
  });
});
