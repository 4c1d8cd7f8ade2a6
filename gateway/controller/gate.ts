import { createHash, timingSafeEqual } from "node:crypto";
import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import type { Log } from "../../host/log.ts";
import type { Secret } from "../../host/secret.ts";
import { foreign, noToken } from "./refusals.ts";

export type Gate = {
  readonly token: Secret;
  /** Known when the server listens. */
  readonly port: () => number;
  readonly log: Log;
};

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Lets programs of this machine in that say the token. A web page in a kiosk's browser is on this machine, too: it always names
 * its origin when it writes, says where it comes from when it reads, and whatever name it made to point here is in `Host`.
 */
export const behindGate = (routes: readonly Route[], gate: Gate): readonly Route[] =>
  routes.map((route) => ({ ...route, answer: async (request) => stopped(request, gate) ?? route.answer(request) }));

function stopped(request: HttpRequest, gate: Gate): HttpAnswer | undefined {
  if (isForeign(request, gate.port())) return refused(gate.log, "a web page or a foreign name", foreign());
  return saysToken(request, gate.token) ? undefined : refused(gate.log, "no token, or a wrong one", noToken());
}

function isForeign({ headers }: HttpRequest, port: number): boolean {
  const isOurName = LOOPBACK.some((name) => headers["host"]?.toLowerCase() === `${name}:${port}`);
  return !isOurName || headers["origin"] !== undefined || headers["sec-fetch-site"] !== undefined;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Compares digests, so that neither content nor length of the token shows in the time it takes. */
function saysToken({ headers }: HttpRequest, token: Secret): boolean {
  const given = /^Bearer (.+)$/.exec(headers["authorization"] ?? "")?.[1] ?? "";
  return timingSafeEqual(digest(given), digest(token.reveal()));
}

function refused(log: Log, because: string, answer: HttpAnswer): HttpAnswer {
  log.warn("controller not let in", { because });
  return answer;
}
