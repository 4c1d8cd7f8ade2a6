import type { z } from "zod";
import type { HttpAnswer } from "../../../host/http.ts";
import type { BadFields, No, NotThere } from "./desks.ts";
import type { Conflict, Refusal, RefusalCode, SignedOut } from "./words.ts";

/** The console's refusals, each in one shape. */

const STATUS: Readonly<Record<RefusalCode, number>> = {
  malformed: 400,
  "signed-out": 401,
  "not-let-in": 401,
  role: 403,
  csrf: 403,
  "password-change": 403,
  "not-found": 404,
  conflict: 409,
  "bad-fields": 422,
  "too-often": 429,
  unavailable: 503,
};

export type Answered = Extract<HttpAnswer, { readonly body: unknown }>;

export const ok = (body: object, status = 200): Answered => ({ status, body });
export const nothing: Answered = { status: 204, body: "" };

export function refusal(
  error: Exclude<RefusalCode, "conflict">,
  message: string,
  more: Omit<Refusal, "error" | "message" | "why"> & { readonly headers?: Readonly<Record<string, string>> } = {},
): Answered {
  const { headers, ...said } = more;
  const body: Refusal = { error, message, ...said };
  return { status: STATUS[error], ...(headers && { headers }), body };
}

export function conflict(why: Conflict, message: string): Answered {
  const body: Refusal = { error: "conflict", why, message };
  return { status: STATUS.conflict, body };
}

export function signedOut(hasOidc: boolean): Answered {
  const body: SignedOut = {
    error: "signed-out",
    message: "Nobody is signed in.",
    ways: { password: true, oidc: hasOidc },
  };
  return { status: 401, body };
}

export const tooOften = (waitMs: number): Answered =>
  refusal("too-often", "Too many tries: wait a little.", {
    headers: { "retry-after": String(Math.max(1, Math.ceil(waitMs / 1_000))) },
  });

export const notFound = (what: string): Answered => refusal("not-found", `There is no such ${what} here.`);
export const unavailable = (what: string): Answered =>
  refusal("unavailable", `${what} cannot be had now.`, { hint: "The backend's log says why." });

/** A refusal by one of the desks. */
export function refused(said: No | NotThere | BadFields, what: string): Answered {
  if (said.is === "unknown") return notFound(what);
  if (said.is === "bad") return badFields(said.issues);
  return conflict(said.why, said.because);
}

export const badFields = (issues: NonNullable<Refusal["issues"]>): Answered =>
  refusal("bad-fields", "The body is not what is taken here.", { issues: issues.slice(0, 50) });

export const issuesOf = (error: z.ZodError): NonNullable<Refusal["issues"]> =>
  error.issues.map(({ path, message }) => ({ path: pathOf(path), message }));

const pathOf = (path: readonly PropertyKey[]): string =>
  path.map((step, nth) => (typeof step === "number" ? `[${step}]` : `${nth === 0 ? "" : "."}${String(step)}`)).join("");
