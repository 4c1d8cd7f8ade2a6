import type { Log } from "../../../host/log.ts";
import type { Clock } from "../../../protocol/time.ts";
import type { Http, HttpOutcome, HttpRequest } from "../http.ts";
import { isoOf } from "../midtrans/time.ts";
import { loggedReference } from "../reference.ts";
import { readSnapAnswer, type SnapAnswer } from "./answers.ts";
import { isTokenRefused, type Operation, rowOf } from "./codes.ts";
import type { Keyring, Keys } from "./keyring.ts";
import { signCall, signTokenRequest } from "./signature.ts";
import type { AccessTokens, Renewed } from "./tokens.ts";

export type CallOptions = {
  readonly http: Http;
  readonly clock: Clock;
  readonly log: Log;
  readonly base: URL;
  readonly timeoutMs: number;
  readonly clientId: string;
  readonly partnerId: string;
  readonly keyring: Keyring;
  /** Five digits. */
  readonly channelId: string;
  readonly deviceId?: string;
};

export type Call = {
  readonly operation: Exclude<Operation, "token">;
  readonly reference: string;
  /** `X-EXTERNAL-ID`: new for every call but a repeated one, and a refund that is tried again. */
  readonly externalId: string;
  readonly body: object;
  readonly signal: AbortSignal;
};

/** `none`: no answer that can be read. `sent: false`: Midtrans surely heard nothing of it. */
export type Answered =
  | { readonly is: "answer"; readonly answer: SnapAnswer }
  | { readonly is: "none"; readonly sent: true; readonly detail: string }
  | { readonly is: "none"; readonly sent: false; readonly misconfigured: boolean; readonly detail: string };

/** The picture in an answer has no stated bound. */
const MAX_ANSWER_BYTES = 1_024 * 1_024;
const TOKEN_PATH = "/v1.0/access-token/b2b";
const TOKEN_BODY = JSON.stringify({ grantType: "client_credentials" });
/** docs.midtrans.com/reference/access-token-api: 900 seconds unless told otherwise. */
const USUAL_LIFETIME_S = 900;
const LONGEST_LIFETIME_S = 86_400;

/**
 * One call. A token that is refused is renewed, and the call sent once more with all its signs but the token's: Midtrans looks
 * at the token first, so the call was surely not carried out. Any other loss is the caller's to judge.
 */
export async function callSnap(options: CallOptions, tokens: AccessTokens, call: Call): Promise<Answered> {
  const first = await tryOnce(options, tokens, call);
  return isRefusedFor(first, call) ? tryOnce(options, tokens, call) : first;
}

const isRefusedFor = (answered: Answered, { operation }: Call): boolean =>
  answered.is === "answer" && isTokenRefused(answered.answer.responseCode, operation);

async function tryOnce(options: CallOptions, tokens: AccessTokens, call: Call): Promise<Answered> {
  const { keyring, http, log } = options;
  const keys = keyring.read();
  if (keys.is === "unusable") return { is: "none", sent: false, misconfigured: true, detail: keys.detail };
  const read = await tokens.get(keys.keys, call.signal);
  if (read.is === "none") return { is: "none", sent: false, misconfigured: read.misconfigured, detail: read.detail };
  const outcome = await http.request(requestFor(options, call, keys.keys, read.token));
  const answered = readOutcome(outcome);
  report(log, call.operation, call.reference, outcome, answered);
  if (isRefusedFor(answered, call)) tokens.refused(read.token);
  return answered;
}

function requestFor(options: CallOptions, call: Call, { clientSecret }: Keys, accessToken: string): HttpRequest {
  const { base, clock, timeoutMs, partnerId, channelId, deviceId } = options;
  const body = JSON.stringify(call.body);
  const url = urlOf(base, `/v1.0/qr/qr-mpm-${call.operation}`);
  const timestamp = isoOf(clock.wall());
  const signed = { method: "POST", path: url.pathname, accessToken, body: Buffer.from(body), timestamp } as const;
  return {
    method: "POST",
    url: url.href,
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      authorization: `Bearer ${accessToken}`,
      "x-timestamp": timestamp,
      "x-signature": signCall(signed, clientSecret),
      "x-partner-id": partnerId,
      "x-external-id": call.externalId,
      "channel-id": channelId,
      ...(deviceId === undefined ? {} : { "x-device-id": deviceId }),
    },
    body,
    timeoutMs,
    signal: call.signal,
    maxBytes: MAX_ANSWER_BYTES,
  };
}

/** A new access token (docs.midtrans.com/reference/access-token-api). Ends by its time-out, whoever waits for it. */
export async function renewToken(options: CallOptions, { privateKey }: Keys): Promise<Renewed> {
  const { http, clock, base, timeoutMs, clientId, log } = options;
  const timestamp = isoOf(clock.wall());
  const outcome = await http.request({
    method: "POST",
    url: urlOf(base, TOKEN_PATH).href,
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      "x-client-key": clientId,
      "x-timestamp": timestamp,
      "x-signature": signTokenRequest(clientId, timestamp, privateKey),
    },
    body: TOKEN_BODY,
    timeoutMs,
    signal: new AbortController().signal,
    maxBytes: MAX_ANSWER_BYTES,
  });
  const answered = readOutcome(outcome);
  report(log, "access-token", "", outcome, answered);
  return tokenIn(answered);
}

function tokenIn(answered: Answered): Renewed {
  if (answered.is === "none") return none(answered.detail);
  const { responseCode: code, responseMessage = "", accessToken, expiresIn = USUAL_LIFETIME_S } = answered.answer;
  const row = rowOf(code, "token");
  if (row.token === "done" && accessToken !== undefined) {
    return { is: "token", token: accessToken, lifetimeMs: Math.min(expiresIn, LONGEST_LIFETIME_S) * 1_000 };
  }
  return { ...none(`${code} (${row.means}), ${responseMessage}`), misconfigured: row.token === "misconfigured" };
}

const none = (detail: string) => ({ is: "none", misconfigured: false, detail: `no access token: ${detail}` }) as const;

const urlOf = (base: URL, path: string): URL => new URL(base.href.replace(/\/$/, "") + path);

function readOutcome(outcome: HttpOutcome): Answered {
  if (outcome.is !== "answer") {
    const detail = `${outcome.is}: ${outcome.detail}`;
    return outcome.sent
      ? { is: "none", sent: true, detail }
      : { is: "none", sent: false, misconfigured: false, detail };
  }
  const answer = readSnapAnswer(outcome.body);
  if (answer === undefined) return { is: "none", sent: true, detail: `HTTP ${outcome.status} without a responseCode` };
  return { is: "answer", answer };
}

/** Code and outcome, never a body. */
function report(log: Log, operation: string, reference: string, outcome: HttpOutcome, answered: Answered): void {
  const facts = {
    operation,
    ...loggedReference(reference),
    ...(outcome.is === "answer" ? { http: outcome.status } : {}),
  };
  if (answered.is === "none") log.warn("midtrans did not answer", { ...facts, detail: answered.detail });
  else log.info("midtrans answered", { ...facts, code: answered.answer.responseCode });
}
