import { afterEach } from "vitest";
import { steadyClock } from "../../../host/clock.ts";
import { type HttpAnswer, type HttpRequest, serve } from "../../../host/http.ts";
import { silentLog } from "../../../host/log.ts";
import type { Random } from "../../../protocol/ids.ts";
import { type Sandbox, type StartOptions, startMidtrans } from "../../../sandbox/midtrans/start.ts";

export const SERVER_KEY = "SB-Mid-server-abcdefgh";
export const realClock = steadyClock("test", { keepsAlive: false });

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** Closed after the test. */
export function closeLater(close: () => Promise<void>): void {
  closers.push(close);
}

/** Repeatable chance (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export async function startSandbox(options: Partial<StartOptions> = {}): Promise<Sandbox> {
  const defaults = { port: 0, clock: realClock, random: seeded(1), log: silentLog, serverKey: SERVER_KEY };
  const sandbox = await startMidtrans({ ...defaults, ...options });
  closeLater(() => sandbox.close());
  return sandbox;
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks into JSON that has no type.
export type Json = any;

export type Caller = (
  method: "GET" | "POST",
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly json: Json }>;

/** A Core API client without any wit of its own. */
export const caller =
  (sandbox: { readonly url: string }, key = SERVER_KEY): Caller =>
  async (method, path, body, headers = {}) => {
    const answer = await fetch(sandbox.url + path, {
      method,
      headers: {
        accept: "application/json",
        "content-type": "application/json",
        authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}`,
        ...headers,
      },
      ...(body === undefined ? {} : { body: bytesOf(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, json: text.startsWith("{") ? JSON.parse(text) : text };
  };

const bytesOf = (body: unknown): string | Uint8Array =>
  typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);

export const chargeOf = (order_id: string, gross_amount = 15_000): object => ({
  payment_type: "qris",
  transaction_details: { order_id, gross_amount },
});

export type Merchant = {
  readonly url: string;
  /** Every notification so far, in the order they came. */
  readonly heard: readonly Json[];
  /** Resolves when `count` notifications have come. */
  until(count: number): Promise<readonly Json[]>;
};

/** A merchant's server that remembers notifications and answers as told (200 unless told otherwise). */
export async function startMerchant(
  answer: (body: Json, request: HttpRequest) => HttpAnswer | Promise<HttpAnswer> = () => ({ status: 200, body: "ok" }),
): Promise<Merchant> {
  const heard: Json[] = [];
  let wake: () => void = () => undefined;
  const server = await serve({
    port: 0,
    clock: realClock,
    log: silentLog,
    closeWithinMs: 100,
    routes: [
      {
        method: "POST",
        path: "/*",
        answer: async (request) => {
          const body: Json = JSON.parse(Buffer.from(request.body).toString());
          heard.push(body);
          wake();
          return answer(body, request);
        },
      },
    ],
  });
  closeLater(() => server.close());
  const until = async (count: number): Promise<readonly Json[]> => {
    while (heard.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return heard;
  };
  return { url: `${server.url}/hook`, heard, until };
}

export const standingsOf = (heard: readonly Json[]): readonly string[] =>
  heard.map((each) => String(each.transaction_status));
