import { type Rupiah, readRupiah } from "../../protocol/rupiah.ts";
import type { WallMs } from "../../protocol/time.ts";
import { type AcquirerName, acquirers, type ChargeOrder } from "./acquirer.ts";
import { type GopayOrder, readGopay } from "./gopay.ts";
import { type Fields, objectIn } from "./json.ts";
import { readOrderTime } from "./wib.ts";

/** `messages` are Midtrans' `validation_messages`; `code` its `status_code`. */
export type ReadCharge =
  | { readonly is: "good"; readonly order: ChargeOrder }
  | { readonly is: "bad"; readonly code: "400" | "402" | "408"; readonly messages: readonly string[] };

export type ChargeContext = {
  readonly now: WallMs;
  /** Payment types this merchant may use; another known one is refused with 402. */
  readonly activated: readonly string[];
  readonly notify: readonly string[];
};

const KNOWN_TYPES = ["qris", "gopay", "shopeepay", "credit_card", "bank_transfer", "echannel", "cstore", "akulaku"];
const ORDER_ID = /^[A-Za-z0-9_~.-]{1,50}$/;
const DAY_MS = 86_400_000;
const DEFAULT_VALID_MS = 15 * 60_000;
const SHORTEST_MS = 20_000;
const LONGEST_MS: Readonly<Record<AcquirerName, number>> = { gopay: 7 * DAY_MS, "airpay shopee": 5 * DAY_MS };
const UNIT_MS: Readonly<Record<string, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000, day: DAY_MS };

/** Checks the body of `POST /v2/charge` as Midtrans does, every complaint at once. Total: takes any JSON value. */
export function readCharge(json: unknown, context: ChargeContext): ReadCharge {
  const body = objectIn(json);
  if (body === undefined) return bad("408", ["the request body must be a JSON object"]);
  const type = body["payment_type"];
  if (type === undefined) return bad("400", ["payment_type is required"]);
  if (typeof type !== "string" || !KNOWN_TYPES.includes(type)) return bad("400", ["payment_type is not known"]);
  if (!context.activated.includes(type)) return bad("402", ["Payment channel is not activated."]);
  return readKnown(body, context);
}

function readKnown(body: Fields, context: ChargeContext): ReadCharge {
  const messages: string[] = [];
  const details = objectIn(body["transaction_details"]) ?? {};
  const orderId = readOrderId(details["order_id"], messages);
  const amount = readAmount(details["gross_amount"], messages);
  checkItems(body["item_details"], amount, messages);
  const isGopay = body["payment_type"] === "gopay";
  const acquirer = isGopay ? "gopay" : readAcquirer(body["qris"], messages);
  const gopay = isGopay ? readGopay(body["gopay"], messages) : undefined;
  const validForMs = readExpiry(body["custom_expiry"], acquirer, context.now, messages);
  const customFields = readCustomFields(body, messages);
  const metadata = readMetadata(body["metadata"], messages);
  if (orderId === undefined || amount === undefined || messages.length > 0) return bad("400", messages);
  const order = { orderId, amount, acquirer, validForMs, customFields, notify: context.notify };
  return { is: "good", order: { ...order, ...optional({ metadata, gopay }) } };
}

const optional = ({ metadata, gopay }: { metadata: object | undefined; gopay: GopayOrder | undefined }) => ({
  ...(metadata === undefined ? {} : { metadata }),
  ...(gopay === undefined ? {} : { gopay }),
});

const bad = (code: "400" | "402" | "408", messages: readonly string[]): ReadCharge => ({ is: "bad", code, messages });

function readOrderId(value: unknown, messages: string[]): string | undefined {
  if (typeof value === "string" && ORDER_ID.test(value)) return value;
  if (value === undefined || value === "") messages.push("transaction_details.order_id is required");
  else if (typeof value === "string" && value.length > 50) {
    messages.push("transaction_details.order_id is too long, max 50 characters");
  } else messages.push("transaction_details.order_id may hold letters, digits, - _ ~ and . only");
  return undefined;
}

/** Whole rupiah of at least 1, as a number or as digits in a string. */
function readAmount(value: unknown, messages: string[]): Rupiah | undefined {
  const at = "transaction_details.gross_amount";
  const amount = typeof value === "number" || typeof value === "string" ? readRupiah(String(value)) : undefined;
  if (amount !== undefined && amount >= 1) return amount;
  if (value === undefined) messages.push(`${at} is required`);
  else if (amount === 0 || Number(value) < 1) messages.push(`${at} must be greater than or equal to 1`);
  else messages.push(`${at} must be a whole number of rupiah`);
  return undefined;
}

function checkItems(value: unknown, amount: Rupiah | undefined, messages: string[]): void {
  if (value === undefined) return;
  if (!Array.isArray(value)) {
    messages.push("item_details must be an array");
    return;
  }
  const before = messages.length;
  const sums = value.map((item, place) => sumOf(objectIn(item) ?? {}, `item_details[${place}]`, messages));
  const sum = sums.reduce((total, each) => total + each, 0);
  if (messages.length > before || amount === undefined || sum === amount) return;
  messages.push("transaction_details.gross_amount is not equal to the sum of item_details");
}

function sumOf(item: Fields, at: string, messages: string[]): number {
  const { id, name, price, quantity } = item as { id?: unknown; name?: unknown; price?: unknown; quantity?: unknown };
  if (typeof name !== "string" || name === "") messages.push(`${at}.name is required`);
  else if (name.length > 50) messages.push(`${at}.name is too long, max 50 characters`);
  if (id !== undefined && String(id).length > 50) messages.push(`${at}.id is too long, max 50 characters`);
  if (!isWhole(price)) messages.push(`${at}.price must be a whole number of rupiah`);
  if (!isWhole(quantity) || quantity < 1) messages.push(`${at}.quantity must be a whole number of at least 1`);
  return isWhole(price) && isWhole(quantity) ? price * quantity : 0;
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

function readAcquirer(value: unknown, messages: string[]): AcquirerName {
  const asked = objectIn(value)?.["acquirer"] ?? "gopay";
  const known = acquirers.find((name) => name === asked);
  if (known === undefined) messages.push(`qris.acquirer must be one of: ${acquirers.join(", ")}`);
  return known ?? "gopay";
}

/** How long from now the charge stays payable, in milliseconds. */
function readExpiry(value: unknown, acquirer: AcquirerName, now: WallMs, messages: string[]): number {
  if (value === undefined) return DEFAULT_VALID_MS;
  const expiry = objectIn(value) ?? {};
  const begin = expiry["order_time"] === undefined ? now : readOrderTime(String(expiry["order_time"]));
  const unitMs = UNIT_MS[String(expiry["unit"] ?? "minute")];
  const duration = expiry["expiry_duration"];
  if (begin === undefined) messages.push("custom_expiry.order_time must be like 2026-01-31 23:59:59 +0700");
  if (unitMs === undefined) messages.push("custom_expiry.unit must be second, minute, hour or day");
  if (!isWhole(duration)) messages.push("custom_expiry.expiry_duration must be a whole number");
  if (begin === undefined || unitMs === undefined || !isWhole(duration)) return 0;
  const lengthMs = duration * unitMs;
  if (lengthMs < SHORTEST_MS) messages.push("custom_expiry must be at least 20 seconds");
  if (lengthMs > LONGEST_MS[acquirer]) {
    messages.push(`custom_expiry must be at most ${LONGEST_MS[acquirer] / DAY_MS} days`);
  }
  if (begin + lengthMs <= now) messages.push("custom_expiry lies in the past");
  return begin + lengthMs - now;
}

function readCustomFields(body: Fields, messages: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of ["custom_field1", "custom_field2", "custom_field3"]) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== "string" || value.length > 255)
      messages.push(`${name} must be a string of max 255 characters`);
    else found[name] = value;
  }
  return found;
}

function readMetadata(value: unknown, messages: string[]): object | undefined {
  if (value === undefined || value === null) return undefined;
  const metadata = objectIn(value);
  if (metadata === undefined) messages.push("metadata must be a JSON object");
  else if (!isModest(metadata)) messages.push(`metadata must be at most ${METADATA_MAX} characters of JSON`);
  return metadata;
}

/** No published limit; this one keeps the answers readable. */
const METADATA_MAX = 8_192;

/** False also for what is nested too deeply to be written. */
function isModest(metadata: object): boolean {
  try {
    return JSON.stringify(metadata).length <= METADATA_MAX;
  } catch {
    return false;
  }
}

const MAX_NOTIFICATION_URLS = 3;

/** Reads `X-Override-Notification` or `X-Append-Notification`: up to three addresses, separated by commas. */
export function readNotificationUrls(header: string): readonly string[] | { readonly bad: string } {
  const urls = header.split(",").map((each) => each.trim());
  if (urls.length > MAX_NOTIFICATION_URLS) return { bad: `at most ${MAX_NOTIFICATION_URLS} notification URLs` };
  const wrong = urls.find((each) => !URL.canParse(each) || !/^https?:$/.test(new URL(each).protocol));
  return wrong === undefined ? urls : { bad: `a notification URL must be http(s)://…, not «${wrong.slice(0, 100)}»` };
}
