import type { Route } from "../../host/http.ts";
import type { Levels } from "./levels.ts";
import type { MetricsRegistry } from "./registry.ts";

/** `GET /metrics`, for Prometheus. */
export const metricsRoute = (registry: MetricsRegistry, levels: Pick<Levels, "look">): Route => ({
  method: "GET",
  path: "/metrics",
  answer: async () => {
    await levels.look();
    const { type, body } = await registry.text();
    return { status: 200, headers: { "content-type": type, "cache-control": "no-store" }, body };
  },
});
