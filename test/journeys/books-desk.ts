import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { behindDoor } from "../../backend/operator/door.ts";
import { dayOf } from "../../backend/reconcile/day.ts";
import { Reconciler } from "../../backend/reconcile/reconciler.ts";
import { Results } from "../../backend/reconcile/results.ts";
import { reconcileRoutes } from "../../backend/reconcile/routes.ts";
import { openStore } from "../../backend/store/store.ts";
import { serve } from "../../host/http.ts";
import { Secret } from "../../host/secret.ts";
import { TOKEN } from "./backend-doors.ts";
import type { Rig } from "./rig.ts";
import { atTheTerminal, type Said } from "./terminal.ts";

export type Reconciled = Said & { readonly csv: string };

/** Staff at a terminal reconciles today at the rig's backend, over its operator's address. */
export async function reconcileToday(rig: Rig): Promise<Reconciled> {
  const folder = mkdtempSync(join(tmpdir(), "books-"));
  const log = rig.diary.logOf("reconciliation");
  const { clock } = rig;
  const { journal, backend } = rig.backend;
  const store = await openStore({ place: { file: ":memory:" }, clock });
  const results = new Results(store);
  const parts = { journal, cashier: backend.cashier, results, clock, log };
  const reconciler = new Reconciler({ ...parts, callsPerSecond: 5, keepDays: 32 });
  const routes = reconcileRoutes({ reconciler, results, clock, reportOf: async () => undefined });
  const server = await serve({
    routes: behindDoor(routes, { token: new Secret(TOKEN), clock, log }),
    port: 0,
    clock,
    log,
  });
  onTestFinished(async () => {
    await reconciler.stop();
    await server.close();
    await store.destroy();
    rmSync(folder, { recursive: true });
  });
  const csv = join(folder, "orders.csv");
  const said = await atTheTerminal(server.port, ["reconcile", "--date", dayOf(clock.wall()), "--csv", csv]);
  return { ...said, csv: readFileSync(csv, "utf8") };
}
