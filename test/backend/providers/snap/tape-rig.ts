import { type Http, openHttp } from "../../../../backend/providers/http.ts";
import type { PaymentProvider } from "../../../../backend/providers/provider.ts";
import type { MidtransSnapOptions } from "../../../../backend/providers/snap/desk.ts";
import { midtransSnap } from "../../../../backend/providers/snap/snap.ts";
import { silentLog } from "../../../../host/log.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { type Json, REFERENCE, without } from "../midtrans/samples.ts";
import { type Heard, type Reply, type TapeServer, tapeServer } from "../midtrans/tape-server.ts";
import { CREDENTIALS, fixture } from "./samples.ts";

export const NEVER = new AbortController().signal;
/** Midtrans' number for the transaction, in all of its samples. */
export const NUMBER = "2020102977770000000009";
export const TOKEN_LINE = "POST /v1.0/access-token/b2b";
export const GENERATE = "POST /v1.0/qr/qr-mpm-generate";
export const QUERY = "POST /v1.0/qr/qr-mpm-query";
export const CANCEL = "POST /v1.0/qr/qr-mpm-cancel";
export const REFUND = "POST /v1.0/qr/qr-mpm-refund";

export const TOKEN: Reply = { body: fixture("token-2026") };
export const PENDING: Reply = {
  body: {
    ...without(
      fixture("query-2025"),
      "originalReferenceNo",
      "originalPartnerReferenceNo",
      "paidTime",
      "additionalInfo",
    ),
    originalExternalId: REFERENCE,
    latestTransactionStatus: "03",
  },
};
/** The documented payment, as ours and without the refund that its sample shows. */
export const paid: Json = {
  ...without(fixture("query-2025"), "additionalInfo"),
  originalPartnerReferenceNo: REFERENCE,
  originalExternalId: REFERENCE,
};
export const NOT_FOUND: Reply = {
  body: {
    responseCode: "2005100",
    responseMessage: "Request has been processed successfully",
    serviceCode: "47",
    latestTransactionStatus: "07",
  },
};
export const saying = (responseCode: string, responseMessage = "no"): Reply => ({
  status: Number(responseCode.slice(0, 3)),
  body: { responseCode, responseMessage },
});

type Answers = readonly Reply[] | ((heard: Heard) => Reply);

/** A provider on virtual time, whose Midtrans hands out tokens and else plays a tape; and what it heard. */
export class TapeRig {
  readonly clock = new VirtualClock();
  readonly #http: Http = openHttp({ clock: this.clock });
  #server: TapeServer | undefined;

  open(baseUrl: string, rest: Partial<MidtransSnapOptions> = {}): PaymentProvider {
    const world = { http: this.#http, clock: this.clock, random: counting(), log: silentLog };
    return midtransSnap({ ...CREDENTIALS, ...world, baseUrl, ...rest });
  }

  /** With a function, that answers requests for tokens too. */
  async against(tape: Answers, rest: Partial<MidtransSnapOptions> = {}): Promise<PaymentProvider> {
    const left = typeof tape === "function" ? [] : [...tape];
    this.#server = await tapeServer((heard) => {
      if (typeof tape === "function") return tape(heard);
      return heard.line === TOKEN_LINE ? TOKEN : (left.shift() ?? { status: 599, body: "the tape is over" });
    });
    return this.open(this.#server.url, rest);
  }

  get url(): string {
    return this.#server?.url ?? "";
  }

  lines(): string[] {
    return this.#server?.lines() ?? [];
  }

  heard(line: string, nth = 0): Heard {
    const one = this.#server?.heard.filter((each) => each.line === line)[nth];
    if (one === undefined) throw new Error(`${line} was not heard ${nth + 1} times`);
    return one;
  }

  header(line: string, name: string, nth = 0): string {
    return String(this.heard(line, nth).headers[name]);
  }

  async close(): Promise<void> {
    await this.#http.close();
    await this.#server?.close();
  }
}

/** Chance that never says the same twice. */
function counting(): () => number {
  let count = 0;
  return () => {
    count += 1;
    return (count % 97) / 97;
  };
}
