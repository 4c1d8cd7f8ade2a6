import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ledgerShape } from "../../../backend/ledger/shape.ts";
import { main } from "../../../backend/main.ts";
import { openStore, storeFileBeside } from "../../../backend/store/store.ts";
import { utcClock } from "../../../host/clock.ts";
import { readSqliteJournal } from "../../../journal/sqlite/open.ts";
import type { OrderId } from "../../../protocol/ids.ts";
import { folder, newSite, startBackend } from "../../support/backend-program.ts";
import { openCounterShop } from "../../support/counter-shop.ts";
import { type Typed, typed } from "../../support/typed.ts";
import { until } from "../../support/until.ts";

/* Backups of a running backend, and what a backend does that was put back to one. */

const PATIENT = { timeout: 120_000 };

/** A command at a terminal: its exit code, and what it said. */
async function says(config: string, ...argv: readonly string[]): Promise<Pick<Typed, "code" | "said">> {
  const { code, said } = await typed(main, [...argv, "--config", config], process.env);
  return { code, said };
}

async function statesIn(file: string, orders: readonly OrderId[]): Promise<readonly (string | undefined)[]> {
  const journal = readSqliteJournal(file, ledgerShape);
  try {
    return await Promise.all(orders.map(async (order) => (await journal.stateOf(order))?.at));
  } finally {
    await journal.close();
  }
}

test("while it sells, both files are copied whole, and nothing is ever overwritten", PATIENT, async () => {
  const shop = await openCounterShop();
  const backend = await shop.start();
  const order = await shop.sells(backend);
  const { at, config } = shop.site;
  const done = await says(config, "backup", join(at, "copy"));
  expect(done.code, done.said).toBe(0);
  expect(readdirSync(join(at, "copy")).sort()).toEqual(["backup.json", "fleet.sqlite", "ledger.sqlite"]);
  expect(await statesIn(join(at, "copy/ledger.sqlite"), [order])).toEqual(["delivered"]);
  const store = await openStore({ place: { file: join(at, "copy/fleet.sqlite") }, clock: utcClock() });
  await store.destroy();
  const again = await says(config, "backup", join(at, "copy"));
  expect([again.code, again.said]).toEqual([1, expect.stringContaining("nothing is overwritten")]);
  expect(readdirSync(at).filter((name) => name.includes(".part-"))).toEqual([]);
});

test(
  "a backup that was changed, or is none, is not put back; nor is one under a running backend",
  PATIENT,
  async () => {
    const site = newSite();
    const first = startBackend(site);
    await first.ready();
    expect((await says(site.config, "backup", join(site.at, "copy"))).code).toBe(0);
    const busy = await says(site.config, "restore", join(site.at, "copy"));
    expect([busy.code, busy.said]).toEqual([1, expect.stringContaining("another process")]);
    first.kill("SIGTERM");
    await first.ended;
    const before = readFileSync(join(site.at, "ledger.sqlite"));
    appendFileSync(join(site.at, "copy/ledger.sqlite"), "more");
    const changed = await says(site.config, "restore", join(site.at, "copy"));
    expect([changed.code, changed.said]).toEqual([1, expect.stringContaining("is not what was written")]);
    writeFileSync(join(site.at, "copy/backup.json"), "{}");
    const none = await says(site.config, "restore", join(site.at, "copy"));
    expect([none.code, none.said]).toEqual([1, expect.stringContaining("no backup of this program")]);
    expect(readFileSync(join(site.at, "ledger.sqlite")).equals(before)).toBe(true);
  },
);

test("books in a PostgreSQL are left to its own tools", async () => {
  const site = newSite();
  const text = readFileSync(site.config, "utf8").replace(
    /file = ".*ledger.sqlite"/,
    'url = "postgres://a@localhost/b?host=/run"',
  );
  const config = join(site.at, "other.toml");
  writeFileSync(config, text);
  expect(await says(config, "backup", join(folder(), "copy"))).toEqual({
    code: 1,
    said: expect.stringContaining("pg_dump"),
  });
});

test("put back and started again, it learns from stand and provider what came after the backup", PATIENT, async () => {
  const shop = await openCounterShop();
  const { at, config } = shop.site;
  const ledger = join(at, "ledger.sqlite");
  const first = await shop.start();
  const whole = await shop.sells(first);
  const payable = await shop.offered();
  const settled = await shop.offered();
  shop.paid(settled);
  await shop.notified(first, settled);
  await shop.told(settled, "settled");
  expect((await says(config, "backup", join(at, "copy"))).code).toBe(0);

  await shop.delivered(settled);
  shop.paid(payable);
  await shop.notified(first, payable);
  const later = await shop.sells(first);
  expect(await statesIn(ledger, [whole, payable, settled, later])).toEqual([
    "delivered",
    "paid",
    "delivered",
    "delivered",
  ]);
  first.kill("SIGKILL");
  await first.ended;

  const put = await says(config, "restore", join(at, "copy"));
  expect(put.code, put.said).toBe(0);
  expect(await statesIn(ledger, [whole, payable, settled, later])).toEqual(["delivered", "payable", "paid", undefined]);
  expect(readdirSync(at).some((name) => /^ledger\.sqlite\.before-\d{8}T\d{6}Z$/.test(name))).toBe(true);
  expect(existsSync(storeFileBeside(ledger))).toBe(true);

  const second = await shop.start();
  await shop.stand.says({ type: "sync", orders: [], lost: false });
  await until("the stand is told of the money again", () => second.lines.some(isStep(payable, "paid")), 40_000);
  await shop.delivered(payable);
  await shop.delivered(settled);
  expect(await shop.notified(second, later)).toBe(404);
  const alarm = await second.said("alarm");
  expect(alarm).toMatchObject({ level: "error", order: later, alarm: "unknown-order", merchant: "main" });
  expect(await statesIn(ledger, [whole, payable, settled, later])).toEqual([
    "delivered",
    "delivered",
    "delivered",
    undefined,
  ]);
});

const isStep =
  (order: OrderId, to: string) =>
  (line: Readonly<Record<string, unknown>>): boolean =>
    line["what"] === "step" && line["order"] === order && line["to"] === to;
