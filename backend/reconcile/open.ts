import { dirname, join } from "node:path";
import type { Route } from "../../host/http.ts";
import type { Secret } from "../../host/secret.ts";
import type { Cashier, LedgerJournal } from "../cashier.ts";
import type { Ground } from "../ground.ts";
import { behindDoor } from "../operator/door.ts";
import type { Store } from "../store/store.ts";
import { keepReconciling } from "./daily.ts";
import { type Day, readTimeOfDay } from "./day.ts";
import { takeLeftFiles } from "./left-files.ts";
import { Reconciler } from "./reconciler.ts";
import { pickReport } from "./report/pick.ts";
import type { Report } from "./report/rows.ts";
import { Results } from "./results.ts";
import { reconcileRoutes } from "./routes.ts";

export type Reconciliation = {
  /** For the operator's address. */
  routes(token: Secret): readonly Route[];
  /** Ends what is under way; it is gone on with at the next start. */
  stop(): Promise<void>;
};

/** Where results lay before they were in the store, when there was no file of the journal to lie beside. */
const USUAL_FOLDER = "/var/lib/qris-backend/reconciled";

/** Sets the daily comparison with the provider's books to work. */
export function openReconciliation(
  { setup, clock, log }: Ground,
  journal: Pick<LedgerJournal, "inSpan" | "stateOf" | "story">,
  store: Store,
  cashier: Pick<Cashier, "look" | "learned">,
  isOurs: () => boolean = () => true,
): Reconciliation {
  const { reconcile, journal: kept } = setup.config;
  const results = new Results(store);
  const left = reconcile.folder ?? ("file" in kept ? join(dirname(kept.file), "reconciled") : USUAL_FOLDER);
  const bounds = { callsPerSecond: reconcile.calls_per_second, keepDays: reconcile.keep_days };
  const reconciler = new Reconciler({ journal, cashier, results, clock, log, isOurs, ...bounds });
  const { report_folder: folder, report_columns: columns } = reconcile;
  const reportOf = async (day: Day): Promise<Report | undefined> =>
    folder === undefined ? undefined : pickReport(folder, day, columns);
  const at = readTimeOfDay(reconcile.at) ?? 0;
  const takeLeft = async (): Promise<void> => {
    const days = await takeLeftFiles(left, results);
    if (days > 0) log.info("results that lay in files are in the store now", { folder: left, days });
  };
  const daily = { reconciler, results, clock, log, at, catchUpDays: reconcile.catch_up_days, reportOf, takeLeft };
  const stopDaily = keepReconciling(daily);
  return {
    routes: (token) => behindDoor(reconcileRoutes({ reconciler, results, clock, reportOf }), { token, clock, log }),
    stop: async () => {
      stopDaily();
      await reconciler.stop();
    },
  };
}
