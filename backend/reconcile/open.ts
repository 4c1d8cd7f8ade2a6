import { dirname, join } from "node:path";
import type { Route } from "../../host/http.ts";
import type { Log } from "../../host/log.ts";
import type { Secret } from "../../host/secret.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Cashier, LedgerJournal } from "../cashier.ts";
import { behindDoor } from "../operator-door.ts";
import type { ReconcileConfig } from "./config.ts";
import { keepReconciling } from "./daily.ts";
import { type Day, readTimeOfDay } from "./day.ts";
import { Reconciler } from "./reconciler.ts";
import { pickReport } from "./report/pick.ts";
import type { Report } from "./report/rows.ts";
import { Results } from "./results.ts";
import { reconcileRoutes } from "./routes.ts";

export type ReconciliationParts = {
  readonly config: ReconcileConfig;
  readonly journalFile: string;
  readonly journal: Pick<LedgerJournal, "inSpan" | "stateOf" | "story">;
  readonly cashier: Pick<Cashier, "look" | "learned">;
  readonly clock: Clock;
  readonly log: Log;
};

export type Reconciliation = {
  /** For the operator's address. */
  routes(token: Secret): readonly Route[];
  /** Ends what is under way; it is gone on with at the next start. */
  stop(): Promise<void>;
};

/** Sets the daily comparison with the provider's books to work. */
export function openReconciliation(parts: ReconciliationParts): Reconciliation {
  const { config, clock, log } = parts;
  const results = new Results(config.folder ?? join(dirname(parts.journalFile), "reconciled"));
  const reconciler = new Reconciler({
    ...parts,
    results,
    callsPerSecond: config.calls_per_second,
    keepDays: config.keep_days,
  });
  const reportOf = async (day: Day): Promise<Report | undefined> =>
    config.report_folder === undefined ? undefined : pickReport(config.report_folder, day, config.report_columns);
  const at = readTimeOfDay(config.at) ?? 0;
  const daily = { reconciler, results, clock, log, at, catchUpDays: config.catch_up_days, reportOf };
  const stopDaily = keepReconciling(daily);
  return {
    routes: (token) => behindDoor(reconcileRoutes({ reconciler, results, clock, reportOf }), { token, log }),
    stop: async () => {
      stopDaily();
      await reconciler.stop();
    },
  };
}
