import type { z } from "zod";
import type { HttpAnswer, HttpRequest, Method } from "../../../host/http.ts";
import type { Actor } from "../audit/audit.ts";
import type { Signed } from "../sessions/sessions.ts";
import { type Answered, badFields, issuesOf, refusal } from "./answers.ts";
import type { Role } from "./words.ts";

/** A request that has passed the guard. */
export type Call<Body = undefined> = {
  readonly request: HttpRequest;
  readonly body: Body;
  /** Where it comes from, as the log and the limits know it. */
  readonly source: string;
  readonly actor: Actor;
};
export type SignedCall<Body = undefined> = Call<Body> & { readonly who: Signed };

/**
 * For the audit log only: whom a refusal is about (what the path names when absent), and why something was `refused` that the
 * status does not call so.
 */
export type Answer = HttpAnswer & { readonly about?: string; readonly refused?: string };

type Common = {
  readonly path: string;
  /** Word for the audit log; a GET without one is not written down. */
  readonly what?: string;
  /** Answered also while a one-time password waits to be changed. */
  readonly isForNewcomers?: true;
  /** The act is written down with what it changes, in one transaction, by itself; else before and after it. */
  readonly recordsItself?: true;
};

type WithBody<Body> = {
  readonly body: z.ZodType<Body>;
  /** What of it goes into the audit log; nothing when absent. */
  details?(body: Body): Readonly<Record<string, unknown>>;
};

type Prepared = {
  readonly is: "good";
  readonly details: Readonly<Record<string, unknown>>;
  answer(call: SignedCall): Promise<Answer>;
};
export type Endpoint = Common & {
  readonly method: Method;
  readonly may: Role | "anybody";
  /** Reads the body, and says what it would do with it. */
  prepare(request: HttpRequest): Prepared | { readonly is: "bad"; readonly answer: Answered };
};

/** Who may, and at least what role: `who` is there whenever a role is asked for. */
export const get = (
  may: Role,
  path: string,
  answer: (call: SignedCall) => Promise<HttpAnswer>,
  more: Omit<Common, "path"> = {},
): Endpoint => ({
  ...more,
  method: "GET",
  may,
  path,
  prepare: () => ({ is: "good", details: {}, answer }),
});

type Spec<Body> = Common &
  WithBody<Body> & {
    readonly method: Exclude<Method, "GET">;
    readonly may: Role | "anybody";
    readonly what: string;
    answer(call: SignedCall<Body>): Promise<Answer>;
  };

/** One that changes something. */
export function act<Body>(spec: Spec<Body>): Endpoint {
  const { body: schema, details = () => ({}), answer, ...common } = spec;
  return {
    ...common,
    prepare: (request) => {
      const json = jsonOf(request);
      if (json.is === "bad") return { is: "bad", answer: MALFORMED };
      const read = schema.safeParse(json.value);
      if (!read.success) return { is: "bad", answer: badFields(issuesOf(read.error)) };
      return {
        is: "good",
        details: details(read.data),
        answer: (call) => answer({ ...call, body: read.data }),
      };
    },
  };
}

const MALFORMED = refusal("malformed", "The body is no JSON.", { hint: "content-type: application/json, UTF-8" });
const DEEPEST = 32;

type Json = { readonly is: "good"; readonly value: unknown } | { readonly is: "bad" };

/** No body is an empty one. Other types than JSON are those that a form of another page can send. */
function jsonOf({ body, headers }: HttpRequest): Json {
  if (body.length === 0) return { is: "good", value: {} };
  if (!/^application\/json\s*(;|$)/i.test(headers["content-type"] ?? "")) return { is: "bad" };
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    const value: unknown = JSON.parse(text);
    return isDeep(text) ? { is: "bad" } : { is: "good", value };
  } catch {
    return { is: "bad" };
  }
}

/** Brackets within texts count too: whatever is shallow by this is shallow. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (const letter of text) {
    if (letter === "{" || letter === "[") depth += 1;
    if (letter === "}" || letter === "]") depth -= 1;
    if (depth > DEEPEST) return true;
  }
  return false;
}
