import { objectIn } from "./json.ts";

/** With what a payer pays inside GoPay's app: `payment_option_type`. */
export const paymentOptions = ["GOPAY_WALLET", "PAY_LATER", "GO_CICIL", "GOPAY_COINS"] as const;
export type PaymentOption = (typeof paymentOptions)[number];

/** What is said of a charge with `payment_type` `gopay` alone. `"dashboard"`: to the address that is set there. */
export type GopayOrder = { readonly callback: string | "dashboard" | "none" };

const CALLBACK_MAX = 1_000;
const ADDRESS = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s]*$/;
const NOT_SAFE = /^(javascript|data|vbscript|file|blob):/i;

/** A web address, or an app's own such as `someapps://callback`; nothing that a browser would run. */
export const isCallback = (url: string): boolean =>
  url.length <= CALLBACK_MAX && ADDRESS.test(url) && !NOT_SAFE.test(url);

/** Checks `gopay` of a charge; it may be missing. */
export function readGopay(value: unknown, messages: string[]): GopayOrder {
  if (value === undefined || value === null) return { callback: "none" };
  if (objectIn(value) === undefined) messages.push("gopay must be a JSON object");
  const { enable_callback: isEnabled = false, callback_url: url } = objectIn(value) ?? {};
  if (typeof isEnabled !== "boolean") messages.push("gopay.enable_callback must be true or false");
  const isGood = url === undefined || url === null || (typeof url === "string" && isCallback(url));
  if (!isGood)
    messages.push("gopay.callback_url must be an address like https://shop.example/done or someapps://callback");
  if (isEnabled !== true) return { callback: "none" };
  return { callback: typeof url === "string" ? url : "dashboard" };
}

/** The callback with what GoPay's app adds to it: `someapps://callback?order_id=123&result=success`. */
export function addressed(callback: string, query: Readonly<Record<string, string>>): string {
  const [address = "", ...fragment] = callback.split("#");
  const added = `${address.includes("?") ? "&" : "?"}${new URLSearchParams(query)}`;
  return [address + added, ...fragment].join("#");
}
