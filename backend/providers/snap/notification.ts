import type { KeyObject } from "node:crypto";
import type { WallMs } from "../../../protocol/time.ts";
import { readJson } from "../midtrans/answers.ts";
import type { Acknowledgement, Notification, RawRequest, Reception } from "../provider.ts";
import { readReference } from "../reference.ts";
import { notificationSchema, type SnapFacts } from "./answers.ts";
import { isSignedByProvider } from "./signature.ts";
import { readState } from "./states.ts";
import { readIso } from "./time.ts";

const MAX_BYTES = 64 * 1024;
/** What Midtrans may have signed as its address: the documentation writes both, and a proxy may have shortened ours. */
const PATHS = ["/v1.0/qr/qr-mpm-notify", "/1.0/qr/qr-mpm-notify"];
/** Where Midtrans sends them, behind the address that is set in its dashboard. */
export const NOTIFY_PATH = "/v1.0/qr/qr-mpm-notify";

/**
 * Reads one `qr-mpm-notify` (docs.midtrans.com/reference/payment-notification-api). The signature covers the whole body and the
 * time of sending, so what is signed is believed, whenever it comes: repeats are sent for hours, and how far clocks may differ
 * is not documented. Any of `publicKeys` will do, for Midtrans changes its own from time to time. A state that is not documented
 * is asked for, and so is a refund without a history. Never throws. `heardAt` stands in for a missing time.
 */
export function readSnapNotification(
  request: RawRequest,
  publicKeys: readonly KeyObject[],
  heardAt: WallMs,
): Notification {
  const { headers, body } = request;
  const { "x-signature": signature, "x-timestamp": timestamp } = headers;
  if (body.length > MAX_BYTES) return unreadable(`longer than ${MAX_BYTES} bytes`);
  if (signature === undefined || timestamp === undefined) return unreadable("no X-SIGNATURE or no X-TIMESTAMP");
  const paths = new Set([request.path, ...PATHS]);
  const isGenuine = [...paths].some((path) => isSignedByProvider({ path, body, timestamp }, signature, publicKeys));
  if (!isGenuine) return { is: "forged", because: "X-SIGNATURE does not fit: forged, altered, or not Midtrans' key" };
  const facts = notificationSchema.safeParse(readJson(body)?.json);
  if (!facts.success) return unreadable("not a JSON object");
  return readSigned(facts.data, readIso(timestamp) ?? heardAt);
}

function readSigned(facts: SnapFacts, sentAt: WallMs): Notification {
  const reference = facts.originalPartnerReferenceNo ?? facts.originalExternalId ?? "";
  if (readReference(reference) === undefined) return unreadable("not an order of ours");
  const read = readState(facts, reference, sentAt);
  if (read.is === "doubtful") return { is: "confirm", reference, because: read.because };
  const { standing } = read;
  const isVague = standing.is === "refunded" && standing.refunds.length === 0;
  return isVague
    ? { is: "confirm", reference, because: "refunded, without its history" }
    : { is: "news", reference, standing };
}

/** What Midtrans wants to hear. Its table knows no "unavailable": 5005201 is what asks for a repeat in so many words. */
const ACKNOWLEDGEMENTS: Readonly<Record<Reception, readonly [code: string, message: string]>> = {
  taken: ["2005200", "Successful"],
  "unknown-order": ["4045201", "Transaction not found"],
  forged: ["4015200", "Unauthorized: the signature does not fit"],
  unreadable: ["4005200", "Bad request: no notification of an order of ours"],
  "not-recorded": ["5005201", "Internal failure, please retry the process again"],
};

/** The first three digits of a SNAP code are the HTTP status. */
export function acknowledge(reception: Reception): Acknowledgement {
  const [responseCode, responseMessage] = ACKNOWLEDGEMENTS[reception];
  return { status: Number(responseCode.slice(0, 3)), body: { responseCode, responseMessage } };
}

const unreadable = (because: string): Notification => ({ is: "unreadable", because });
