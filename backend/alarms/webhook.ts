import { createHmac } from "node:crypto";
import type { Secret } from "../../host/secret.ts";
import type { Http } from "../providers/http.ts";
import type { Notice } from "./notice.ts";
import type { Messenger, Sent } from "./outbox.ts";

export type WebhookParts = {
  readonly url: string;
  readonly secret: Secret;
  readonly http: Http;
  /** Milliseconds since 1970. */
  wall(): number;
};

const TIMEOUT_MS = 10_000;
const ANSWER_MAX_BYTES = 65_536;

/**
 * `t=SECONDS,v1=HEX`: HMAC-SHA256, under the shared secret, of the seconds since 1970, a dot and the body's bytes. Whoever hears it
 * computes the same, compares in constant time, and believes nothing that is older than some minutes.
 */
export function signatureOf(body: string, secret: Secret, wall: number): string {
  const seconds = Math.floor(wall / 1_000);
  const mac = createHmac("sha256", secret.reveal()).update(`${seconds}.${body}`).digest("hex");
  return `t=${seconds},v1=${mac}`;
}

const SECRET_LEAST = 16;

/** Throws what is wrong with it, in words for a person. */
export function checkAlarmSecret(text: string): void {
  if (text.length < SECRET_LEAST)
    throw new RangeError(`${text.length} characters are too few to sign with: take ${SECRET_LEAST} or more`);
}

/** Posts messages as JSON; any answer from 200 to 299 says that it has arrived. */
export const webhook = (parts: WebhookParts): Messenger => ({
  way: "webhook",
  send: (notice) => post(notice, parts),
});

async function post(notice: Notice, { url, secret, http, wall }: WebhookParts): Promise<Sent> {
  const body = JSON.stringify(notice);
  const outcome = await http.request({
    method: "POST",
    url,
    headers: {
      "content-type": "application/json",
      "x-qris-id": notice.id,
      "x-qris-signature": signatureOf(body, secret, wall()),
    },
    body,
    timeoutMs: TIMEOUT_MS,
    signal: new AbortController().signal,
    maxBytes: ANSWER_MAX_BYTES,
  });
  if (outcome.is !== "answer") return { is: "failed", problem: `${outcome.is}: ${outcome.detail}` };
  const isTaken = outcome.status >= 200 && outcome.status < 300;
  return isTaken ? { is: "sent" } : { is: "failed", problem: `it answered ${outcome.status}` };
}
