import { z } from "zod";
import type { HttpAnswer } from "../../../host/http.ts";
import type { Cookie } from "../sessions/cookies.ts";
import { changePassword, type LoginParts, logIn } from "../sessions/login.ts";
import type { Signed } from "../sessions/sessions.ts";
import { badFields, conflict, nothing, ok, refusal, tooOften } from "./answers.ts";
import { loginBody, passwordBody } from "./bodies.ts";
import { type Answer, act, type Call, type Endpoint, get, type SignedCall } from "./endpoint.ts";
import type { Me } from "./words.ts";

export type MeParts = LoginParts & {
  readonly cookie: Cookie;
  /** Whether it is all play money. */
  readonly isTest: boolean;
};

/** Coming in, going, and one's own password. */
export const meEndpoints = (parts: MeParts): readonly Endpoint[] => [
  get("viewer", "/api/me", async ({ who }) => ok(meOf(who, parts)), { isForNewcomers: true }),
  act({
    method: "POST",
    path: "/api/login",
    may: "anybody",
    what: "session.login",
    recordsItself: true,
    body: loginBody,
    answer: (call) => comeIn(call, parts),
  }),
  act({
    method: "POST",
    path: "/api/logout",
    may: "viewer",
    what: "session.logout",
    recordsItself: true,
    isForNewcomers: true,
    body: z.strictObject({}),
    answer: (call) => leave(call, parts),
  }),
  act({
    method: "POST",
    path: "/api/me/password",
    may: "viewer",
    what: "account.password",
    recordsItself: true,
    isForNewcomers: true,
    body: passwordBody,
    answer: (call) => renew(call, parts),
  }),
];

const meOf = ({ name, role, csrf, mustChangePassword, isForeign }: Signed, { isTest }: MeParts): Me => ({
  name,
  role,
  csrf,
  mustChangePassword,
  isForeign,
  isTest,
});

async function comeIn({ request, source, body }: Call<z.output<typeof loginBody>>, parts: MeParts): Promise<Answer> {
  const session = parts.cookie.read(request.headers["cookie"]);
  const said = await logIn({ ...body, source, ...(session && { session }) }, parts);
  if (said.is === "too-often") return tooOften(said.waitMs);
  if (said.is === "not-let-in") return { ...NOT_LET_IN, ...(said.known && { about: said.known }) };
  return signedIn(said.session, parts);
}

const NOT_LET_IN = refusal("not-let-in", "Name and password do not go together.", {
  hint: "An administrator can give a new password.",
});

async function signedIn(session: string, parts: MeParts): Promise<HttpAnswer> {
  const who = await parts.sessions.of(session);
  if (who === undefined) return NOT_LET_IN;
  return { status: 200, headers: { "set-cookie": parts.cookie.given(session) }, body: meOf(who, parts) };
}

async function leave({ who, actor }: SignedCall<unknown>, { audit, cookie, sessions }: MeParts): Promise<HttpAnswer> {
  await audit.together(async (store, pen) => {
    await store.deleteFrom("sessions").where("hash", "=", who.session).execute();
    await pen({ ...actor, what: "session.logout", result: "done" });
  });
  sessions.changed();
  return { ...nothing, headers: { "set-cookie": cookie.taken() } };
}

async function renew(call: SignedCall<z.output<typeof passwordBody>>, parts: MeParts): Promise<HttpAnswer> {
  const { who, source, body } = call;
  const said = await changePassword(who, { ...body, source }, parts);
  switch (said.is) {
    case "changed":
      parts.sessions.changed();
      return signedIn(said.session, parts);
    case "bad":
      return badFields([{ path: "new", message: said.because }]);
    case "not-let-in":
      return badFields([{ path: "old", message: "is not your password" }]);
    case "foreign":
      return conflict("foreign", "This account has its password elsewhere.");
    case "too-often":
      return tooOften(said.waitMs);
  }
}
