import { jsonIn, objectIn } from "./json.ts";
import type { RefundAsk } from "./refund-rules.ts";

export type ReadRefund =
  | { readonly is: "good"; readonly ask: RefundAsk }
  | { readonly is: "bad"; readonly code: "400" | "408" | "413"; readonly messages: readonly string[] };

const KEY = /^[A-Za-z0-9_-]{1,255}$/;
const REASON_MAX = 255;

/** Checks the body of a refund; each of its fields, and so the body itself, may be missing. Total: takes any bytes. */
export function readRefund(bytes: Uint8Array): ReadRefund {
  const json = bytes.length === 0 ? { value: {} } : jsonIn(bytes);
  if (json === "malformed") return { is: "bad", code: "413", messages: [] };
  const body = objectIn(json.value);
  if (body === undefined) return { is: "bad", code: "408", messages: ["the request body must be a JSON object"] };
  const { refund_key: key, amount, reason = "" } = body as { refund_key?: unknown; amount?: unknown; reason?: unknown };
  const messages: string[] = [];
  const asked = readAmount(amount ?? undefined, messages);
  if (key !== undefined && key !== null && !(typeof key === "string" && KEY.test(key))) {
    messages.push("refund_key may hold letters, digits, - and _ only");
  }
  if (typeof reason !== "string" || reason.length > REASON_MAX) {
    messages.push(`reason must be a string of max ${REASON_MAX} characters`);
  }
  if (messages.length > 0) return { is: "bad", code: "400", messages };
  return {
    is: "good",
    ask: {
      reason: String(reason),
      ...(typeof key === "string" ? { key } : {}),
      ...(asked === undefined ? {} : { amount: asked }),
    },
  };
}

/** A whole number of rupiah, or its digits in a string: the two pages on refunds differ. What is 0 or less is refused later. */
function readAmount(value: unknown, messages: string[]): number | undefined {
  if (value === undefined) return undefined;
  const amount = typeof value === "string" && /^-?\d{1,15}(\.0{1,2})?$/.test(value) ? Number(value) : value;
  if (Number.isSafeInteger(amount)) return Number(amount);
  messages.push("amount must be a whole number of rupiah");
  return undefined;
}
