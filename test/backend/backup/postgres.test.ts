import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../../../backend/store/store.ts";
import { utcClock } from "../../../host/clock.ts";
import type { PostgresPlace } from "../../../journal/postgres/client.ts";
import { openCounterShop } from "../../support/counter-shop.ts";
import { needs } from "../../support/needs.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres.ts";
import { until } from "../../support/until.ts";

/* Books in a PostgreSQL, dumped and put back by the commands of docs/backup.md. */

const GUIDE = readFileSync(join(import.meta.dirname, "../../../docs/backup.md"), "utf8");
const PATIENT = { timeout: 120_000 };

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server?.close());

/** Runs the commands that stand in the guide under this title. */
function follow(title: string, place: PostgresPlace, words: Readonly<Record<string, string>>): void {
  const commands = new RegExp(`^\`\`\`sh ${title}\n(.*?)^\`\`\`$`, "ms").exec(GUIDE)?.[1];
  if (commands === undefined) throw new Error(`docs/backup.md has no commands for "${title}"`);
  const path = `${dirname(needs("postgresql"))}:${process.env["PATH"]}`;
  const env = {
    ...process.env,
    PATH: path,
    PGHOST: place.host,
    PGPORT: String(place.port),
    PGUSER: place.user,
    ...words,
  };
  execFileSync("sh", ["-e", "-c", commands], { env, stdio: ["ignore", "ignore", "pipe"] });
}

const rowsIn = async (place: PostgresPlace): Promise<readonly unknown[]> =>
  server.ask(place, "SELECT id, events FROM orders ORDER BY id");

test("a dump of running backends' books is put into another database, and sold on with", PATIENT, async () => {
  const { schema: _, ...place } = await server.newPlace();
  const [before, after] = ["books_before", "books_after"];
  await server.ask(place, `CREATE DATABASE ${before}`);
  const shop = await openCounterShop();
  const urlOf = (database: string): string => `postgres://${place.user}@localhost/${database}?host=${place.host}`;
  const pointAt = (database: string): void => {
    const text = readFileSync(shop.site.config, "utf8");
    writeFileSync(
      shop.site.config,
      text.replace(/^(file|url) = "(.*ledger\.sqlite|postgres:.*)"$/m, `url = "${urlOf(database)}"`),
    );
  };
  pointAt(before);
  const first = await shop.start();
  const whole = await shop.sells(first);
  const payable = await shop.offered();
  const file = join(shop.site.at, "books.dump");
  follow("dump", place, { FILE: file, DATABASE: before });
  const dumped = await rowsIn({ ...place, database: before });

  const later = await shop.sells(first);
  first.kill("SIGKILL");
  await first.ended;
  follow("restore", place, { FILE: file, NEW: after });
  expect(await rowsIn({ ...place, database: after })).toEqual(dumped);
  expect(JSON.stringify(dumped)).toContain(whole);
  expect(JSON.stringify(dumped)).not.toContain(later);

  pointAt(after);
  const second = await shop.start();
  shop.paid(payable);
  expect(await shop.notified(second, payable)).toBe(200);
  await shop.told(payable, "settled");
  await shop.delivered(payable);
  expect(await shop.notified(second, later)).toBe(404);
  expect(await second.said("alarm")).toMatchObject({ alarm: "unknown-order", order: later });
  await until("the sale is over", () => second.lines.some(({ order, to }) => order === payable && to === "delivered"));
  const store = await openStore({ place: { postgres: { ...place, database: after } }, clock: utcClock() });
  await store.destroy();
});
