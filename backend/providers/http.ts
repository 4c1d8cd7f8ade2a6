import { rootCertificates } from "node:tls";
import { Agent, type Dispatcher } from "undici";
import type { Clock } from "../../protocol/time.ts";

export type HttpRequest = {
  readonly method: "GET" | "POST";
  /** Absolute, `http:` or `https:`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the call to the last byte of the answer, waiting for a connection included. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Longest body that is accepted; a longer one ends the call as `broken`. */
  readonly maxBytes: number;
};

/**
 * `unreachable`: no connection came about (name, refusal, certificate). `silent`: the time was over, or the caller gave up.
 * `broken`: the connection broke, or the answer was not HTTP or too long. `sent: false`: not one byte of the request left, nor
 * will it; `true`: it may have arrived.
 */
export type HttpOutcome =
  | {
      readonly is: "answer";
      readonly status: number;
      /** Names in lower case; the last one of a repeated header. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
    }
  | { readonly is: "unreachable" | "silent" | "broken"; readonly detail: string; readonly sent: boolean };

/** Calls to other companies' servers. Follows no redirects, never throws for what a network or a server can do. */
export interface Http {
  request(request: HttpRequest): Promise<HttpOutcome>;
  /** Breaks off what is under way (`broken`) and closes the connections. */
  close(): Promise<void>;
}

export type HttpOptions = {
  readonly clock: Clock;
  /** PEM certificates to trust beside the public ones. Checking itself cannot be turned off, not even by the environment. */
  readonly extraCa?: readonly string[];
};

/** How long a connection may take to come about, TLS included. A request's own time-out may end sooner. */
const CONNECT_MS = 10_000;
/** Connections a host; calls beyond wait for one, and end by their own time-out. */
const CONNECTIONS = 32;
const MAX_HEADER_BYTES = 16_384;

/** A pool of kept connections. The time-out of a call runs on `clock`, so a test need not wait for it. */
export function openHttp(options: HttpOptions): Http {
  const { clock, extraCa = [] } = options;
  const agent = new Agent({
    connections: CONNECTIONS,
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: CONNECT_MS,
      rejectUnauthorized: true,
      ...(extraCa.length === 0 ? {} : { ca: [...rootCertificates, ...extraCa] }),
    },
  });
  return { request: (request) => perform(agent, clock, request), close: () => agent.destroy() };
}

function perform(agent: Agent, clock: Clock, request: HttpRequest): Promise<HttpOutcome> {
  return new Promise((resolve) => {
    const exchange = new Exchange(request.maxBytes, (outcome) => {
      stopTimer();
      request.signal.removeEventListener("abort", giveUp);
      resolve(outcome);
    });
    const giveUp = () => exchange.end("silent", "the caller gave up");
    const tooLate = () => exchange.end("silent", `no full answer within ${request.timeoutMs} ms`);
    const stopTimer = clock.after(request.timeoutMs, tooLate);
    request.signal.addEventListener("abort", giveUp, { once: true });
    if (request.signal.aborted) giveUp();
    else dispatch(agent, request, exchange);
  });
}

function dispatch(agent: Agent, request: HttpRequest, exchange: Exchange): void {
  try {
    const { origin, pathname, search } = new URL(request.url);
    const { method, headers, body = null } = request;
    agent.dispatch({ origin, path: pathname + search, method, headers, body }, exchange);
  } catch (error) {
    exchange.fail(error);
  }
}

/**
 * One request and what comes back. undici calls `onRequestStart` right before it writes to a connected socket: until then
 * nothing has left, and an exchange that has ended by then stops the writing.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #maxBytes: number;
  readonly #settle: (outcome: HttpOutcome) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #sent = false;
  #over = false;
  #head: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | undefined;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(maxBytes: number, settle: (outcome: HttpOutcome) => void) {
    this.#maxBytes = maxBytes;
    this.#settle = settle;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#over) {
      controller.abort(new Error("given up before it was sent"));
      return;
    }
    this.#controller = controller;
    this.#sent = true;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: HeadersIn): void {
    this.#head = { status, headers: flat(headers) };
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#length += chunk.length;
    if (this.#length > this.#maxBytes) this.end("broken", `the answer is longer than ${this.#maxBytes} bytes`);
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#head === undefined) this.end("broken", "the answer ended before it began");
    else this.#finish({ is: "answer", ...this.#head, body: Buffer.concat(this.#chunks) });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  fail(error: unknown): void {
    this.end(this.#sent ? "broken" : "unreachable", describe(error));
  }

  end(is: "unreachable" | "silent" | "broken", detail: string): void {
    this.#finish({ is, detail, sent: this.#sent });
    this.#controller?.abort(new Error(detail));
  }

  #finish(outcome: HttpOutcome): void {
    if (this.#over) return;
    this.#over = true;
    this.#settle(outcome);
  }
}

type HeadersIn = Readonly<Record<string, string | readonly string[] | undefined>>;

function flat(headers: HeadersIn): Record<string, string> {
  const pairs = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === "string" ? value : value?.at(-1),
  ]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [first] = error instanceof AggregateError ? error.errors : [];
  const told = first instanceof Error ? first : error;
  const code = "code" in told && typeof told.code === "string" ? `${told.code}: ` : "";
  return `${code}${told.message}`.slice(0, 300);
}
