import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import type { Route } from "./http.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * A page's own files, read once, under their paths; who has one already is told so (304). `policy`: the Content-Security-Policy,
 * the same for all of them. Throws for a file that is not there and for one of a kind that no page has.
 */
export const fileRoutes = (files: Readonly<Record<string, URL>>, policy: string): readonly Route[] =>
  Object.entries(files).map(([path, url]) => {
    const body = readFileSync(url);
    const headers = {
      "content-type": typeOf(url),
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-cache",
      etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
    };
    return {
      method: "GET",
      path,
      answer: async (request) =>
        request.headers["if-none-match"] === headers.etag
          ? { status: 304, headers, body: "" }
          : { status: 200, headers, body },
    };
  });

function typeOf({ pathname }: URL): string {
  const type = TYPES[extname(pathname)];
  if (type === undefined) throw new Error(`${pathname} is no file of a page: ${Object.keys(TYPES).join(", ")}`);
  return type;
}
