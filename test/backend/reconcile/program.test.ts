import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BackendProgram, folder, newSite, startBackend } from "../../support/backend-program.ts";
import { freePort } from "../../support/free-port.ts";

test("a running backend reconciles a day when staff asks at a terminal, and keeps the result beside its journal", async () => {
  const port = await freePort();
  const token = join(folder(), "token");
  writeFileSync(token, "a-long-random-text\n");
  const site = newSite({ http: `[operator]\nport = ${port}\ntoken_file = "${token}"` });
  const backend = startBackend(site);
  await backend.ready();
  const staff = new BackendProgram(["reconcile", "--date", "2025-01-01", "--config", site.config]);
  expect(await staff.ended).toEqual([0, null]);
  expect(staff.out).toMatch(/^2025-01-01: 0 orders, compared .* WIB\n\nNo differences\.\n\nNo payments\.\n$/);
  expect(readdirSync(join(site.at, "reconciled"))).toEqual(["2025-01-01.json", "2025-01-01.jsonl"]);
  backend.kill("SIGTERM");
  expect(await backend.ended).toEqual([0, null]);
  expect(backend.find("reconciled")).toMatchObject({ day: "2025-01-01", orders: 0, differences: 0 });
});
