import { type Http, openHttp } from "../../../../backend/providers/http.ts";
import { type MidtransCoreOptions, midtransCore } from "../../../../backend/providers/midtrans/core.ts";
import type { PaymentProvider } from "../../../../backend/providers/provider.ts";
import { type Facts, type Log, silentLog } from "../../../../host/log.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { charged, type Json, SERVER_KEY, settled } from "./samples.ts";
import { type Heard, type Reply, type TapeServer, tapeServer } from "./tape-server.ts";

export const NEVER = new AbortController().signal;

export const PENDING: Reply = { body: charged };
export const SETTLED: Reply = { body: settled };
export const CANCELLED: Reply = { body: { ...settled, transaction_status: "cancel" } };
export const EXPIRED: Reply = { body: { ...settled, status_code: "407", transaction_status: "expire" } };
export const refusing = (status_code: string, status_message = "no") => ({
  body: { status_code, status_message, id: "a-request" },
});

type Answers = readonly Reply[] | ((heard: Heard) => Reply);

/** A provider on virtual time whose Midtrans plays a tape, and what it heard and said. */
export class TapeRig {
  readonly clock = new VirtualClock();
  readonly said: string[] = [];
  readonly #http: Http = openHttp({ clock: this.clock });
  #server: TapeServer | undefined;

  open(baseUrl: string, rest: Partial<MidtransCoreOptions> = {}): PaymentProvider {
    const world = { http: this.#http, clock: this.clock, log: silentLog };
    return midtransCore({ serverKeys: () => [SERVER_KEY], baseUrl, notificationUrls: [], ...world, ...rest });
  }

  async against(tape: Answers, rest: Partial<MidtransCoreOptions> = {}): Promise<PaymentProvider> {
    this.#server = await tapeServer(tape);
    return this.open(this.#server.url, rest);
  }

  /** Whoever calls from now on finds nobody. */
  async leave(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  get url(): string {
    return this.#server?.url ?? "";
  }

  /** The requests' first lines. */
  lines(): string[] {
    return this.#server?.lines() ?? [];
  }

  heard(at = 0): Heard {
    const one = this.#server?.heard[at];
    if (one === undefined) throw new Error(`nothing was heard at ${at}`);
    return one;
  }

  header(name: string, at = 0): string {
    return String(this.heard(at).headers[name]);
  }

  json(at = 0): Json {
    return this.heard(at).json as Json;
  }

  /** Keeps every line, as text. */
  log(): Log {
    const say = (what: string, facts?: Facts): void => {
      this.said.push(`${what} ${JSON.stringify(facts)}`);
    };
    const log: Log = { debug: say, info: say, warn: say, error: say, child: () => log };
    return log;
  }

  async close(): Promise<void> {
    await this.#http.close();
    await this.leave();
  }
}
