import type { Log } from "../../../host/log.ts";
import type { Secret } from "../../../host/secret.ts";
import { newUlid, type Random } from "../../../protocol/ids.ts";
import type { Clock } from "../../../protocol/time.ts";
import type { Http } from "../http.ts";
import { readBaseUrl } from "../midtrans/base-url.ts";
import { type Acquirer, addsUp } from "../midtrans/charge-body.ts";
import { type PictureRead, readPicture } from "../midtrans/picture.ts";
import { isTestHost } from "../midtrans/test-mode.ts";
import { type Attempt, type Charge, type PaymentProvider, referenceOf, type Standing } from "../provider.ts";
import { readQrImage } from "../qr-image.ts";
import { cancelBody, generateBody, type Original, queryBody, validUntil } from "./bodies.ts";
import { type Answered, type CallOptions, callSnap, renewToken } from "./calls.ts";
import { type Asked, type GenerateVerdict, judgeCancel, judgeGenerate, judgeQuery } from "./judge.ts";
import { readPrivateKey, readPublicKey } from "./keys.ts";
import { acknowledge, readSnapNotification } from "./notification.ts";
import { ReferenceNumbers } from "./reference-numbers.ts";
import { AccessTokens } from "./tokens.ts";

export type MidtransSnapOptions = {
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly partnerId: string;
  readonly merchantId: string;
  /** The merchant's RSA key, PEM, 2048 bits or more; Midtrans has its public half. */
  readonly privateKey: Secret;
  /** Midtrans' RSA key for notifications, PEM or bare base64. */
  readonly providerPublicKey: string;
  /** `https://merchants.midtrans.com`, `https://merchants.sbx.midtrans.com`, or this machine's sandbox. */
  readonly baseUrl: string;
  /** Default `gopay`. */
  readonly acquirer?: Acquirer;
  /** The operator's name for where the stands are, sent as `storeId`; at most 64 characters. */
  readonly site?: string;
  /** `CHANNEL-ID`, five digits; default `95221`. */
  readonly channelId?: string;
  /** `X-DEVICE-ID`; one of Midtrans' pages asks for it, the others do not. */
  readonly deviceId?: string;
  /** For one HTTP call, a token's included; a charge takes up to five of them, a void too. Default 15 s. */
  readonly timeoutMs?: number;
  /** True makes even a production address count as a test. */
  readonly isTest?: boolean;
  readonly http: Http;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

type Desk = CallOptions & {
  readonly merchantId: string;
  readonly acquirer: Acquirer;
  readonly site?: string;
  readonly random: Random;
  readonly tokens: AccessTokens;
  readonly numbers: ReferenceNumbers;
};

const DEFAULT_TIMEOUT_MS = 15_000;
/** Bank Indonesia asks for one, Midtrans takes any five digits. */
const DEFAULT_CHANNEL = "95221";
/** As long as a QR payload may be (EMVCo) and an offer can carry. */
const LONGEST_QR = 512;

/**
 * Midtrans over BI-SNAP, `/v1.0/qr/qr-mpm-*`. Throws `RangeError` on options that cannot work; after that nothing throws. That
 * one order's status is not queried too often is the caller's to keep.
 */
export function midtransSnap(options: MidtransSnapOptions): PaymentProvider {
  const publicKey = readPublicKey(options.providerPublicKey);
  const desk = deskOf(options);
  return {
    name: "midtrans-snap",
    isTest: isTestHost(desk.base) || options.isTest === true,
    charge: (attempt, signal) => charge(desk, attempt, signal),
    standing: (attempt, signal) => standingOf(desk, referenceOf(attempt), signal),
    void: (attempt, signal) => voidOf(desk, referenceOf(attempt), signal),
    refund: async () => ({ is: "refused", because: "not-activated", detail: "refund in Midtrans' dashboard" }),
    readNotification: (request) => readSnapNotification(request, publicKey, desk.clock.wall()),
    acknowledge,
  };
}

function deskOf(options: MidtransSnapOptions): Desk {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, channelId = DEFAULT_CHANNEL, acquirer = "gopay", clock } = options;
  checkHeaders({ ...options, channelId });
  const base = readBaseUrl(options.baseUrl, "https://merchants.sbx.midtrans.com");
  const privateKey = readPrivateKey(options.privateKey.reveal());
  const calls = { ...options, base, timeoutMs, channelId, acquirer, privateKey };
  const tokens = new AccessTokens({ clock, renew: () => renewToken(calls) });
  return { ...calls, tokens, numbers: new ReferenceNumbers() };
}

/** What goes into headers must be what headers can carry. */
function checkHeaders(options: MidtransSnapOptions & { readonly channelId: string }): void {
  if (!/^\d{5}$/.test(options.channelId)) throw new RangeError(`channel id "${options.channelId}": write five digits`);
  for (const name of ["clientId", "partnerId", "merchantId"] as const) {
    const value = options[name];
    if (!/^[\x21-\x7e]{1,64}$/.test(value)) {
      throw new RangeError(`${name} "${value}": 1 to 64 letters, digits or signs`);
    }
  }
  const { deviceId = "none" } = options;
  if (!/^[\x21-\x7e](?:[\x20-\x7e]{0,398}[\x21-\x7e])?$/.test(deviceId)) {
    throw new RangeError(`device id "${deviceId}": 1 to 400 letters, digits or signs`);
  }
}

async function charge(desk: Desk, attempt: Attempt, signal: AbortSignal): Promise<Charge> {
  if (!addsUp(attempt)) {
    const detail = `the items do not add up to ${attempt.amount}`;
    return { is: "refused", retriable: false, because: "bad-amount", detail };
  }
  const reference = referenceOf(attempt);
  const expiresAt = validUntil(attempt, desk.clock.wall());
  const body = generateBody(attempt, desk, expiresAt);
  const call = { operation: "generate", reference, externalId: reference, body, signal } as const;
  const answered = await callSnap(desk, desk.tokens, call);
  if (answered.is === "none") return unanswered(answered);
  const verdict = judgeGenerate(answered.answer, reference);
  if (verdict.is === "issued" || verdict.is === "pictured") desk.numbers.learn(reference, verdict.transaction);
  const charged = verdict.is === "pictured" ? await seen(desk, verdict, signal) : verdict;
  return charged.is === "issued" ? { ...charged, expiresAt } : charged;
}

function unanswered(answered: Extract<Answered, { is: "none" }>): Charge {
  const { detail } = answered;
  if (answered.sent) return { is: "unclear", detail };
  if (answered.misconfigured) return { is: "refused", retriable: false, because: "misconfigured", detail };
  return { is: "refused", retriable: true, because: "unavailable", detail };
}

/** The charge stands; if nobody can see its code, whoever asks will find it pending, end it and try again. */
async function seen(
  desk: Desk,
  { image, url, transaction }: Extract<GenerateVerdict, { is: "pictured" }>,
  signal: AbortSignal,
): Promise<Charge> {
  const enclosed = image === undefined ? undefined : readQrImage(Buffer.from(image, "base64"));
  if (enclosed !== undefined && enclosed.length <= LONGEST_QR) return { is: "issued", qr: enclosed, transaction };
  const picture: PictureRead = await readPicture(desk, url === undefined ? [] : [url], signal);
  if (picture.is === "read") return { is: "issued", qr: picture.qr, transaction };
  const tried = image === undefined ? "" : "the picture in the answer shows no code; ";
  return { is: "unclear", detail: `charged, but there is no QR code: ${tried}${picture.detail}` };
}

async function standingOf(desk: Desk, reference: string, signal: AbortSignal): Promise<Standing> {
  const { answered, asked } = await ask(desk, "query", reference, signal);
  if (answered.is === "none") return { is: "unclear", detail: answered.detail };
  const standing = judgeQuery(answered.answer, asked);
  desk.numbers.learn(reference, answered.answer.originalReferenceNo, standing);
  return standing;
}

/** Cancels; where Midtrans says a clear no, or not what it cancelled, the standing tells. */
async function voidOf(desk: Desk, reference: string, signal: AbortSignal): Promise<Standing> {
  const { answered, asked } = await ask(desk, "cancel", reference, signal);
  if (answered.is === "none") return { is: "unclear", detail: answered.detail };
  const verdict = judgeCancel(answered.answer, asked);
  if (verdict.is !== "ask") return verdict;
  const standing = await standingOf(desk, reference, signal);
  if (standing.is !== "pending") return standing;
  return { is: "unclear", detail: `still pending; cancel: ${verdict.because}` };
}

async function ask(desk: Desk, operation: "query" | "cancel", reference: string, signal: AbortSignal) {
  const { tokens, clock, merchantId, random, numbers } = desk;
  const original: Original = numbers.originalOf(reference);
  const bodyOf = operation === "query" ? queryBody : cancelBody;
  const externalId = newUlid(clock.wall(), random);
  const call = { operation, reference, externalId, body: bodyOf(original, merchantId), signal };
  const answered = await callSnap(desk, tokens, call);
  const asked: Asked = { reference, original, heardAt: clock.wall() };
  return { answered, asked };
}
