import { z } from "zod";
import type { Rupiah } from "../../protocol/rupiah.ts";
import { isCallback } from "./gopay.ts";
import type { RefundTerms } from "./refund-rules.ts";

const rupiahOrNone = z.int().min(0).max(1_000_000_000_000).nullable();
const DAY_MS = 86_400_000;
const length = z
  .int()
  .min(0)
  .max(30 * DAY_MS)
  .nullable();

const address = z.url({ protocol: /^https?$/ }).nullable();

/** What a merchant, or Midtrans' support for it, sets in the dashboard. Lengths of time are divided by the speed. */
export const dashboardSchema = z.strictObject({
  /** Refunds are activated. The real service leaves them off for stands until it is asked. */
  refunds: z.boolean(),
  /** What can be paid out of the merchant's account, in rupiah; `null`: more than is ever asked for. */
  payable_balance: rupiahOrNone,
  /** ShopeePay gives nothing back between 23:55 and 06:00. */
  night_rest: z.boolean(),
  /** How long the payer's bank takes to confirm a refund; `null`: for ever. */
  confirm_on_us_ms: length,
  confirm_off_us_ms: length,
  /** Where GoPay's app sends payers back to whose charge enables it and names no address; `null`: nowhere. */
  callback_url: z.string().refine(isCallback, "must be an address like https://shop.example/done").nullable(),
  /** Where notifications go to. */
  notification_url: address,
  /** The same for BI-SNAP, which adds `/v1.0/qr/qr-mpm-notify` itself. */
  snap_notification_url: address,
  /** Amounts from 9,400,001 to 9,499,999 rupiah bring about faults. No dashboard has this. */
  magic_amounts: z.boolean(),
});
export type DashboardSettings = z.output<typeof dashboardSchema>;

const AT_FIRST: DashboardSettings = {
  refunds: true,
  payable_balance: null,
  night_rest: true,
  confirm_on_us_ms: 5_000,
  confirm_off_us_ms: DAY_MS,
  callback_url: null,
  notification_url: null,
  snap_notification_url: null,
  magic_amounts: true,
};

/** One merchant's settings, in memory. */
export class Dashboard {
  #settings: DashboardSettings;

  constructor(settings: Partial<DashboardSettings> = {}) {
    this.#settings = dashboardSchema.parse({ ...AT_FIRST, ...settings });
  }

  get settings(): DashboardSettings {
    return this.#settings;
  }

  get terms(): RefundTerms {
    const { refunds: activated, night_rest: nightRest, payable_balance: payable } = this.#settings;
    return payable === null ? { activated, nightRest } : { activated, nightRest, payable: payable as Rupiah };
  }

  set(changes: { readonly [Name in keyof DashboardSettings]?: DashboardSettings[Name] | undefined }): void {
    this.#settings = dashboardSchema.parse({ ...this.#settings, ...changes });
  }

  /** Money leaves the account, or comes back to it when `amount` is below 0. */
  payOut(amount: number): void {
    const { payable_balance: payable } = this.#settings;
    if (payable !== null) this.set({ payable_balance: Math.max(0, payable - amount) });
  }
}
