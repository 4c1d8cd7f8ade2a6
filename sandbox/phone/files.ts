import { readFileSync } from "node:fs";
import type { HttpAnswer, Route } from "../../host/http.ts";

/** The page's own files only; it may be shown in a frame of another page on this machine. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'self' http://127.0.0.1:* http://localhost:*";

const HTML = "text/html; charset=utf-8";
const CSS = "text/css; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

const FILES = [
  { name: "", file: "phone.html", type: HTML },
  { name: "app/checkout", file: "app.html", type: HTML },
  { name: "phone.css", file: "phone.css", type: CSS },
  { name: "app.css", file: "app.css", type: CSS },
  { name: "phone.js", file: "phone.js", type: SCRIPT },
  { name: "app.js", file: "app.js", type: SCRIPT },
  { name: "tongue.js", file: "tongue.js", type: SCRIPT },
  { name: "words.js", file: "words.js", type: SCRIPT },
  { name: "app-words.js", file: "app-words.js", type: SCRIPT },
  { name: "icon.svg", file: "icon.svg", type: "image/svg+xml" },
] as const;

/** The phone's pages, below `at`. The files lie beside this one, in the source as in the build. */
export function fileRoutes(at: string): readonly Route[] {
  const files = FILES.map(({ name, file, type }): Route => {
    const body = readFileSync(new URL(`./page/${file}`, import.meta.url));
    const headers = {
      "content-type": type,
      "content-security-policy": POLICY,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-cache",
    };
    return { method: "GET", path: `${at}/${name}`, answer: async () => ({ status: 200, headers, body }) };
  });
  if (at === "") return files;
  return [...files, { method: "GET", path: at, answer: async ({ query }) => moved(`${at}/`, query) }];
}

function moved(location: string, query: URLSearchParams): HttpAnswer {
  const rest = query.toString();
  return { status: 308, headers: { location: rest === "" ? location : `${location}?${rest}` }, body: "" };
}
