import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { main } from "../../backend/main.ts";
import { behindDoor } from "../../backend/operator/door.ts";
import { type Day, dayOf } from "../../backend/reconcile/day.ts";
import { Reconciler } from "../../backend/reconcile/reconciler.ts";
import { Results } from "../../backend/reconcile/results.ts";
import { reconcileRoutes } from "../../backend/reconcile/routes.ts";
import { utcClock } from "../../host/clock.ts";
import { serve } from "../../host/http.ts";
import { Secret } from "../../host/secret.ts";
import type { Rig } from "./rig.ts";

const TOKEN = "a word that lets in";

export type Reconciled = { readonly code: number; readonly out: string; readonly csv: string };

/** Staff at a terminal reconciles today at the rig's backend, over its operator's address. */
export async function reconcileToday(rig: Rig): Promise<Reconciled> {
  const folder = mkdtempSync(join(tmpdir(), "books-"));
  const log = rig.diary.logOf("reconciliation");
  const clock = utcClock({ keepsAlive: false });
  const { journal, backend } = rig.backend;
  const results = new Results(join(folder, "reconciled"));
  const parts = { journal, cashier: backend.cashier, results, clock, log };
  const reconciler = new Reconciler({ ...parts, callsPerSecond: 5, keepDays: 32 });
  const routes = reconcileRoutes({ reconciler, results, clock, reportOf: async () => undefined });
  const server = await serve({ routes: behindDoor(routes, { token: new Secret(TOKEN), log }), port: 0, clock, log });
  onTestFinished(async () => {
    await reconciler.stop();
    await server.close();
    rmSync(folder, { recursive: true });
  });
  return atTheTerminal(folder, server.port, dayOf(clock.wall()));
}

async function atTheTerminal(folder: string, port: number, today: Day): Promise<Reconciled> {
  const [config, csv] = [join(folder, "backend.toml"), join(folder, "orders.csv")];
  writeFileSync(join(folder, "token"), TOKEN);
  writeFileSync(
    config,
    `[journal]\nfile = "/x"\n[link]\nurl = "mqtt://127.0.0.1:9"\n[keys]\nprivate_file = "/x"\n[[merchants]]\nbase_url = "http://127.0.0.1:9"\nserver_key_file = "/x"\n[operator]\nport = ${port}\ntoken_file = "${folder}/token"\n`,
  );
  let out = "";
  const say = (text: string): void => {
    out += text;
  };
  const code = await main(["reconcile", "--date", today, "--csv", csv, "--config", config], {}, { out: say, err: say });
  return { code, out, csv: readFileSync(csv, "utf8") };
}
