import { createHash, timingSafeEqual } from "node:crypto";
import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import type { Log } from "../../host/log.ts";
import type { Secret } from "../../host/secret.ts";

export type Door = { readonly token: Secret; readonly log: Log };

/** Lets in whoever says the operator's token, as `Authorization: Bearer …`; everybody else is answered 401. */
export const behindDoor = (routes: readonly Route[], { token, log }: Door): readonly Route[] =>
  routes.map((route) => ({
    ...route,
    answer: (request) => (isOperator(request, token) ? route.answer(request) : stranger(log)),
  }));

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Compares digests, so that neither content nor length of the token shows in the time it takes. */
function isOperator({ headers }: HttpRequest, token: Secret): boolean {
  const given = /^Bearer (.+)$/.exec(headers["authorization"] ?? "")?.[1] ?? "";
  return timingSafeEqual(digest(given), digest(token.reveal()));
}

async function stranger(log: Log): Promise<HttpAnswer> {
  log.warn("operator call without the token");
  return { status: 401, body: { error: "not the operator's token", hint: "Authorization: Bearer TOKEN" } };
}
