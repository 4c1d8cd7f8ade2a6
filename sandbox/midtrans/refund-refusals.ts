import type { Refunded } from "./refund-desk.ts";

type Because = Extract<Refunded, { is: "refused" }>["because"];
type Said = { readonly code: string; readonly message: string };

const notModifiable: Said = { code: "412", message: "Merchant cannot modify the status of the transaction" };
const wrongAmount: Said = { code: "414", message: "Refund request is rejected due to invalid amount" };

/**
 * How the Core API refuses a refund (docs.midtrans.com/reference/refund-transaction and /code-4xx). The pages do not say what
 * comes when refunds are not activated or the window is over; 418 is in no page, but merchants have been answered with it.
 */
export const REFUND_REFUSALS: Readonly<Record<Because, Said>> = {
  duplicate: { code: "406", message: "Duplicate refund ID" },
  "not-activated": notModifiable,
  "not-settled": notModifiable,
  "window-over": notModifiable,
  "whole-only": wrongAmount,
  "bad-amount": wrongAmount,
  "over-limit": wrongAmount,
  "no-balance": { code: "414", message: "Refund request is rejected due to merchant insufficient funds" },
  "not-now": { code: "418", message: "Payment Provider doesn't allow refund within this time" },
};
