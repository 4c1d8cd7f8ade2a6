/**
 * @typedef {{ path: string, params: Readonly<Record<string, string>>, query: URLSearchParams }} Here
 * @typedef {(parts: { here: Here, root: HTMLElement, signal: AbortSignal }) => void} Page draws itself into `root` until `signal`
 * @typedef {{ path: string, title: import("./tongue.js").Key, page: Page, role?: import("../api/words.ts").Role }} Route
 */

/** Where the address says that the person is: `#/orders/ID?…`. @returns {{ path: string, query: URLSearchParams }} */
export function hereNow() {
  const [path = "/", search = ""] = location.hash.replace(/^#/, "").split("?", 2);
  return { path: path === "" ? "/" : path, query: new URLSearchParams(search) };
}

/** @param {readonly Route[]} routes @param {string} path @returns {{ route: Route, params: Record<string, string> } | undefined} */
export function routeOf(routes, path) {
  const parts = path.split("/");
  for (const route of routes) {
    const wanted = route.path.split("/");
    if (wanted.length !== parts.length) continue;
    const params = Object.create(null);
    if (wanted.every((part, nth) => isMet(part, parts[nth] ?? "", params))) return { route, params };
  }
  return undefined;
}

/** @param {string} wanted @param {string} part @param {Record<string, string>} params */
function isMet(wanted, part, params) {
  if (!wanted.startsWith(":")) return wanted === part;
  try {
    params[wanted.slice(1)] = decodeURIComponent(part);
    return part !== "";
  } catch {
    return false;
  }
}

/** The same page with another query, without a step back in the browser's history. @param {string} path @param {string} search */
export const stay = (path, search) => history.replaceState(null, "", `#${path}${search}`);
/** @param {string} path */
export const go = (path) => {
  location.hash = `#${path}`;
};
