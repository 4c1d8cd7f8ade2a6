import { addressList } from "../../host/addresses.ts";
import type { HttpRequest } from "../../host/http.ts";

const isHere = addressList(["127.0.0.0/8", "::1"]);

/**
 * Tells whether a call comes from a page of the console itself, as browsers say it. Without `base` (the console is on this machine
 * only) that is a page of the very host that was called, if it is a name of this machine: a name of somebody else's that leads
 * here is not.
 */
export function ownPages(base: string | undefined): (request: Pick<HttpRequest, "headers">) => boolean {
  const own = base === undefined ? undefined : new URL(base).origin;
  return ({ headers }) => {
    const { origin, host = "", "sec-fetch-site": site } = headers;
    if (site !== undefined && site !== "same-origin") return false;
    if (origin === undefined) return site === "same-origin";
    return own === undefined ? isLocal(origin, host) : origin === own;
  };
}

function isLocal(origin: string, host: string): boolean {
  if (origin !== `http://${host}` || !URL.canParse(origin)) return false;
  const { hostname } = new URL(origin);
  return hostname === "localhost" || isHere(hostname.replace(/^\[|\]$/g, ""));
}
