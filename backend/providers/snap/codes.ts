/**
 * What each `responseCode` means for each call: HTTP status (3 digits), service (2), case (2). A case means the same in every
 * service, so rows are named by status and case. The answer's own HTTP status does not count. Source: the tables of
 * docs.midtrans.com, reference/mpm-api-qris (service 47, the older and longer table), get-transaction-status-api (51),
 * cancel-api (77); an unlisted code says nothing.
 *
 * `done`: carried out, the body says what. `unclear`: nothing is known, or a transaction exists already: ask the standing.
 * `ask`: a clear no to ending the charge, so its standing has to be looked up at once.
 */
export type CodeRow = {
  readonly means: string;
  readonly generate: "done" | "denied" | "unavailable" | "misconfigured" | "invalid" | "bad-amount" | "unclear";
  readonly query: "done" | "unknown" | "unclear";
  readonly cancel: "done" | "unknown" | "ask" | "unclear";
};

export type Operation = Exclude<keyof CodeRow, "means">;

export const SERVICES: Readonly<Record<Operation, string>> = { generate: "47", query: "51", cancel: "77" };

/** The request itself was refused; nothing was made, nothing was ended. */
const refused = (means: string, generate: CodeRow["generate"]): CodeRow => ({
  means,
  generate,
  query: "unclear",
  cancel: "ask",
});
/** Who asks was refused, or how often: asking at once would meet the same trouble. */
const shut = (means: string, generate: CodeRow["generate"]): CodeRow => ({
  ...refused(means, generate),
  cancel: "unclear",
});
/** Nobody knows how far it got. */
const lost = (means: string): CodeRow => shut(means, "unclear");
/** Speaks of a transaction that exists: at a charge of ours, one that was made before. */
const exists = (means: string): CodeRow => refused(means, "unclear");

export const CODES: Readonly<Record<string, CodeRow>> = {
  "200 00": { means: "successful", generate: "done", query: "done", cancel: "done" },
  "202 00": lost("transaction still on process"),
  "400 00": refused("general request failure", "misconfigured"),
  "400 01": refused("invalid format", "invalid"),
  "400 02": refused("missing or invalid mandatory field", "invalid"),
  "401 00": shut("unauthorized: client, secret, signature or key refused", "misconfigured"),
  // By then it has been renewed once, and the new one was refused too.
  "401 01": shut("the access token is invalid", "unavailable"),
  "401 03": shut("the access token is not known", "unavailable"),
  "403 00": exists("transaction expired"),
  "403 01": shut("the merchant is not allowed to call this API", "misconfigured"),
  "403 02": refused("exceeds the amount limit", "bad-amount"),
  "403 03": refused("suspected fraud", "denied"),
  "403 04": shut("too many requests", "unavailable"),
  "403 05": refused("account or user status is abnormal", "misconfigured"),
  "403 09": refused("the account is dormant", "misconfigured"),
  "403 14": refused("insufficient funds", "denied"),
  "403 15": refused("transaction not permitted", "misconfigured"),
  "403 16": refused("transaction suspended", "denied"),
  "403 18": refused("inactive account", "misconfigured"),
  "403 19": shut("the merchant is suspended from calling any API", "misconfigured"),
  "403 20": refused("the merchant's limit of the day is reached", "denied"),
  "403 22": refused("token limit out of the agreed range", "misconfigured"),
  "403 23": refused("the account's limit of the day is reached", "denied"),
  "404 00": exists("invalid transaction status"),
  // A charge names nothing that could be missing: the address is wrong.
  "404 01": { means: "transaction not found", generate: "misconfigured", query: "unknown", cancel: "unknown" },
  "404 02": refused("invalid routing", "misconfigured"),
  "404 04": exists("transaction cancelled by the customer"),
  "404 08": refused("the merchant does not exist or its status is abnormal", "misconfigured"),
  "404 10": exists("invalid API transition within a journey"),
  // At a charge: the amount is written wrongly.
  "404 13": refused("the amount does not match", "bad-amount"),
  "404 17": refused("the terminal is not known", "misconfigured"),
  // Inconsistent with an earlier request of the same reference.
  "404 18": exists("inconsistent request parameter"),
  "405 00": refused("function not supported", "misconfigured"),
  "405 01": exists("cancel or refund not allowed at this time"),
  "409 00": exists("the X-EXTERNAL-ID was used before"),
  "409 01": exists("the partnerReferenceNo was processed before"),
  // Counted before anything is made.
  "429 00": shut("transaction limit exceeded", "unavailable"),
  "500 00": lost("general error"),
  // "Please retry the process again", but it is not said that nothing was made.
  "500 01": lost("unknown internal failure"),
  "500 02": lost("backend system failure"),
  "504 00": lost("time-out at the issuer"),
};

const UNLISTED = lost("not in the documentation");

/** The row of a code in the answer to `operation`; a code of another service counts as unlisted. */
export function rowOf(code: string, operation: Operation): CodeRow {
  const name = `${code.slice(0, 3)} ${code.slice(5)}`;
  if (code.slice(3, 5) !== SERVICES[operation] || !Object.hasOwn(CODES, name)) return UNLISTED;
  return CODES[name] ?? UNLISTED;
}

/** The token was refused, and with it the call, before anything was carried out. */
export const isTokenRefused = (code: string): boolean => /^401..0[13]$/.test(code);
