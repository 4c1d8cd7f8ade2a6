import { type ClientRequest, type IncomingMessage, request as plain } from "node:http";
import { request as secured } from "node:https";
import { jsonIn } from "../../host/json.ts";
import { ENROL_MAX_BYTES } from "../../protocol/enrolment.ts";

/** `body` is what the JSON of the answer says; `undefined` where it is none. */
export type Posted =
  | { readonly is: "answer"; readonly status: number; readonly body: unknown; readonly retryAfterMs?: number }
  /** In words: no connection, no answer in time, a certificate that is not good, an answer that is too long. */
  | { readonly is: "failed"; readonly because: string };

/** Sends JSON to an address. Never rejects. */
export type Post = (url: string, body: object) => Promise<Posted>;

const PATIENCE_MS = 20_000;

/**
 * One connection a call, closed afterwards; `patienceMs` from the first byte to the last. Certificates are always checked, whatever
 * the environment says; no redirects.
 */
export const postWithin =
  (patienceMs: number): Post =>
  (url, body) =>
    new Promise((resolve) => {
      const failed = (because: string): void => resolve({ is: "failed", because });
      const text = JSON.stringify(body);
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
      const signal = AbortSignal.timeout(patienceMs);
      const request = open(url, { method: "POST", headers, signal, agent: false, rejectUnauthorized: true });
      request.on("error", (error) =>
        failed(signal.aborted ? `no answer within ${patienceMs / 1_000} s` : wordsOf(error)),
      );
      request.on("response", (response) => {
        read(response).then(resolve, (error: unknown) => failed(wordsOf(error)));
      });
      request.end(text);
    });

export const postJson: Post = postWithin(PATIENCE_MS);

type Options = Parameters<typeof secured>[1];

const open = (url: string, options: Options): ClientRequest =>
  url.startsWith("https:") ? secured(url, options) : plain(url, options);

async function read(response: IncomingMessage): Promise<Posted> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    text += chunk;
    if (text.length > ENROL_MAX_BYTES) return { is: "failed", because: `an answer of over ${ENROL_MAX_BYTES} bytes` };
  }
  const seconds = Number(response.headers["retry-after"]);
  const retryAfterMs = seconds > 0 && seconds <= 86_400 ? seconds * 1_000 : undefined;
  const status = response.statusCode ?? 0;
  return { is: "answer", status, body: jsonIn(text), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message || error.name : String(error));

/** An address under which a backend may enrol: TLS, or this very machine. What is wrong with it in words, else the origin. */
export function enrolAddress(text: string): { readonly origin: string } | { readonly wrong: string } {
  if (!URL.canParse(text)) return { wrong: `"${text}" is no address: write https://… as the operator has given it` };
  const { protocol, origin, hostname } = new URL(text);
  if (protocol === "https:") return { origin };
  const isHere = ["127.0.0.1", "[::1]", "localhost"].includes(hostname);
  if (protocol === "http:" && isHere) return { origin };
  return { wrong: `"${text}" must begin with https://: a code must not be read on the way` };
}
