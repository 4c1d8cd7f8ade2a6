import { knownWord, say, tongue } from "./tongue.js";

/** @typedef {import("../api/words.ts").Refusal} Refusal */
/** @typedef {import("../api/words.ts").Me} Me */

/** What the backend would not do, or that it did not answer: for people. */
export class Refused extends Error {
  /** @param {number} status 0: no answer came @param {Partial<Refusal> & { ways?: { oidc: boolean } }} said @param {number} [againMs] */
  constructor(status, said, againMs) {
    super(whyOf(said) ?? inTongue(said) ?? said.message ?? say("error.unknown", { status }));
    this.status = status;
    this.code = said.error ?? "unknown";
    this.hint = said.hint;
    /** In English, where the message is in another tongue and says less. */
    this.detail = inTongue(said) === undefined || !ESPECIALLY.includes(this.code) ? undefined : said.message;
    this.issues = said.issues ?? [];
    this.ways = said.ways;
    this.againMs = againMs;
  }
}

/** Of these the backend's own sentence says what the code does not. */
const ESPECIALLY = ["unavailable", "malformed"];
/** @param {Partial<Refusal>} said */
const whyOf = ({ why }) => (why === undefined ? undefined : knownWord("conflict", why));
/** The backend speaks English. @param {Partial<Refusal>} said */
const inTongue = ({ error }) => (tongue() === "en" || error === undefined ? undefined : knownWord("refused", error));

/** @type {Me | undefined} */
let me;
let whenSignedOut = () => {};

export const whoAmI = () => me;
/** @param {Me | undefined} account */
export const signedInAs = (account) => {
  me = account;
};
/** @param {() => void} hear called when the session turns out to be over */
export const onSignedOut = (hear) => {
  whenSignedOut = hear;
};

const ranks = ["viewer", "staff", "admin"];
/** Whether whoever is signed in has this role or a higher one. @param {import("../api/words.ts").Role} role */
export const may = (role) => me !== undefined && ranks.indexOf(me.role) >= ranks.indexOf(role);

/** Longer than the slowest answer, a stand's picture, may take. */
const PATIENCE_MS = 20_000;

/**
 * @param {string} method
 * @param {string} path below `/api`
 * @param {object} [body]
 * @param {AbortSignal} [signal]
 * @returns {Promise<Response>} an answer that is good; rejects with `Refused`
 */
async function ask(method, path, body, signal) {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch(`/api${path}`, {
    method,
    credentials: "same-origin",
    signal: signal === undefined ? patience : AbortSignal.any([signal, patience]),
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(method === "GET" || me === undefined ? {} : { "x-csrf-token": me.csrf }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error) => {
    if (signal?.aborted) throw error;
    throw new Refused(0, { message: say("error.silent"), hint: say("error.silent.hint") });
  });
  if (answer.ok) return answer;
  throw await refusalOf(answer);
}

/** @param {Response} answer */
async function refusalOf(answer) {
  const said = await answer.json().catch(() => ({}));
  const seconds = Number(answer.headers.get("retry-after"));
  const refused = new Refused(answer.status, said, seconds > 0 ? seconds * 1_000 : undefined);
  if (me !== undefined && (refused.code === "signed-out" || refused.code === "password-change")) whenSignedOut();
  return refused;
}

/** @template Body @param {string} path @param {AbortSignal} [signal] @returns {Promise<Body>} */
export const get = async (path, signal) => (await ask("GET", path, undefined, signal)).json();

/** @template Body @param {"POST" | "PUT" | "PATCH"} method @param {string} path @param {object} body @returns {Promise<Body>} */
export async function send(method, path, body) {
  const answer = await ask(method, path, body);
  const text = await answer.text();
  return JSON.parse(text === "" ? "{}" : text);
}

/** @param {string} path @param {AbortSignal} signal */
export async function picture(path, signal) {
  const answer = await ask("GET", path, undefined, signal);
  const { headers } = answer;
  return { blob: await answer.blob(), ageMs: Number(headers.get("x-age-ms") ?? 0), page: headers.get("x-page") ?? "" };
}

/** `?a=1&b=2` of what has a value. @param {Readonly<Record<string, string | number | undefined>>} values */
export function query(values) {
  const pairs = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return text === "" ? "" : `?${text}`;
}
