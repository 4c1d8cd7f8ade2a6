import { createHash } from "node:crypto";
import { senderOf } from "../../host/addresses.ts";
import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import type { Log } from "../../host/log.ts";
import type { Secret } from "../../host/secret.ts";
import type { OrderId } from "../../protocol/ids.ts";
import { type Clock, type Instant, isReached, leftMs } from "../../protocol/time.ts";
import type { LedgerJournal } from "../cashier.ts";
import type { State } from "../ledger/words.ts";
import type { MerchantId } from "../providers/provider.ts";
import type { Contact } from "./contact.ts";
import { type Frame, openPress, PRIVATE, type Press } from "./document.ts";
import { orderPage, tooOftenPage, troublePage, unknownPage } from "./page.ts";
import { payingOf, sheetOf } from "./sheet.ts";
import { Throttle } from "./throttle.ts";
import { readPayToken } from "./token.ts";
import { tongueOf } from "./tongue.ts";

/**
 * The customer's page of one order. It moves nothing: what it shows is what the ledger knows, and of what stands in the address
 * only the token counts.
 */
export type PayParts = {
  readonly journal: Pick<LedgerJournal, "stateOf" | "story">;
  readonly key: Secret;
  readonly contact: Contact;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether this merchant's payments are made at a provider's test service. */
  isTest(merchant: MerchantId): boolean;
  /** Requests of one address. */
  readonly requestsAMinute: number;
  /** Whose `X-Forwarded-For` is believed. */
  isProxy(address: string): boolean;
};

export function payRoutes(parts: PayParts): readonly Route[] {
  const press = openPress();
  const throttle = new Throttle({ clock: parts.clock, aMinute: parts.requestsAMinute });
  const route = (path: string, answer: (found: Found) => Promise<HttpAnswer>): Route => ({
    method: "GET",
    path,
    answer: (request) => guarded(request, { parts, press, throttle }, answer),
  });
  return [
    route("/pay/:token", (found) => show(found, parts, press, false)),
    route("/pay/:token/finish", (found) => show(found, parts, press, true)),
    route("/pay/:token/state", async (found) => tell(found, parts)),
  ];
}

type Found = { readonly order: OrderId; readonly state: State; readonly request: HttpRequest };
type Desk = { readonly parts: PayParts; readonly press: Press; readonly throttle: Throttle };

/** No order has this id: what is read for a token that is none, so that its answer takes as long. */
const NO_ORDER = "0".repeat(26);

async function guarded(
  request: HttpRequest,
  { parts, press, throttle }: Desk,
  answer: (found: Found) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const { journal, key, log, isProxy } = parts;
  const sender = senderOf(request.peer, request.headers["x-forwarded-for"], isProxy) ?? request.peer;
  if (!throttle.admits(sender)) return refusal(429, tooOftenPage(), press, { "retry-after": "60" });
  const order = readPayToken(request.params["token"] ?? "", key);
  try {
    const state = await journal.stateOf(order ?? NO_ORDER);
    if (order === undefined || state === undefined) return refusal(404, unknownPage(), press);
    return await answer({ order, state, request });
  } catch (error) {
    log.error("a customer's page failed", { order, error });
    return refusal(503, troublePage(), press, { "retry-after": "10" });
  }
}

const refusal = (
  status: number,
  frame: Frame,
  press: Press,
  more: Readonly<Record<string, string>> = {},
): HttpAnswer => ({
  status,
  headers: { ...press.headers, ...more },
  body: press.document(frame),
});

/** Nothing of the query but the language is looked at: a wallet's word on how it went is anybody's word. */
async function show(found: Found, parts: PayParts, press: Press, isBack: boolean): Promise<HttpAnswer> {
  const { order, state, request } = found;
  const now = parts.clock.now();
  const sheet = sheetOf(state, await parts.journal.story(order), now);
  const frame = orderPage({
    sheet,
    isBack,
    tongue: tongueOf(request.query.get("lang"), request.headers["accept-language"]),
    contact: parts.contact,
    isTest: state.at !== "forestalled" && parts.isTest(state.sale.merchant),
    mark: markOf(state, now),
    againMs: againMsOf(state, now),
  });
  return { status: 200, headers: press.headers, body: press.document(frame) };
}

/** For the page's script, and for whoever else has the address. */
function tell({ state }: Found, { clock }: PayParts): HttpAnswer {
  const now = clock.now();
  const left = payingOf(state, now)?.leftMs;
  const body = {
    state: state.at,
    ...(left === undefined ? {} : { leftMs: left }),
    mark: markOf(state, now),
    againMs: againMsOf(state, now),
  };
  return { status: 200, headers: PRIVATE, body };
}

/** Another name whenever the page says something else; the number of status queries is nothing that it says. */
function markOf(state: State, now: Instant): string {
  const isOver = state.at === "payable" && isReached(state.until, now);
  const told = JSON.stringify({ ...state, asks: 0, isOver });
  return createHash("sha256").update(told).digest("base64url").slice(0, 12);
}

const SOON_MS = 3_000;
const PACES: Readonly<Record<State["at"], number>> = {
  charging: SOON_MS,
  payable: SOON_MS,
  voiding: SOON_MS,
  paid: SOON_MS,
  owed: 15_000,
  refunding: 15_000,
  delivered: 30_000,
  remedied: 30_000,
  voided: 30_000,
  refused: 30_000,
  forestalled: 30_000,
};

/** When looking again is worth it: soon, and at the moment the code ends. */
function againMsOf(state: State, now: Instant): number {
  const pace = PACES[state.at];
  const left = state.at === "payable" ? leftMs(state.until, now) : 0;
  return left > 0 ? Math.min(pace, Math.max(1_000, left)) : pace;
}
