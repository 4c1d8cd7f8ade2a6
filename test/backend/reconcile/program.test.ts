import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Results } from "../../../backend/reconcile/results.ts";
import { openStore } from "../../../backend/store/store.ts";
import { steadyClock } from "../../../host/clock.ts";
import { BackendProgram, folder, newSite, startBackend } from "../../support/backend-program.ts";
import { freePort } from "../../support/free-port.ts";

test("a running backend reconciles a day when staff asks at a terminal, and keeps the result in its store", async () => {
  const port = await freePort();
  const token = join(folder(), "token");
  writeFileSync(token, "a-long-random-text\n");
  const site = newSite({ http: `[operator]\nport = ${port}\ntoken_file = "${token}"` });
  const backend = startBackend(site);
  await backend.ready();
  const staff = new BackendProgram(["reconcile", "--date", "2025-01-01", "--config", site.config]);
  expect(await staff.ended).toEqual([0, null]);
  expect(staff.out).toMatch(/^2025-01-01: 0 orders, compared .* WIB\n\nNo differences\.\n\nNo payments\.\n$/);
  backend.kill("SIGTERM");
  expect(await backend.ended).toEqual([0, null]);
  const store = await openStore({ place: { file: join(site.at, "fleet.sqlite") }, clock: steadyClock("test") });
  expect(await new Results(store).done()).toEqual(["2025-01-01"]);
  await store.destroy();
  expect(backend.find("reconciled")).toMatchObject({ day: "2025-01-01", orders: 0, differences: 0 });
});
