import { readRupiah } from "../../protocol/rupiah.ts";
import { type Fields, objectIn } from "../midtrans/json.ts";
import type { RefundAsk } from "../midtrans/refund-rules.ts";
import { type Bad, fieldsIn } from "./requests.ts";

export type SnapRefundAsk = {
  readonly by: "originalReferenceNo" | "originalExternalId";
  readonly name: string;
  readonly partnerReference: string;
  readonly ask: RefundAsk;
};

const MANDATORY = ["merchantId", "originalPartnerReferenceNo", "partnerRefundNo"];
const KEY = /^[A-Za-z0-9_-]{1,64}$/;
const REASON_MAX = 256;

/** Checks the body of `qr-mpm-refund`. Total: takes any bytes. */
export function readSnapRefund(
  bytes: Uint8Array,
  { merchantId, externalId }: { readonly merchantId: string; readonly externalId: string },
): SnapRefundAsk | Bad {
  const body = fieldsIn(bytes);
  if (body === undefined) return { bad: "400 00", about: "" };
  const missing = MANDATORY.find((field) => !isFilled(body[field]));
  if (missing !== undefined) return { bad: "400 02", about: missing };
  if (body["merchantId"] !== merchantId) return { bad: "400 02", about: "merchantId" };
  const key = String(body["partnerRefundNo"]);
  if (key !== externalId || !KEY.test(key)) return { bad: "400 02", about: "partnerRefundNo" };
  const original = originalIn(body);
  if (original === undefined) return { bad: "400 02", about: "originalReferenceNo" };
  const reason = body["reason"] ?? "";
  if (typeof reason !== "string" || reason.length > REASON_MAX) return { bad: "400 01", about: "reason" };
  const amount = readAmount(body["refundAmount"] ?? undefined);
  if (amount === "bad") return { bad: "404 13", about: "refundAmount" };
  const ask = { key, reason, ...(amount === undefined ? {} : { amount }) };
  return { ...original, partnerReference: String(body["originalPartnerReferenceNo"]), ask };
}

/** Midtrans' own number counts before the merchant's. */
function originalIn(body: Fields): Pick<SnapRefundAsk, "by" | "name"> | undefined {
  const { originalReferenceNo: own, originalExternalId: external } = body as { [name: string]: unknown };
  if (isFilled(own)) return { by: "originalReferenceNo", name: own };
  return isFilled(external) ? { by: "originalExternalId", name: external } : undefined;
}

const isFilled = (value: unknown): value is string => typeof value === "string" && value !== "";

/** `undefined`: all that is left. */
function readAmount(json: unknown): number | undefined | "bad" {
  if (json === undefined) return undefined;
  const { value, currency = "IDR" } = objectIn(json) ?? {};
  const isText = typeof value === "string" && /^\d{1,13}\.\d{2}$/.test(value);
  return (isText && currency === "IDR" ? readRupiah(value) : undefined) ?? "bad";
}
