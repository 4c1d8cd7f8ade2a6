import { type Rupiah, readRupiah } from "../../protocol/rupiah.ts";
import type { WallMs } from "../../protocol/time.ts";
import { type AcquirerName, acquirers, type ChargeOrder } from "../midtrans/acquirer.ts";
import { type Fields, jsonIn, objectIn } from "../midtrans/json.ts";
import type { Case } from "./codes.ts";
import { readIso } from "./time.ts";

/** A body that is not taken: SNAP's case, and the field. */
export type Bad = { readonly bad: Case; readonly about: string };

const DEFAULT_VALID_MS = 15 * 60_000;
const SHORTEST_MS = 20_000;
const LONGEST_MS = 180 * 86_400_000;

export type GenerateContext = {
  readonly externalId: string;
  readonly merchantId: string;
  readonly now: WallMs;
  readonly notify: readonly string[];
};

/** Checks the body of `qr-mpm-generate`. Total: takes any bytes. */
export function readGenerate(bytes: Uint8Array, context: GenerateContext): ChargeOrder | Bad {
  const body = fieldsIn(bytes);
  if (body === undefined) return { bad: "400 00", about: "" };
  const amount = readAmount(body["amount"]);
  if (typeof amount === "object") return amount;
  const wrong = wrongIn(body, context);
  if (wrong !== undefined) return wrong;
  const acquirer = acquirerIn(body);
  if (acquirer === undefined) return { bad: "400 01", about: "additionalInfo.acquirer" };
  const validForMs = validityOf(body["validityPeriod"], context.now);
  if (validForMs === undefined) return { bad: "400 01", about: "validityPeriod" };
  const { externalId: orderId, notify } = context;
  return { orderId, amount, acquirer, validForMs, notify, customFields: {}, snap: snapIn(body) };
}

function readAmount(json: unknown): Rupiah | Bad {
  const { value, currency } = objectIn(json) ?? {};
  if (value === undefined || currency === undefined) return { bad: "400 02", about: "amount" };
  const isText = typeof value === "string" && /^\d{1,13}\.\d{2}$/.test(value);
  const amount = isText && currency === "IDR" ? readRupiah(value) : undefined;
  return amount === undefined || amount === 0 ? { bad: "404 13", about: "amount" } : amount;
}

function wrongIn(body: Fields, { externalId, merchantId }: GenerateContext): Bad | undefined {
  const { partnerReferenceNo = externalId, merchantId: merchant = merchantId, terminalId = "", storeId = "" } = body;
  const isName = typeof partnerReferenceNo === "string" && /^[A-Za-z0-9_~.-]{1,36}$/.test(partnerReferenceNo);
  if (!isName) return { bad: "400 01", about: "partnerReferenceNo" };
  if (merchant !== merchantId) return { bad: "404 08", about: "merchantId" };
  if (!isTextUpTo(terminalId, 16)) return { bad: "400 01", about: "terminalId" };
  return isTextUpTo(storeId, 64) ? undefined : { bad: "400 01", about: "storeId" };
}

const isTextUpTo = (value: unknown, longest: number): boolean => typeof value === "string" && value.length <= longest;

function acquirerIn(body: Fields): AcquirerName | undefined {
  const { acquirer = "GOPAY" } = objectIn(body["additionalInfo"]) ?? {};
  return acquirers.find((each) => typeof acquirer === "string" && each === acquirer.toLowerCase());
}

function validityOf(value: unknown, now: WallMs): number | undefined {
  if (value === undefined) return DEFAULT_VALID_MS;
  const until = typeof value === "string" && value.length <= 25 ? readIso(value) : undefined;
  const lengthMs = (until ?? 0) - now;
  // Whole seconds are written: a charge for exactly the shortest time may have lost a part of one.
  return lengthMs > SHORTEST_MS - 1_000 && lengthMs <= LONGEST_MS ? lengthMs : undefined;
}

const snapIn = ({ partnerReferenceNo, terminalId, storeId }: Fields): NonNullable<ChargeOrder["snap"]> => ({
  ...(typeof partnerReferenceNo === "string" ? { partnerReference: partnerReferenceNo } : {}),
  ...(typeof terminalId === "string" ? { terminal: terminalId } : {}),
  ...(typeof storeId === "string" ? { store: storeId } : {}),
});

/** By which name a transaction is asked for; the first that is there counts. */
export const NAMES = ["originalReferenceNo", "originalPartnerReferenceNo", "originalExternalId"] as const;
export type Original = { readonly by: (typeof NAMES)[number]; readonly name: string };

/** Checks the body of `qr-mpm-query` (which must name `serviceCode`) or `qr-mpm-cancel` (`merchantId` and `reason`). Total. */
export function readOriginal(bytes: Uint8Array, mandatory: readonly string[], merchantId: string): Original | Bad {
  const body = fieldsIn(bytes);
  if (body === undefined) return { bad: "400 00", about: "" };
  const missing = mandatory.find((field) => typeof body[field] !== "string" || body[field] === "");
  if (missing !== undefined) return { bad: "400 02", about: missing };
  if ((body["merchantId"] ?? merchantId) !== merchantId) return { bad: "404 08", about: "merchantId" };
  return originalIn(body) ?? { bad: "400 02", about: "originalReferenceNo" };
}

function originalIn(body: Fields): Original | undefined {
  for (const by of NAMES) {
    const name = body[by];
    if (typeof name === "string" && name !== "") return { by, name };
  }
  return undefined;
}

/** For finding the order of a body that may be nonsense otherwise. */
export const originalOf = (bytes: Uint8Array): Original | undefined => originalIn(fieldsIn(bytes) ?? {});

/** A JSON object; `undefined` for all other bytes. */
export function fieldsIn(bytes: Uint8Array): Fields | undefined {
  const json = jsonIn(bytes);
  return json === "malformed" ? undefined : objectIn(json.value);
}

/** The amount of a `qr-mpm-generate` that may be nonsense otherwise. */
export const amountIn = (bytes: Uint8Array): number => Number(objectIn(fieldsIn(bytes)?.["amount"])?.["value"]);
