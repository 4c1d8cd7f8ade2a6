import type { HttpRequest, Route } from "../../host/http.ts";
import type { Accounts } from "./accounts.ts";
import type { Api } from "./api.ts";

/** Midtrans' Core API, as far as QRIS and GoPay go, for every merchant that has a key. */
export function coreRoutes(accounts: Accounts): readonly Route[] {
  const at = (
    method: Route["method"],
    path: string,
    answer: (api: Api, request: HttpRequest) => ReturnType<Route["answer"]>,
  ) => ({
    method,
    path,
    answer: (request: HttpRequest) => answer(accounts.ofCall(request).api, request),
  });
  // The picture needs no key: merchants put its address straight into their pages.
  const picture: Route["answer"] = (request) =>
    (accounts.find(request.params["id"] ?? "")?.account ?? accounts.first).api.picture(request);
  const pictures = ["/v2/qris", "/v4/qris", "/v2/gopay", "/v4/qris/gopay"].map(
    (path): Route => ({ method: "GET", path: `${path}/:id/qr-code`, answer: picture }),
  );
  return [
    at("POST", "/v2/charge", (api, request) => api.charge(request)),
    at("GET", "/v2/:id/status", (api, request) => api.status(request)),
    at("POST", "/v2/:id/cancel", (api, request) => api.end("cancel", request)),
    at("POST", "/v2/:id/expire", (api, request) => api.end("expire", request)),
    at("POST", "/v2/:id/refund", (api, request) => api.refund(request, { direct: false })),
    at("POST", "/v2/:id/refund/online/direct", (api, request) => api.refund(request, { direct: true })),
    ...pictures,
    at("GET", "/v2/*", async (api) => api.nothing()),
    at("POST", "/v2/*", async (api) => api.nothing()),
  ];
}
