import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import type { Accounts } from "../midtrans/accounts.ts";
import type { Snap } from "./snap.ts";

/** Midtrans over BI-SNAP, for every merchant that has keys for it. */
export function snapRoutes(accounts: Accounts): readonly Route[] {
  const at = (path: string, answer: (snap: Snap, request: HttpRequest) => Promise<HttpAnswer>): Route => ({
    method: "POST",
    path: `/v1.0/${path}`,
    answer: async (request) => {
      const snap = accounts.ofSnapCall(request)?.snap;
      return snap === undefined ? NOT_HERE : answer(snap, request);
    },
  });
  return [
    at("access-token/b2b", (snap, request) => snap.token(request)),
    at("qr/qr-mpm-generate", (snap, request) => snap.generate(request)),
    at("qr/qr-mpm-query", (snap, request) => snap.query(request)),
    at("qr/qr-mpm-cancel", (snap, request) => snap.cancel(request)),
    at("qr/qr-mpm-refund", (snap, request) => snap.refund(request)),
  ];
}

const NOT_HERE: HttpAnswer = {
  status: 404,
  body: { error: "not-found", message: "No merchant of this stand-in has keys for BI-SNAP." },
};
