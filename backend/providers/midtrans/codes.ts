/**
 * What each `status_code` in a body means for each call. HTTP's own status does not count: Midtrans sends most errors as
 * HTTP 200 with the code inside. Source: docs.midtrans.com, reference/status-codes, code-4xx, api-headers (429, 202),
 * cancel-transaction, expire-transaction, get-transaction-status, refund-transaction, direct-refund-transaction, and
 * docs/error-code-and-response-code (401, 406, 503).
 */
export type CodeRow = {
  readonly means: string;
  /** What the operator can do about it; absent where time or the provider sees to it. */
  readonly advice?: string;
  readonly charge: ChargeColumn;
  readonly status: "by-state" | "unknown" | "unclear";
  readonly cancel: EndingColumn;
  readonly expire: EndingColumn;
  /** For either way of asking for one. */
  readonly refund: RefundColumn;
};

/** `by-state`: done, and `transaction_status` says what. `unclear`: nothing is known, or a charge exists already. */
type ChargeColumn = "by-state" | "denied" | "unavailable" | "misconfigured" | "invalid" | "unclear";
/** `ask`: a clear no, so the standing has to be looked up at once. */
type EndingColumn = "by-state" | "unknown" | "ask" | "unclear";
/**
 * `books`: it may have been made, by this call or an earlier one; only Midtrans' books tell. `by-words`: the code has two
 * meanings. `closed`: this way of refunding is not open, the other may be. `closed-or-over`: or the transaction's standing
 * forbids it; the books tell. `not-now`: another hour may do. `unclear`: nothing was made, and the same may work later.
 */
type RefundColumn =
  | "by-state"
  | "books"
  | "by-words"
  | "closed"
  | "closed-or-over"
  | "not-now"
  | "by-bank"
  | "invalid"
  | "unclear";

/** The request itself was refused; nothing was made. */
const refused = (means: string, charge: ChargeColumn, refund: RefundColumn = "invalid"): CodeRow => ({
  means,
  charge,
  status: "unclear",
  cancel: "ask",
  expire: "ask",
  refund,
});
/** Nobody knows how far it got; asking at once would meet the same trouble. */
const lost = (means: string, charge: ChargeColumn = "unclear", refund: RefundColumn = "books"): CodeRow => ({
  means,
  charge,
  status: "unclear",
  cancel: "unclear",
  expire: "unclear",
  refund,
});
const advised = (advice: string, row: CodeRow): CodeRow => ({ ...row, advice });

const TRY_LATER = "it is tried again; if it stays so, look at Midtrans' status page";
const UPDATE = "the request is one that Midtrans does not take: show this line to whoever looks after this program";

export const CODES: Readonly<Record<string, CodeRow>> = {
  "200": {
    means: "done",
    charge: "by-state",
    status: "by-state",
    cancel: "by-state",
    expire: "ask",
    refund: "by-state",
  },
  "201": { means: "pending", charge: "by-state", status: "by-state", cancel: "ask", expire: "ask", refund: "books" },
  // With a state a denial, by the bank or for fraud; without one "the request with this idempotency key is still running".
  "202": {
    means: "denied, or still running",
    charge: "by-state",
    status: "by-state",
    cancel: "unclear",
    expire: "unclear",
    refund: "by-state",
  },
  "300": advised("check midtrans.base_url", refused("moved permanently", "misconfigured")),
  "400": advised(UPDATE, refused("validation error", "invalid")),
  "401": advised(
    "check that the server key is the one of this environment, sandbox or production",
    lost("the server key was refused", "misconfigured", "closed"),
  ),
  "402": advised(
    "have Midtrans activate it for this account",
    refused("the merchant has no access to this payment type", "misconfigured", "closed"),
  ),
  "403": advised(UPDATE, lost("the Accept header cannot be met", "misconfigured", "invalid")),
  // A charge names nothing that could be missing: the address is wrong.
  "404": {
    means: "not found",
    charge: "misconfigured",
    status: "unknown",
    cancel: "unknown",
    expire: "unknown",
    refund: "closed",
  },
  "405": advised(UPDATE, refused("method not allowed", "misconfigured", "closed")),
  // It was charged, or refunded, before: at the latest when the idempotency key is forgotten, five minutes after.
  "406": refused("the order id, or the refund's key, is taken", "unclear", "books"),
  // Success for `expire`, which is the one call where it is not bad news.
  "407": {
    means: "expired",
    charge: "unclear",
    status: "by-state",
    cancel: "ask",
    expire: "by-state",
    refund: "books",
  },
  "408": advised(UPDATE, refused("wrong data type", "misconfigured")),
  // Cards only, older documentation.
  "409": refused("too many transactions", "denied", "unclear"),
  // Older pages: the merchant's account is deactivated.
  "410": advised(
    "if it is so for every charge, ask Midtrans whether the account is active",
    refused("account or payer is blocked", "misconfigured", "by-bank"),
  ),
  "411": advised(UPDATE, refused("card token missing", "misconfigured")),
  // Speaks of a transaction that exists.
  "412": refused("the status cannot be changed", "unclear", "closed-or-over"),
  "413": advised(UPDATE, refused("malformed JSON", "misconfigured")),
  // The list of codes: insufficient funds; the pages on refunds: invalid amount. No answer to a charge, so nothing is known of one.
  "414": refused("the refund was refused", "unclear", "by-words"),
  // In no page; merchants have been answered so: "Payment Provider doesn't allow refund within this time".
  "418": refused("the payer's provider takes no refund now", "unclear", "not-now"),
  // Counted before anything is made; the limit on charges is shared by all of Midtrans' merchants.
  "429": advised(TRY_LATER, lost("too many requests", "unavailable", "unclear")),
  "500": advised(TRY_LATER, lost("internal error")),
  "501": advised(
    "have Midtrans activate it for this account",
    refused("feature not available", "misconfigured", "closed"),
  ),
  // The connection to the acquirer broke: it may hold the charge.
  "502": advised(TRY_LATER, lost("the bank's connection failed")),
  // "Retry later": the connection did not come about. A charge that exists all the same was never shown to anybody.
  "503": advised(TRY_LATER, lost("the bank or partner is not available", "unavailable")),
  // Made, and not judged in time.
  "504": advised(TRY_LATER, lost("fraud detection is not available")),
  // Virtual accounts only.
  "505": advised(TRY_LATER, lost("the virtual account could not be made")),
};

const UNLISTED = advised("ask Midtrans' support what it means", lost("not in the documentation"));

export const rowOf = (code: string): CodeRow => (Object.hasOwn(CODES, code) ? CODES[code] : undefined) ?? UNLISTED;
