import type { Body } from "../midtrans/body.ts";
import type { Operation } from "../midtrans/fault.ts";

/** SNAP's service codes; the operations are named as on the Core API. */
export const SERVICES: Readonly<Record<SnapOperation, string>> = {
  token: "73",
  charge: "47",
  status: "51",
  cancel: "77",
  refund: "78",
};
export type SnapOperation = Extract<Operation, "token" | "charge" | "status" | "cancel" | "refund">;

/** HTTP status and case code with SNAP's own words for them. */
const CASES = {
  "200 00": "Successful",
  "400 00": "Bad Request",
  "400 01": "Invalid Field Format",
  "400 02": "Invalid Mandatory Field",
  "401 00": "Unauthorized.",
  "401 01": "Invalid Token (B2B)",
  "401 03": "Token Not Found (B2B)",
  "403 02": "Exceeds Transaction Amount Limit",
  "403 03": "Suspected Fraud",
  "403 14": "Insufficient Funds",
  "403 15": "Transaction Not Permitted",
  "404 00": "Invalid Transaction Status",
  "404 01": "Transaction Not Found",
  "404 08": "Invalid Merchant",
  "404 13": "Invalid Amount",
  "405 01": "Requested Operation Is Not Allowed",
  "409 00": "Conflict",
  "409 01": "Duplicate partnerReferenceNo",
} as const;
export type Case = keyof typeof CASES;

/** What a refund's answers say in other words. */
const REFUND_CASES: { readonly [Name in Case]?: string } = {
  "404 13": "Invalid amount or user balance exceeded.",
  "405 01": "Merchant refund request exceeds the allowed refund window.",
  "409 01": "Duplicate Transaction",
};

/** `about` says more: the field, the reason. */
export function saying(operation: SnapOperation, name: Case, about = ""): Body {
  const words = (operation === "refund" ? REFUND_CASES[name] : undefined) ?? CASES[name];
  return {
    responseCode: name.replace(" ", SERVICES[operation]),
    responseMessage: about === "" ? words : `${words} [${about}]`,
  };
}
