import type { HttpRequest } from "../../host/http.ts";

/** The ports of this stand-in behind which TLS is spoken. */
export type TlsPorts = ReadonlySet<number>;

/** The address that a call came to, for the addresses in its answer. */
export function baseOf({ headers }: Pick<HttpRequest, "headers">, tlsPorts: TlsPorts): string {
  const host = headers["host"] ?? "localhost";
  const port = Number(/:(\d+)$/.exec(host)?.[1] ?? 443);
  return `${tlsPorts.has(port) ? "https" : "http"}://${host}`;
}
