import type { Log } from "../../../host/log.ts";
import type { Clock } from "../../../protocol/time.ts";
import type { Http } from "../http.ts";
import { type Attempt, type Charge, type PaymentProvider, referenceOf, type Standing } from "../provider.ts";
import { readBaseUrl } from "./base-url.ts";
import { callMidtrans } from "./calls.ts";
import { type Acquirer, addsUp, chargeBody } from "./charge-body.ts";
import { judgeCharge, judgeEnding, judgeStatus } from "./judge.ts";
import { readMidtransNotification } from "./notification.ts";
import { readPicture } from "./picture.ts";
import type { ServerKeys } from "./signature.ts";
import { isTestHost } from "./test-mode.ts";

export type MidtransCoreOptions = {
  /** Of the same environment as `baseUrl`. Asked anew for every call and notification. */
  readonly serverKeys: ServerKeys;
  /** `https://api.midtrans.com`, `https://api.sandbox.midtrans.com`, or this machine's sandbox; plain HTTP only on loopback. */
  readonly baseUrl: string;
  /** Where Midtrans reports payments instead of the dashboard's address; none: to the dashboard's. At most 3. */
  readonly notificationUrls: readonly string[];
  /** Default `gopay`. */
  readonly acquirer?: Acquirer;
  /** The operator's name for where the stands are; shown at Midtrans beside stand and order. At most 255 characters. */
  readonly site?: string;
  /** For one HTTP call; a charge takes up to three of them, a void too. Default 15 s. */
  readonly timeoutMs?: number;
  /** True makes even a production address count as a test. */
  readonly isTest?: boolean;
  readonly http: Http;
  readonly clock: Clock;
  readonly log: Log;
};

type Desk = MidtransCoreOptions & { readonly base: URL; readonly timeoutMs: number };

const DEFAULT_TIMEOUT_MS = 15_000;

/**
 * Midtrans Core API, payment type `qris`. Throws `RangeError` on options that cannot work; after that nothing throws. The
 * documentation asks that one order's status is not queried more often than every 10 s; that is the caller's to keep.
 */
export function midtransCore(options: MidtransCoreOptions): PaymentProvider {
  const base = readBaseUrl(options.baseUrl, "https://api.sandbox.midtrans.com");
  checkNotificationUrls(options.notificationUrls);
  const desk: Desk = { ...options, base, timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS };
  return {
    name: "midtrans",
    isTest: isTestHost(base) || options.isTest === true,
    charge: (attempt, signal) => charge(desk, attempt, signal),
    standing: (attempt, signal) => standingOf(desk, referenceOf(attempt), signal),
    void: (attempt, signal) => voidOf(desk, referenceOf(attempt), signal),
    refund: async () => ({ is: "refused", because: "not-activated", detail: "refund in Midtrans' dashboard" }),
    readNotification: (request) => readMidtransNotification(request, desk.serverKeys(), desk.clock.wall()),
  };
}

async function charge(desk: Desk, attempt: Attempt, signal: AbortSignal): Promise<Charge> {
  if (!addsUp(attempt)) {
    const detail = `the items do not add up to ${attempt.amount}`;
    return { is: "refused", retriable: false, because: "bad-amount", detail };
  }
  const answered = await callMidtrans(desk, {
    operation: "charge",
    reference: referenceOf(attempt),
    body: chargeBody(attempt, desk.acquirer ?? "gopay", desk.site),
    headers: notifyAt(desk.notificationUrls),
    signal,
  });
  if (answered.is === "none") return unanswered(answered);
  const verdict = judgeCharge(answered.answer, attempt);
  if (verdict.is !== "pictured") return verdict;
  const { pictures, is: _, ...made } = verdict;
  const picture = await readPicture(desk, pictures, signal);
  if (picture.is === "read") return { is: "issued", qr: picture.qr, ...made };
  // The charge stands, and nobody can see it: whoever asks will find it pending, end it and try again.
  return { is: "unclear", detail: `charged, but there is no QR code: ${picture.detail}` };
}

const unanswered = ({ sent, detail }: { readonly sent: boolean; readonly detail: string }): Charge =>
  sent ? { is: "unclear", detail } : { is: "refused", retriable: true, because: "unavailable", detail };

async function standingOf(desk: Desk, reference: string, signal: AbortSignal): Promise<Standing> {
  const answered = await callMidtrans(desk, { operation: "status", reference, signal });
  if (answered.is === "none") return { is: "unclear", detail: answered.detail };
  return judgeStatus(answered.answer, reference, desk.clock.wall());
}

/** Cancels; where Midtrans says a clear no although the charge is pending, lets it expire instead. Three calls at most. */
async function voidOf(desk: Desk, reference: string, signal: AbortSignal): Promise<Standing> {
  const cancelled = await end(desk, "cancel", reference, signal);
  if (cancelled.is !== "ask") return cancelled;
  const standing = await standingOf(desk, reference, signal);
  if (standing.is !== "pending") return standing;
  const expired = await end(desk, "expire", reference, signal);
  if (expired.is !== "ask") return expired;
  return { is: "unclear", detail: `still pending; cancel: ${cancelled.because}; expire: ${expired.because}` };
}

async function end(desk: Desk, operation: "cancel" | "expire", reference: string, signal: AbortSignal) {
  const answered = await callMidtrans(desk, { operation, reference, signal });
  if (answered.is === "none") return { is: "unclear", detail: answered.detail } as const;
  return judgeEnding(operation, answered.answer, reference, desk.clock.wall());
}

const notifyAt = (urls: readonly string[]): Record<string, string> =>
  urls.length === 0 ? {} : { "x-override-notification": urls.join(",") };

/** docs.midtrans.com/docs/https-notification-webhooks: comma-separated, three at most. */
function checkNotificationUrls(urls: readonly string[]): void {
  if (urls.length > 3) throw new RangeError(`Midtrans notifies at most 3 addresses, not ${urls.length}`);
  const bad = urls.find((url) => !/^https?:\/\/[\x21-\x2b\x2d-\x7e]+$/.test(url) || !URL.canParse(url));
  if (bad !== undefined)
    throw new RangeError(`"${bad}" is no address for notifications: write https://…, without commas`);
}
