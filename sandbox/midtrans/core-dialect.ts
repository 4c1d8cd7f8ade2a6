import type { HttpRequest } from "../../host/http.ts";
import type { Random } from "../../protocol/ids.ts";
import { type Body, errorBody } from "./body.ts";
import type { Dialect } from "./calls.ts";
import type { ServerKeys } from "./server-keys.ts";
import { newUuid } from "./uuid.ts";

/** The Core API: Basic authorisation, `Idempotency-Key`, and HTTP 200 with the true code in the body. */
export function coreDialect({ keys, random }: { readonly keys: ServerKeys; readonly random: Random }): Dialect {
  const error: Dialect["error"] = (code, message, about) =>
    errorBody(code.slice(0, 3), message, newUuid(random), about?.validation);
  return {
    mark: {},
    refuse: ({ request }) => {
      if (!keys.isGood(keyIn(request))) return error("401", WRONG_KEY);
      const accepts = request.headers["accept"] ?? "*/*";
      return /json|\*\/\*|application\/\*/.test(accepts) ? undefined : error("403", NOT_ACCEPTABLE);
    },
    error,
    codeOf: (body) => String(body["status_code"]),
    statusOf: () => 200,
    keyOf: ({ method, headers }) => (method === "POST" ? headers["idempotency-key"] : undefined),
    isGood,
  };
}

/** The server key of a call: a user name without a password. Empty where there is none. */
export function keyIn({ headers }: Pick<HttpRequest, "headers">): string {
  const [, basic] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(headers["authorization"] ?? "") ?? [];
  const text = Buffer.from(basic ?? "", "base64").toString();
  return text.endsWith(":") ? text.slice(0, -1) : "";
}

const WRONG_KEY = "Transaction cannot be authorized with the current client/server key.";
const NOT_ACCEPTABLE = "The Accept header cannot be satisfied: only application/json is answered";

/** Only these are stored under an idempotency key. What was denied (202) is not: its retry is meant to be tried anew. */
const isGood = (body: Body): boolean => /^(200|201|407)$/.test(String(body["status_code"]));
