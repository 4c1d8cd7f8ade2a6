import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Route } from "../../host/http.ts";

/**
 * What browsers get of packages: charts and the map. Scripts that were made for `<script>` get an `export`, so that a page imports
 * them when it first needs them.
 */
const FILES = {
  "uplot.js": { file: "uplot/dist/uPlot.iife.min.js", end: "\nexport { uPlot };\n" },
  "uplot.css": { file: "uplot/dist/uPlot.min.css", end: "" },
  "leaflet.js": { file: "leaflet/dist/leaflet.js", end: "\nexport const leaflet = globalThis.leaflet;\n" },
  "leaflet.css": { file: "leaflet/dist/leaflet.css", end: "" },
} as const;

const resolve = createRequire(import.meta.url).resolve;

/** Below `/vendor/`. Throws when a package is not installed. */
export const vendorRoutes = (policy: string): readonly Route[] =>
  Object.entries(FILES).map(([name, { file, end }]) => {
    const body = Buffer.from(readFileSync(resolve(file), "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, "") + end);
    const type = name.endsWith(".js") ? "text/javascript" : "text/css";
    const headers = {
      "content-type": `${type}; charset=utf-8`,
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
      "cache-control": "max-age=86400",
    };
    return { method: "GET", path: `/vendor/${name}`, answer: async () => ({ status: 200, headers, body }) };
  });
