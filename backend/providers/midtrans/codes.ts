/**
 * What each `status_code` in a body means for each call. HTTP's own status does not count: Midtrans sends most errors as
 * HTTP 200 with the code inside. Source: docs.midtrans.com, reference/status-codes, code-4xx, api-headers (429, 202),
 * cancel-transaction, expire-transaction, get-transaction-status.
 *
 * `by-state`: done, and `transaction_status` says what. `unclear`: nothing is known, or a charge exists already: ask the
 * standing. `ask`: a clear no to ending the charge, so its standing has to be looked up at once.
 */
export type CodeRow = {
  readonly means: string;
  readonly charge: "by-state" | "denied" | "unavailable" | "misconfigured" | "invalid" | "unclear";
  readonly status: "by-state" | "unknown" | "unclear";
  readonly cancel: "by-state" | "unknown" | "ask" | "unclear";
  readonly expire: "by-state" | "unknown" | "ask" | "unclear";
};

/** The request itself was refused; nothing was made. */
const refused = (means: string, charge: CodeRow["charge"]): CodeRow => ({
  means,
  charge,
  status: "unclear",
  cancel: "ask",
  expire: "ask",
});
/** Nobody knows how far it got; asking at once would meet the same trouble. */
const lost = (means: string, charge: CodeRow["charge"] = "unclear"): CodeRow => ({
  means,
  charge,
  status: "unclear",
  cancel: "unclear",
  expire: "unclear",
});

export const CODES: Readonly<Record<string, CodeRow>> = {
  "200": { means: "done", charge: "by-state", status: "by-state", cancel: "by-state", expire: "ask" },
  "201": { means: "pending", charge: "by-state", status: "by-state", cancel: "ask", expire: "ask" },
  // At charge either a denial, with its state, or "the request with this idempotency key is still running", without one.
  "202": {
    means: "denied, or still running",
    charge: "by-state",
    status: "by-state",
    cancel: "unclear",
    expire: "unclear",
  },
  "300": refused("moved permanently", "misconfigured"),
  "400": refused("validation error", "invalid"),
  "401": lost("the server key was refused", "misconfigured"),
  "402": refused("the merchant has no access to this payment type", "misconfigured"),
  "403": lost("the Accept header cannot be met", "misconfigured"),
  // A charge names nothing that could be missing: the address is wrong.
  "404": { means: "not found", charge: "misconfigured", status: "unknown", cancel: "unknown", expire: "unknown" },
  "405": refused("method not allowed", "misconfigured"),
  // It was charged before: at the latest when the idempotency key is forgotten, five minutes after.
  "406": refused("the order id is taken", "unclear"),
  // Success for `expire`, which is the one call where it is not bad news.
  "407": { means: "expired", charge: "unclear", status: "by-state", cancel: "ask", expire: "by-state" },
  "408": refused("wrong data type", "misconfigured"),
  // Cards only, older documentation.
  "409": refused("too many transactions", "denied"),
  "410": refused("account or payer is blocked", "misconfigured"),
  "411": refused("card token missing", "misconfigured"),
  // Speaks of a transaction that exists.
  "412": refused("the status cannot be changed", "unclear"),
  "413": refused("malformed JSON", "misconfigured"),
  // Counted before anything is made; the limit on charges is shared by all of Midtrans' merchants.
  "429": lost("too many requests", "unavailable"),
  "500": lost("internal error"),
  "501": refused("feature not available", "misconfigured"),
  // The connection to the acquirer broke: it may hold the charge.
  "502": lost("the bank's connection failed"),
  // "Retry later": the connection did not come about. A charge that exists all the same was never shown to anybody.
  "503": lost("the bank or partner is not available", "unavailable"),
  // Made, and not judged in time.
  "504": lost("fraud detection is not available"),
};

const UNLISTED = lost("not in the documentation");

export const rowOf = (code: string): CodeRow => (Object.hasOwn(CODES, code) ? CODES[code] : undefined) ?? UNLISTED;
