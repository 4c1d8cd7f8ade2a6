import { createHash, timingSafeEqual } from "node:crypto";
import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import type { Log } from "../../host/log.ts";
import type { Secret } from "../../host/secret.ts";
import { Seldom } from "../../host/seldom.ts";
import type { Clock } from "../../protocol/time.ts";

export type Door = { readonly token: Secret; readonly clock: Pick<Clock, "now">; readonly log: Log };

/** Lets in whoever says the operator's token, as `Authorization: Bearer …`; everybody else is answered 401. */
export function behindDoor(routes: readonly Route[], door: Door): readonly Route[] {
  const seldom = new Seldom(door);
  return routes.map((route) => ({
    ...route,
    answer: async (request) => {
      if (isOperator(request, door.token)) return route.answer(request);
      seldom.warn("operator call without the token", { peer: request.peer });
      return STRANGER;
    },
  }));
}

const STRANGER: HttpAnswer = {
  status: 401,
  body: { error: "not the operator's token", hint: "Authorization: Bearer TOKEN" },
};

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Compares digests, so that neither content nor length of the token shows in the time it takes. */
function isOperator({ headers }: HttpRequest, token: Secret): boolean {
  const given = /^Bearer (.+)$/.exec(headers["authorization"] ?? "")?.[1] ?? "";
  return timingSafeEqual(digest(given), digest(token.reveal()));
}
