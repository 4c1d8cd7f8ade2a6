import type { Log } from "../../../host/log.ts";
import type { OrderId } from "../../../protocol/ids.ts";
import type { Clock } from "../../../protocol/time.ts";
import type { Http } from "../http.ts";
import { type Attempt, type Charge, type PaymentProvider, referenceOf, type Standing } from "../provider.ts";
import { loggedReference } from "../reference.ts";
import { readBaseUrl } from "./base-url.ts";
import { callMidtrans } from "./calls.ts";
import { type Acquirer, addsUp, type ChargeManner, chargeBody, type PaymentType } from "./charge-body.ts";
import { isDeeplink } from "./deeplink.ts";
import { type ChargeVerdict, judgeCharge, judgeEnding } from "./judge.ts";
import { readMidtransNotification } from "./notification.ts";
import { notificationHeaders } from "./notification-urls.ts";
import { readPicture } from "./picture.ts";
import { refundAt } from "./refund.ts";
import type { ServerKeys } from "./signature.ts";
import { askStatus } from "./status.ts";
import { isTestHost } from "./test-mode.ts";

export type MidtransCoreOptions = {
  /** Of the same environment as `baseUrl`. Asked anew for every call and notification. */
  readonly serverKeys: ServerKeys;
  /** `https://api.midtrans.com`, `https://api.sandbox.midtrans.com`, or this machine's sandbox; plain HTTP only on loopback. */
  readonly baseUrl: string;
  /** Where Midtrans reports payments instead of the dashboard's address; none: to the dashboard's. At most 3. */
  readonly notificationUrls: readonly string[];
  /** Where it reports them as well as to the dashboard's address; not together with `notificationUrls`. At most 3. */
  readonly appendNotificationUrls?: readonly string[];
  /** Default `qris`. `gopay` gives a link into the wallet too; it has one acquirer, GoPay. */
  readonly paymentType?: PaymentType;
  /** Default `gopay`. */
  readonly acquirer?: Acquirer;
  /** Where the wallet leads the payer back to after a `gopay` link: an address of the web or of an app. */
  readonly finishUrlOf?: (order: OrderId) => string;
  /** The operator's name for where the stands are; shown at Midtrans beside stand and order. At most 255 characters. */
  readonly site?: string;
  /** For one HTTP call; a charge takes up to three of them, a void too, a refund five. Default 15 s. */
  readonly timeoutMs?: number;
  /** True makes even a production address count as a test. */
  readonly isTest?: boolean;
  readonly http: Http;
  readonly clock: Clock;
  readonly log: Log;
};

type Desk = MidtransCoreOptions & {
  readonly base: URL;
  readonly timeoutMs: number;
  readonly acquirer: Acquirer;
  readonly paymentType: PaymentType;
  readonly chargeHeaders: Readonly<Record<string, string>>;
};

const DEFAULT_TIMEOUT_MS = 15_000;

/**
 * Midtrans Core API, payment types `qris` and `gopay`. Throws `RangeError` on options that cannot work; after that nothing
 * throws. The documentation asks that one order's status is not queried more often than every 10 s; that is the caller's to keep.
 */
export function midtransCore(options: MidtransCoreOptions): PaymentProvider {
  const desk = deskOf(options);
  return {
    name: "midtrans",
    isTest: isTestHost(desk.base) || options.isTest === true,
    charge: (attempt, signal) => charge(desk, attempt, signal),
    standing: (attempt, signal) => standingOf(desk, referenceOf(attempt), signal),
    void: (attempt, signal) => voidOf(desk, referenceOf(attempt), signal),
    refund: (refund, signal) => refundAt(desk, refund, signal),
    readNotification: (request) => readMidtransNotification(request, desk.serverKeys(), desk.clock.wall()),
  };
}

function deskOf(options: MidtransCoreOptions): Desk {
  const { paymentType = "qris", acquirer = "gopay", timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  if (paymentType === "gopay" && acquirer !== "gopay") {
    throw new RangeError(
      `payment type "gopay" has no acquirer "${acquirer}": choose "qris", or leave the acquirer out`,
    );
  }
  const base = readBaseUrl(options.baseUrl, "https://api.sandbox.midtrans.com");
  const chargeHeaders = notificationHeaders({
    override: options.notificationUrls,
    append: options.appendNotificationUrls ?? [],
  });
  return { ...options, base, timeoutMs, paymentType, acquirer, chargeHeaders };
}

async function charge(desk: Desk, attempt: Attempt, signal: AbortSignal): Promise<Charge> {
  if (!addsUp(attempt)) {
    const detail = `the items do not add up to ${attempt.amount}`;
    return { is: "refused", retriable: false, because: "bad-amount", detail };
  }
  const answered = await callMidtrans(desk, {
    operation: "charge",
    reference: referenceOf(attempt),
    body: chargeBody(attempt, mannerOf(desk, attempt)),
    headers: desk.chargeHeaders,
    signal,
  });
  if (answered.is === "none") return unanswered(answered);
  const verdict = judgeCharge(answered.answer, attempt);
  const charged = verdict.is === "pictured" ? await seen(desk, verdict, signal) : verdict;
  return charged.is === "issued" ? withSafeDeeplink(desk, referenceOf(attempt), charged) : charged;
}

const mannerOf = ({ paymentType, acquirer, site, finishUrlOf }: Desk, { order }: Attempt): ChargeManner => ({
  paymentType,
  acquirer,
  site,
  finishUrl: finishUrlOf?.(order),
});

const unanswered = ({ sent, detail }: { readonly sent: boolean; readonly detail: string }): Charge =>
  sent ? { is: "unclear", detail } : { is: "refused", retriable: true, because: "unavailable", detail };

async function seen(
  desk: Desk,
  { is: _, pictures, ...made }: Extract<ChargeVerdict, { is: "pictured" }>,
  signal: AbortSignal,
): Promise<Charge> {
  const picture = await readPicture(desk, pictures, signal);
  if (picture.is === "read") return { is: "issued", qr: picture.qr, ...made };
  // The charge stands, and nobody can see it: whoever asks will find it pending, end it and try again.
  return { is: "unclear", detail: `charged, but there is no QR code: ${picture.detail}` };
}

/** A customer is sent nowhere but to the provider; the code can be paid without a link. */
function withSafeDeeplink(desk: Desk, reference: string, charged: Extract<Charge, { is: "issued" }>): Charge {
  const { deeplink, ...rest } = charged;
  if (deeplink === undefined || isDeeplink(deeplink, desk.base)) return charged;
  const shown = deeplink.replace(/[?#].*$/s, "").slice(0, 200);
  desk.log.warn("deeplink dropped", { ...loggedReference(reference), deeplink: shown });
  return rest;
}

const standingOf = async (desk: Desk, reference: string, signal: AbortSignal): Promise<Standing> =>
  (await askStatus(desk, reference, signal)).standing;

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
