import { createHash } from "node:crypto";
import type { Log } from "../../../host/log.ts";
import type { Http, HttpOutcome, HttpRequest } from "../http.ts";
import { loggedReference } from "../reference.ts";
import { type MidtransAnswer, readAnswer } from "./answers.ts";
import type { ServerKeys } from "./signature.ts";

export type CallOptions = {
  readonly http: Http;
  readonly base: URL;
  readonly serverKeys: ServerKeys;
  readonly timeoutMs: number;
  readonly log: Log;
};

export type Call = {
  readonly operation: keyof typeof PATHS;
  readonly reference: string;
  /** What makes this call the same as an earlier one; absent: operation and reference alone. */
  readonly once?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

/** `none`: no answer that can be read. `sent: false`: Midtrans surely heard nothing. */
export type Answered =
  | { readonly is: "answer"; readonly answer: MidtransAnswer }
  | { readonly is: "none"; readonly sent: boolean; readonly detail: string };

const PATHS = {
  charge: () => "charge",
  status: (reference: string) => `${reference}/status`,
  cancel: (reference: string) => `${reference}/cancel`,
  expire: (reference: string) => `${reference}/expire`,
  refund: (reference: string) => `${reference}/refund`,
  "direct-refund": (reference: string) => `${reference}/refund/online/direct`,
} as const;

/** A status answer is about 2 KiB; action lists and metadata leave it far below this. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** One call to the Core API. Logs code and outcome, never a body. */
export async function callMidtrans(options: CallOptions, call: Call): Promise<Answered> {
  const outcome = await options.http.request(requestFor(options, call));
  const answered = read(outcome);
  report(options.log, call, outcome, answered);
  return answered;
}

function requestFor({ base, serverKeys, timeoutMs }: CallOptions, call: Call): HttpRequest {
  const { operation, reference, once = reference, body, headers, signal } = call;
  const path = PATHS[operation](encodeURIComponent(reference));
  const method = operation === "status" ? "GET" : "POST";
  return {
    method,
    url: `${base.href.replace(/\/$/, "")}/v2/${path}`,
    headers: {
      accept: "application/json",
      authorization: `Basic ${Buffer.from(`${serverKeys()[0].reveal()}:`).toString("base64")}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(method === "GET" ? {} : { "idempotency-key": idempotencyKeyOf(operation, once) }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    timeoutMs,
    signal,
    maxBytes: MAX_ANSWER_BYTES,
  };
}

/**
 * The same for every repeat of one call, another for every other call: keys are shared by all endpoints, are remembered five
 * minutes, and are ignored when longer than 46 characters (docs.midtrans.com/reference/api-headers; their Go client says 36).
 */
export const idempotencyKeyOf = (operation: string, once: string): string =>
  createHash("sha256").update(`${operation} ${once}`).digest("hex").slice(0, 32);

function read(outcome: HttpOutcome): Answered {
  if (outcome.is !== "answer") return { is: "none", sent: outcome.sent, detail: `${outcome.is}: ${outcome.detail}` };
  const answer = readAnswer(outcome.body);
  if (answer === undefined) return { is: "none", sent: true, detail: `HTTP ${outcome.status} without a status_code` };
  return { is: "answer", answer };
}

function report(log: Log, { operation, reference, once }: Call, outcome: HttpOutcome, answered: Answered): void {
  const facts = {
    operation,
    ...loggedReference(reference),
    ...(once === undefined ? {} : { once }),
    ...(outcome.is === "answer" ? { http: outcome.status } : {}),
  };
  if (answered.is === "none") log.warn("midtrans did not answer", { ...facts, detail: answered.detail });
  else log.info("midtrans answered", { ...facts, code: answered.answer.status_code });
}
