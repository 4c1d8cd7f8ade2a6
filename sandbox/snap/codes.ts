import type { Body } from "../midtrans/body.ts";
import type { Operation } from "../midtrans/faults.ts";

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
  "403 03": "Suspected Fraud",
  "404 00": "Invalid Transaction Status",
  "404 01": "Transaction Not Found",
  "404 08": "Invalid Merchant",
  "404 13": "Invalid Amount",
  "409 00": "Conflict",
  "409 01": "Duplicate partnerReferenceNo",
} as const;
export type Case = keyof typeof CASES;

/** `about` says more: the field, the reason. */
export const saying = (operation: SnapOperation, name: Case, about = ""): Body => ({
  responseCode: name.replace(" ", SERVICES[operation]),
  responseMessage: about === "" ? CASES[name] : `${CASES[name]} [${about}]`,
});
