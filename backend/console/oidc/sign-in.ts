import type { Throttle } from "../../pay/throttle.ts";
import { type Answered, refusal, tooOften, unavailable } from "../api/answers.ts";
import type { Answer, Call, Endpoint } from "../api/endpoint.ts";
import type { Role } from "../api/words.ts";
import type { OidcConfig } from "../config.ts";
import type { Cookie } from "../sessions/cookies.ts";
import type { LoginParts } from "../sessions/login.ts";
import { hashOf, newToken } from "../sessions/tokens.ts";
import { welcome } from "./person.ts";
import type { Attempt, OpenIdProvider, Person } from "./provider.ts";
import { roleOf } from "./roles.ts";

export type SignInParts = LoginParts & {
  readonly config: OidcConfig;
  readonly provider: OpenIdProvider;
  readonly cookie: Cookie;
  /** Ties a sign-in that is under way to the browser that began it; comes back with the provider's redirection. */
  readonly attemptCookie: Cookie;
  /** Sign-ins begun, by address. */
  readonly starts: Pick<Throttle, "admits">;
};

export const ATTEMPT_MS = 10 * 60_000;
/** More that are under way at once is nobody's honest morning. */
const MOST_UNDER_WAY = 1_000;

/** `GET /api/oidc/start` leads to the provider, `GET /api/oidc/back` comes from there. Both lead on, or to `/?sign-in=…`. */
export const oidcEndpoints = (parts: SignInParts): readonly Endpoint[] => [
  open("/api/oidc/start", "session.oidc-start", (call) => start(call, parts)),
  open("/api/oidc/back", "session.login", (call) => back(call, parts)),
];

const open = (path: string, what: string, answer: (call: Call) => Promise<Answer>): Endpoint => ({
  method: "GET",
  path,
  may: "anybody",
  what,
  recordsItself: true,
  prepare: () => ({ is: "good", details: { by: "oidc" }, answer }),
});

async function start({ source }: Call, parts: SignInParts): Promise<Answered> {
  const { store, clock, provider, attemptCookie } = parts;
  if (!parts.starts.admits(source)) return tooOften(60_000);
  const now = clock.wall();
  await store.deleteFrom("foreign_sign_ins").where("ends_ms", "<=", now).execute();
  const { count } = await store
    .selectFrom("foreign_sign_ins")
    .select((row) => row.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  if (Number(count) >= MOST_UNDER_WAY) return refusal("too-often", "Too many sign-ins are under way.", SOON);
  const { state, nonce, verifier }: Attempt = provider.newAttempt();
  const address = await provider.addressFor({ state, nonce, verifier });
  if (address === "silent") return unavailable("The place to sign in");
  const browser = newToken();
  await store
    .insertInto("foreign_sign_ins")
    .values({ hash: hashOf(state), browser: hashOf(browser), nonce, verifier, ends_ms: now + ATTEMPT_MS })
    .execute();
  return leadTo(address.href, attemptCookie.given(browser));
}

const SOON = { headers: { "retry-after": "60" } };

/** `state` is good for one answer, in the browser that it was given to, for ten minutes. */
async function back({ request, source }: Call, parts: SignInParts): Promise<Answer> {
  const attempt = await takeAttempt(request.query.get("state") ?? "", request.headers["cookie"], parts);
  if (attempt === undefined) return notIn("no sign-in of this browser is under way");
  const said = await parts.provider.personOf(request.query, attempt);
  if (said.is !== "person") return notIn(said.because);
  const role = roleOf(said.person.claims, parts.config);
  if (role === undefined) return notIn("in none of the groups", said.person.subject);
  const old = parts.cookie.read(request.headers["cookie"]);
  const admitted = await admit(said.person, role, { source, old }, parts);
  if (admitted.is === "disabled") return notIn("switched off", admitted.name);
  return leadTo("/", parts.cookie.given(admitted.session));
}

async function takeAttempt(
  state: string,
  cookies: string | undefined,
  { store, clock, attemptCookie }: SignInParts,
): Promise<Attempt | undefined> {
  const browser = attemptCookie.read(cookies);
  if (browser === undefined || state.length > 200) return undefined;
  const row = await store
    .deleteFrom("foreign_sign_ins")
    .where("hash", "=", hashOf(state))
    .where("browser", "=", hashOf(browser))
    .where("ends_ms", ">", clock.wall())
    .returning(["nonce", "verifier"])
    .executeTakeFirst();
  return row && { state, ...row };
}

type Admitted = { readonly is: "in"; readonly session: string } | { readonly is: "disabled"; readonly name: string };

function admit(
  person: Person,
  role: Role,
  { source, old }: { readonly source: string; readonly old: string | undefined },
  { audit, clock, sessions }: SignInParts,
): Promise<Admitted> {
  return audit.together(async (store, pen) => {
    const welcomed = await welcome(store, person, role, clock.wall());
    if (welcomed.is === "disabled") return welcomed;
    if (old !== undefined) await store.deleteFrom("sessions").where("hash", "=", hashOf(old)).execute();
    const { name } = welcomed.account;
    const session = await sessions.begin(store, name, source);
    await pen({ who: name, role, source, what: "session.login", details: { by: "oidc" }, result: "done" });
    return { is: "in", session };
  });
}

/** Back to the page, which says that it did not work; why, only the audit log says. */
function notIn(because: string, about?: string): Answer {
  return { ...leadTo("/?sign-in=refused"), refused: because, ...(about && { about: about.slice(0, 64) }) };
}

const leadTo = (location: string, cookie?: string): Answered => ({
  status: 303,
  headers: { location, ...(cookie && { "set-cookie": cookie }) },
  body: "",
});
