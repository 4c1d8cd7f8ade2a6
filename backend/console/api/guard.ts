import { senderOf } from "../../../host/addresses.ts";
import type { HttpAnswer, HttpRequest, Route } from "../../../host/http.ts";
import type { Log } from "../../../host/log.ts";
import { JournalFault } from "../../../journal/journal.ts";
import type { Throttle } from "../../pay/throttle.ts";
import type { Actor, Audit } from "../audit/audit.ts";
import type { Refusals } from "../audit/refusals.ts";
import type { Cookie } from "../sessions/cookies.ts";
import type { Sessions, Signed } from "../sessions/sessions.ts";
import { isSame } from "../sessions/tokens.ts";
import { refusal, signedOut, tooOften, unavailable } from "./answers.ts";
import type { Endpoint, SignedCall } from "./endpoint.ts";
import { type Role, roles } from "./words.ts";

export type GuardParts = {
  readonly sessions: Pick<Sessions, "of">;
  readonly cookie: Cookie;
  readonly audit: Audit;
  readonly refusals: Refusals;
  /** By address. */
  readonly throttle: Pick<Throttle, "admits">;
  readonly hasOidc: boolean;
  readonly log: Log;
  isProxy(address: string): boolean;
  isFromOwnPage(request: HttpRequest): boolean;
};

/** With every answer of the API: it is data, of one account, and no page. */
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
} as const;

/** Nothing but what an endpoint lets this account do, from a page of the console, is done; what is refused is written down. */
export const guarded = (endpoints: readonly Endpoint[], parts: GuardParts): readonly Route[] =>
  endpoints.map((endpoint) => ({
    method: endpoint.method,
    path: endpoint.path,
    answer: async (request) => {
      const answer = await answerOf(endpoint, request, parts);
      return "hangUp" in answer ? answer : { ...answer, headers: { ...HEADERS, ...answer.headers } };
    },
  }));

async function answerOf(endpoint: Endpoint, request: HttpRequest, parts: GuardParts): Promise<HttpAnswer> {
  const source = senderOf(request.peer, request.headers["x-forwarded-for"], parts.isProxy) ?? request.peer;
  if (!parts.throttle.admits(source)) return tooOften(60_000);
  try {
    return await admitted(endpoint, request, source, parts);
  } catch (error) {
    if (!(error instanceof JournalFault)) throw error;
    parts.log.error("the console's store does not answer", { path: endpoint.path, error });
    return unavailable("The store");
  }
}

async function admitted(
  endpoint: Endpoint,
  request: HttpRequest,
  source: string,
  parts: GuardParts,
): Promise<HttpAnswer> {
  const id = parts.cookie.read(request.headers["cookie"]);
  const who = await parts.sessions.of(id, endpoint.path !== LIVE);
  const actor: Actor = who === undefined ? { who: "-", source } : { who: who.name, role: who.role, source };
  const no = barred(endpoint, request, who, parts);
  if (no !== undefined) {
    // Whoever only looks, and has no session to show, has not tried anything.
    const isAttempt = endpoint.method !== "GET" || id !== undefined;
    if (isAttempt) await writeRefused(endpoint, request, actor, no, parts);
    return no;
  }
  const prepared = endpoint.prepare(request);
  if (prepared.is === "bad") {
    await writeRefused(endpoint, request, actor, prepared.answer, parts);
    return prepared.answer;
  }
  // Only an endpoint for anybody is called without an account, and it does not ask for one.
  const call = { request, source, actor, who, body: undefined } as SignedCall;
  return recorded(endpoint, call, prepared, parts);
}

/** While everything of it goes on, a stream is no use of the session. */
const LIVE = "/api/live";

/** Why this call is not let through; nothing where it is. */
function barred(endpoint: Endpoint, request: HttpRequest, who: Signed | undefined, parts: GuardParts) {
  const isChange = endpoint.method !== "GET";
  if (isChange && !parts.isFromOwnPage(request)) return NOT_FROM_HERE;
  if (endpoint.may === "anybody") return undefined;
  if (who === undefined) return signedOut(parts.hasOidc);
  if (isChange && !isSame(request.headers["x-csrf-token"] ?? "", who.csrf)) return NO_TOKEN;
  if (who.mustChangePassword && endpoint.isForNewcomers !== true) return CHANGE_FIRST;
  return isRole(who.role, endpoint.may) ? undefined : needs(endpoint.may);
}

const isRole = (role: Role, least: Role): boolean => roles.indexOf(role) >= roles.indexOf(least);

const NOT_FROM_HERE = refusal("csrf", "This call did not come from a page of the console.", {
  hint: "If the console stands behind a proxy, base_url must be what browsers call it by.",
});
const NO_TOKEN = refusal("csrf", "The call lacks the session's token.", { hint: "Load the page anew." });
const CHANGE_FIRST = refusal("password-change", "Choose a password of your own first.");
const needs = (role: Role) => refusal("role", `This takes the role ${role}.`);

async function recorded(
  endpoint: Endpoint,
  call: SignedCall,
  prepared: Extract<ReturnType<Endpoint["prepare"]>, { is: "good" }>,
  parts: GuardParts,
): Promise<HttpAnswer> {
  const { what, recordsItself } = endpoint;
  if (what === undefined) return prepared.answer(call);
  const entry = { ...call.actor, what, ...aboutOf(call.request), details: prepared.details };
  if (!recordsItself) await parts.audit.write({ ...entry, result: "begun" });
  try {
    const answer = await prepared.answer(call);
    const { about = entry.about, refused, ...sent } = answer;
    const because = refused ?? (isRefusal(sent) ? becauseOf(sent) : undefined);
    if (because !== undefined) await parts.refusals.write({ ...entry, ...(about && { about }), because });
    else if (!recordsItself) await parts.audit.write({ ...entry, result: "done" });
    return sent;
  } catch (error) {
    if (!recordsItself) await parts.audit.write({ ...entry, result: "unknown" }).catch(() => undefined);
    throw error;
  }
}

function writeRefused(
  { what, method, path }: Endpoint,
  request: HttpRequest,
  actor: Actor,
  answer: HttpAnswer,
  { refusals }: GuardParts,
): Promise<void> {
  const entry = { ...actor, what: what ?? `${method} ${path}`, ...aboutOf(request), because: becauseOf(answer) };
  return refusals.write(entry);
}

const LONGEST_NAME = 64;

/** The one name in the path. */
function aboutOf({ params }: HttpRequest): { readonly about?: string } {
  const [name] = Object.values(params);
  return name === undefined ? {} : { about: name.slice(0, LONGEST_NAME) };
}

const isRefusal = (answer: HttpAnswer): boolean => "status" in answer && answer.status >= 400;

function becauseOf(answer: HttpAnswer): string {
  const body: unknown = "body" in answer ? answer.body : undefined;
  if (typeof body !== "object" || body === null || !("error" in body)) return "";
  const detail = body.error === "conflict" && "message" in body ? `: ${String(body.message)}` : "";
  return `${String(body.error)}${detail}`;
}
