import type { Http, HttpOutcome, HttpRequest } from "../../backend/providers/http.ts";
import type { HttpAnswer, Route } from "../../host/http.ts";
import type { Random } from "../../protocol/ids.ts";
import type { BankMood } from "./bank.ts";
import type { Timeline } from "./timeline.ts";

export type StreetOptions = {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly routes: readonly Route[];
  readonly mood: () => BankMood;
};

/** The way from a backend to routes that nobody has bound to a port: HTTP in virtual time. It loses what its mood loses. */
export class Street implements Http {
  readonly #options: StreetOptions;

  constructor(options: StreetOptions) {
    this.#options = options;
  }

  request(request: HttpRequest): Promise<HttpOutcome> {
    const { timeline, random, mood } = this.#options;
    const silent: HttpOutcome = { is: "silent", detail: `no full answer within ${request.timeoutMs} ms`, sent: true };
    return new Promise((resolve) => {
      timeline.after(request.timeoutMs, () => resolve(silent));
      if (random() < mood().loseRequest) return;
      const lateMs = random() < mood().quirk ? request.timeoutMs * (1 + random()) : 0;
      timeline.after(this.#delay() + lateMs, () => {
        void this.#carryOut(request).then((answer) => {
          if (random() < mood().loseAnswer) return;
          timeline.after(this.#delay(), () => resolve(answer));
        });
      });
    });
  }

  async close(): Promise<void> {
    // There is no connection to close.
  }

  async #carryOut(request: HttpRequest): Promise<HttpOutcome> {
    const { pathname, host, searchParams } = new URL(request.url);
    for (const route of this.#options.routes) {
      const params = route.method === request.method ? paramsIn(route.path, pathname) : undefined;
      if (params === undefined) continue;
      const { method, body = "" } = request;
      const headers = { ...request.headers, host };
      const bytes = new TextEncoder().encode(body);
      const about = { method, path: pathname, params, query: searchParams, headers, peer: "127.0.0.1", body: bytes };
      return outcomeOf(await route.answer(about));
    }
    throw new Error(`there is no ${request.method} ${pathname} on this street`);
  }

  /** One way takes half of it. */
  #delay(): number {
    const [least, most] = this.#options.mood().delayMs;
    return (least + (most - least) * this.#options.random()) / 2;
  }
}

/** What stands in the places of `:name` and `*`; `undefined` where the path is another one. */
function paramsIn(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const names = pattern.split("/");
  const words = path.split("/");
  const hasRest = names.at(-1) === "*";
  if (hasRest ? words.length < names.length : words.length !== names.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const word = decodeURIComponent(words[index] ?? "");
    if (name.startsWith(":")) params[name.slice(1)] = word;
    else if (name !== "*" && name !== word) return undefined;
  }
  return params;
}

/** What a client reads of an answer. */
export function outcomeOf(answer: HttpAnswer): HttpOutcome {
  if ("hangUp" in answer) return { is: "broken", detail: "the connection was cut", sent: true };
  if ("events" in answer || "pieces" in answer) throw new Error("nobody on this street listens to a stream");
  const { status, body, headers = {} } = answer;
  return { is: "answer", status, headers, body: bytesOf(body) };
}

function bytesOf(body: string | Uint8Array | object): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
}
