import type { RefundRefusal } from "../provider.ts";

/**
 * What each `responseCode` means for each call: HTTP status (3 digits), service (2), case (2). A case means the same in every
 * service, so rows are named by status and case. The answer's own HTTP status does not count; an unlisted code says nothing.
 *
 * `done`: carried out, the body says what. `unclear`: nothing is known, or a transaction exists already: ask the standing.
 * Generate: `invalid` is a bad amount if the words say so. Query: `untaken`, this way of asking is not taken. Cancel: `ask`, a
 * clear no to ending the charge, so its standing has to be looked up at once. Refund: a clear no with its reason.
 */
export type CodeRow = {
  readonly means: string;
  /** The pages whose tables list it, by the letters of `PAGES`. */
  readonly listed: string;
  readonly token: "done" | "unavailable" | "misconfigured";
  readonly generate: "done" | "denied" | "unavailable" | "misconfigured" | "invalid" | "bad-amount" | "unclear";
  readonly query: "done" | "unknown" | "untaken" | "unclear";
  readonly cancel: "done" | "ask" | "unclear";
  readonly refund: "done" | "unclear" | RefusedRefund;
};

export type RefusedRefund = { readonly because: RefundRefusal; readonly againMs?: number };
export type Operation = Exclude<keyof CodeRow, "means" | "listed">;

export const SERVICES: Readonly<Record<Operation, string>> = {
  token: "73",
  generate: "47",
  query: "51",
  cancel: "77",
  refund: "78",
};

/** Of docs.midtrans.com/reference. The cancel page lists none for service 77; its 57, GoPay's, stands in. */
export const PAGES = {
  G: "mpm-api-qris, older",
  g: "mpm-api-qris, 2026-04",
  q: "get-transaction-status-api, 2025-11",
  c: "cancel-api, 2025-11",
  r: "refund-api, 2026-02",
  n: "payment-notification-api, 2026-03",
  t: "access-token-api, 2026-05",
} as const;

const HOUR_MS = 3_600_000;
/** Money of sales becomes payable in the course of days (docs.midtrans.com/docs/technical-faq). */
const NO_BALANCE: RefusedRefund = { because: "no-balance", againMs: 6 * HOUR_MS };
const CUT_OFF: RefusedRefund = { because: "closed-hours", againMs: HOUR_MS };
const TOMORROW: RefusedRefund = { because: "closed-hours", againMs: 24 * HOUR_MS };
const by = (because: RefundRefusal): RefusedRefund => ({ because });

type Answers = { readonly generate: CodeRow["generate"]; readonly refund: CodeRow["refund"] };

/** The request itself was refused; nothing was made, nothing was ended. */
const refused = (means: string, listed: string, { generate, refund }: Answers): CodeRow => ({
  means,
  listed,
  token: "unavailable",
  generate,
  query: "unclear",
  cancel: "ask",
  refund,
});
/** The request is written in a way that is not taken. */
const miswritten = (means: string, listed: string, generate: CodeRow["generate"]): CodeRow => ({
  ...refused(means, listed, { generate, refund: by("invalid") }),
  token: "misconfigured",
  query: "untaken",
});
/** Who asks was refused, or how often, or just now: asking at once would meet the same trouble. */
const shut = (means: string, listed: string, generate: CodeRow["generate"]): CodeRow => ({
  ...refused(means, listed, { generate, refund: "unclear" }),
  token: generate === "misconfigured" ? "misconfigured" : "unavailable",
  cancel: "unclear",
});
/** Nobody knows how far it got. */
const lost = (means: string, listed: string): CodeRow => shut(means, listed, "unclear");
/** Speaks of a transaction that exists: at a charge of ours, one that was made before. */
const exists = (means: string, listed: string, refund: CodeRow["refund"] = by("not-refundable")): CodeRow =>
  refused(means, listed, { generate: "unclear", refund });

export const CODES: Readonly<Record<string, CodeRow>> = {
  "200 00": {
    means: "successful",
    listed: "Ggqcrnt",
    token: "done",
    generate: "done",
    query: "done",
    cancel: "done",
    refund: "done",
  },
  "202 00": lost("transaction still on process", "Ggn"),
  "400 00": miswritten("general request failure", "Ggn", "misconfigured"),
  "400 01": miswritten("invalid format", "Ggn", "invalid"),
  "400 02": miswritten("missing or invalid mandatory field", "Ggqcrn", "invalid"),
  "401 00": shut("unauthorized: client, secret, signature or key refused", "Ggqcrnt", "misconfigured"),
  // By then it has been renewed once, and the new one was refused too.
  "401 01": shut("the access token is invalid", "Ggcrn", "unavailable"),
  "401 03": shut("the access token is not known", "Ggn", "unavailable"),
  "403 00": exists("transaction expired", "Gn"),
  "403 01": {
    ...shut("the merchant is not allowed to call this API", "Gn", "misconfigured"),
    refund: by("not-activated"),
  },
  "403 02": refused("exceeds the amount limit", "Ggrn", { generate: "bad-amount", refund: by("invalid") }),
  "403 03": refused("suspected fraud", "Ggn", { generate: "denied", refund: by("not-refundable") }),
  "403 04": shut("too many requests", "Gn", "unavailable"),
  "403 05": refused("account or user status is abnormal", "Gn", { generate: "misconfigured", refund: by("by-bank") }),
  "403 06": { ...shut("cut-off in progress", "n", "unavailable"), refund: CUT_OFF },
  "403 09": refused("the account is dormant", "Gn", { generate: "misconfigured", refund: by("by-bank") }),
  "403 14": refused("insufficient funds", "Grn", { generate: "denied", refund: NO_BALANCE }),
  // At a refund: Midtrans has to allow refunds first, which it does not of itself for points of sale.
  "403 15": refused("transaction not permitted", "Ggcn", { generate: "misconfigured", refund: by("not-activated") }),
  "403 16": refused("transaction suspended", "Gn", { generate: "denied", refund: by("not-refundable") }),
  "403 18": refused("inactive account", "Gn", { generate: "misconfigured", refund: by("by-bank") }),
  "403 19": {
    ...shut("the merchant is suspended from calling any API", "Gn", "misconfigured"),
    refund: by("not-activated"),
  },
  "403 20": refused("the merchant's limit of the day is reached", "Gn", { generate: "denied", refund: TOMORROW }),
  "403 21": refused("no limit may be set on this token", "n", { generate: "misconfigured", refund: by("invalid") }),
  "403 22": refused("token limit out of the agreed range", "Gn", { generate: "misconfigured", refund: by("invalid") }),
  "403 23": refused("the account's limit of the day is reached", "Gn", { generate: "denied", refund: TOMORROW }),
  "404 00": exists("invalid transaction status", "Grn"),
  // A charge names nothing that could be missing: the address is wrong.
  "404 01": {
    ...refused("transaction not found", "Grn", { generate: "misconfigured", refund: by("not-refundable") }),
    query: "unknown",
  },
  "404 02": refused("invalid routing", "Gn", { generate: "misconfigured", refund: by("by-bank") }),
  "404 04": exists("transaction cancelled by the customer", "Gn"),
  "404 08": {
    ...refused("the merchant does not exist or its status is abnormal", "Ggn", {
      generate: "misconfigured",
      refund: by("not-activated"),
    }),
    token: "misconfigured",
  },
  "404 10": exists("invalid API transition within a journey", "Gn"),
  // At a charge: the amount is written wrongly. At a refund: more than was paid.
  "404 13": refused("the amount does not match", "Ggrn", { generate: "bad-amount", refund: by("invalid") }),
  "404 16": refused("the partner number is not known", "n", { generate: "misconfigured", refund: by("invalid") }),
  "404 17": refused("the terminal is not known", "Gn", { generate: "misconfigured", refund: by("invalid") }),
  // Inconsistent with an earlier request of the same reference.
  "404 18": exists("inconsistent request parameter", "Gn", "unclear"),
  "405 00": refused("function not supported", "Gn", { generate: "misconfigured", refund: by("not-activated") }),
  // At a refund: the allowed window is over.
  "405 01": exists("cancel or refund not allowed at this time", "Grn", by("window-over")),
  "409 00": exists("the X-EXTERNAL-ID was used before", "Ggn", "unclear"),
  "409 01": exists("the reference was processed before", "Grn", "unclear"),
  // Counted before anything is made.
  "429 00": shut("transaction limit exceeded", "Gn", "unavailable"),
  "500 00": lost("general error", "Gnt"),
  // "Please retry the process again", but it is not said that nothing was made.
  "500 01": lost("unknown internal failure", "Ggqcrn"),
  "500 02": lost("backend system failure", "Ggn"),
  "504 00": lost("time-out at the issuer", "Ggqcrn"),
};

const UNLISTED = lost("not in the documentation", "");

/** The row of a code in the answer to `operation`; a code of another service counts as unlisted. */
export function rowOf(code: string, operation: Operation): CodeRow {
  const name = `${code.slice(0, 3)} ${code.slice(5)}`;
  if (code.slice(3, 5) !== SERVICES[operation] || !Object.hasOwn(CODES, name)) return UNLISTED;
  return CODES[name] ?? UNLISTED;
}

/** The token was refused, and with it the call, before anything was carried out. */
export const isTokenRefused = (code: string, operation: Operation): boolean =>
  ["401 01", "401 03"].includes(`${code.slice(0, 3)} ${code.slice(5)}`) && code.slice(3, 5) === SERVICES[operation];
