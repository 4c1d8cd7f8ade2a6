import type { HttpAnswer, Route } from "../../host/http.ts";
import { fileRoutes } from "../../host/http-files.ts";

/** The page's own files only; it may be shown in a frame of another page on this machine. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'self' http://127.0.0.1:* http://localhost:*";

const beside = (file: string): URL => new URL(`./page/${file}`, import.meta.url);
const NAMES = [
  "phone.css",
  "app.css",
  "phone.js",
  "app.js",
  "tongue.js",
  "words.js",
  "app-words.js",
  "icon.svg",
] as const;

/** The phone's pages, below `at`. The files lie beside this one, in the source as in the build. */
export function phoneFiles(at: string): readonly Route[] {
  const named = Object.fromEntries(NAMES.map((name) => [`${at}/${name}`, beside(name)]));
  const pages = { [`${at}/`]: beside("phone.html"), [`${at}/app/checkout`]: beside("app.html") };
  const files = fileRoutes({ ...pages, ...named }, POLICY);
  if (at === "") return files;
  return [...files, { method: "GET", path: at, answer: async ({ query }) => moved(`${at}/`, query) }];
}

function moved(location: string, query: URLSearchParams): HttpAnswer {
  const rest = query.toString();
  return { status: 308, headers: { location: rest === "" ? location : `${location}?${rest}` }, body: "" };
}
