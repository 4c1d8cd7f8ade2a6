import type { Secret } from "../../../host/secret.ts";
import type { WallMs } from "../../../protocol/time.ts";
import type { Notification, RawRequest } from "../provider.ts";
import { readReference } from "../reference.ts";
import { answerSchema, readJson, signedSchema } from "./answers.ts";
import { isSignedBy } from "./signature.ts";
import { readState } from "./states.ts";

const MAX_BYTES = 64 * 1024;
/**
 * What the dashboard's *test* button calls its order, before the merchant's id. In no page of Midtrans'; merchants' public code
 * knows it. The button takes every answer but 200 for a broken address.
 */
const TRIAL = "payment_notif_test_";

/**
 * Reads one HTTP notification (docs.midtrans.com/docs/https-notification-webhooks). The signature is checked before anything
 * in the body is believed. It covers order, code and amount only: what else is said must fit them, and what does not, or what
 * the code cannot tell apart from a settlement (refunds), becomes `confirm`. Never throws. `heardAt` stands in for a payment
 * time that is missing.
 */
export function readMidtransNotification(
  request: RawRequest,
  serverKeys: readonly Secret[],
  heardAt: WallMs,
): Notification {
  if (request.body.length > MAX_BYTES) return unreadable(`longer than ${MAX_BYTES} bytes`);
  const read = readJson(request.body);
  if (read === undefined) return unreadable("not JSON");
  const signed = signedSchema.safeParse(read.json);
  if (!signed.success) return unreadable(`no text in ${signed.error.issues.map(fieldOf).join(", ")}`);
  if (!isSignedBy(signed.data, signed.data.signature_key, serverKeys)) {
    return {
      is: "forged",
      because: "signature_key does not fit: forged, altered, or signed with a server key that is not configured",
    };
  }
  return readSigned(read.json, signed.data.order_id, heardAt);
}

function readSigned(json: unknown, reference: string, heardAt: WallMs): Notification {
  if (reference.startsWith(TRIAL)) return { is: "trial" };
  if (readReference(reference) === undefined) return unreadable("not an order of ours");
  const answer = answerSchema.safeParse(json);
  if (!answer.success) return { is: "confirm", reference, because: "status_code is not a code" };
  const state = readState(answer.data, "news", heardAt);
  if (state.is === "doubtful") return { is: "confirm", reference, because: state.because };
  return { is: "news", reference, standing: state.standing };
}

const fieldOf = (issue: { readonly path: readonly PropertyKey[] }): string => issue.path.join(".") || "the body";
const unreadable = (because: string): Notification => ({ is: "unreadable", because });
