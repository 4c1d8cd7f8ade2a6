import { readdirSync } from "node:fs";
import type { Route } from "../../host/http.ts";
import { fileRoutes } from "../../host/http-files.ts";
import { readOutline } from "./outline.ts";
import { vendorRoutes } from "./vendor.ts";

/**
 * The console's own files and nothing from elsewhere; pictures of stands are made from bytes that scripts fetched. No style and no
 * script stands in the page itself.
 */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const FOLDER = new URL("./page/", import.meta.url);

/** What a browser gets of the console, all but its data: no secret is in it, so nobody has to be signed in. */
export function pageRoutes(): readonly Route[] {
  const names = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((name) =>
    /[.](js|css|svg)$/.test(name),
  );
  const files = Object.fromEntries(names.map((name) => [`/page/${name}`, new URL(name, FOLDER)]));
  const own = fileRoutes({ "/": new URL("index.html", FOLDER), ...files }, PAGE_POLICY);
  return [...own, ...vendorRoutes(PAGE_POLICY), outlineRoute()];
}

/** Made when it is first asked for. */
function outlineRoute(): Route {
  let made: Buffer | undefined;
  const headers = { "content-type": "application/json; charset=utf-8", "cache-control": "max-age=86400" };
  return {
    method: "GET",
    path: "/vendor/outline.json",
    answer: async () => {
      made ??= Buffer.from(JSON.stringify(readOutline()));
      return { status: 200, headers, body: made };
    },
  };
}
