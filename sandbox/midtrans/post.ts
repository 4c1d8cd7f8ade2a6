import type { Http } from "../../backend/providers/http.ts";
import { type Answered, FOLLOWED_MAX, isFollowed } from "./retries.ts";

/** One notification on its way to one address. Never rejects. `refused`: the address is not on this machine. */
export type Post = (url: string, json: string, signal: AbortSignal, headers?: Headers) => Promise<Answered | "refused">;

/** Beside those that every notification has. */
export type Headers = Readonly<Record<string, string>>;

export type PostOptions = {
  readonly http: Http;
  readonly timeoutMs: number;
  /** Otherwise only addresses of this machine are called: nobody's server hears of made-up payments. */
  readonly anywhere: boolean;
};

const ANSWER_MAX_BYTES = 65_536;
const HEADERS = { "content-type": "application/json", accept: "application/json", "user-agent": "Veritrans" };

export function poster({ http, timeoutMs, anywhere }: PostOptions): Post {
  return async (url, json, signal, own = {}) => {
    const headers = { ...HEADERS, ...own };
    let target = url;
    for (let followed = 0; followed <= FOLLOWED_MAX; followed += 1) {
      if (!anywhere && !isLoopback(target)) return "refused";
      const call = { method: "POST", url: target, headers, body: json, timeoutMs, signal } as const;
      const outcome = await http.request({ ...call, maxBytes: ANSWER_MAX_BYTES });
      if (outcome.is !== "answer") return "unreachable";
      const next = redirectOf(target, outcome.headers["location"]);
      if (!isFollowed(outcome.status) || next === undefined) return outcome.status;
      target = next;
    }
    return "unreachable";
  };
}

/** `localhost`, `127.x.x.x` and `::1`, over http or https. */
export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

const redirectOf = (from: string, location: string | undefined): string | undefined =>
  location !== undefined && URL.canParse(location, from) ? new URL(location, from).href : undefined;
