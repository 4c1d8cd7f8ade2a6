import { type Check, configuredCheck } from "./check.ts";

const selling = configuredCheck({
  name: "selling",
  asks: "Would the running stand sell?",
  outcomes: {
    ok: { verdict: "ok", means: "It would, as its daemon noted within the last minutes." },
    "out-of-service": {
      verdict: "wrong",
      means: "It would not; what stands in its way is listed.",
      todo: "see the checks of what is listed; journalctl -u qris-gateway -g readiness tells since when",
    },
    "not-running": { verdict: "skipped", means: "The daemon does not run." },
    unknown: { verdict: "skipped", means: "The daemon has noted nothing yet; it does so every minute." },
    stale: {
      verdict: "warning",
      means: "The daemon holds the journal, and has noted nothing for more than three minutes: it may hang.",
      todo: "systemctl restart qris-gateway; then journalctl -u qris-gateway -n 200",
    },
  },
  look: async ({ hardware }) => {
    const opened = await hardware.open();
    if (opened.is !== "held") return { as: "not-running", found: "the daemon does not run" };
    if (opened.told === undefined) return { as: "unknown", found: "the running daemon has noted nothing yet" };
    const { ageMs, obstacles = [] } = opened.told;
    const found = `noted ${Math.round(ageMs / 1_000)} s ago: ${obstacles.join(", ") || "nothing stands in its way"}`;
    if (ageMs > STALE_MS) return { as: "stale", found };
    return { as: obstacles.length === 0 ? "ok" : "out-of-service", found };
  },
});

/** The daemon notes how it is every minute. */
const STALE_MS = 3 * 60_000;

export const sellingChecks: readonly Check[] = [selling];
