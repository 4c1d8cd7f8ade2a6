import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../../../backend/store/store.ts";
import { utcClock } from "../../../host/clock.ts";
import type { PostgresPlace } from "../../../journal/postgres/client.ts";
import { openCounterShop } from "../../support/counter-shop.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres.ts";
import { until } from "../../support/until.ts";
import { follow, keepBooksIn } from "./guide.ts";

/* Books in a PostgreSQL, dumped and put back by the commands of docs/backup.md. */

const PATIENT = { timeout: 120_000 };

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server?.close());

const rowsIn = async (place: PostgresPlace): Promise<readonly unknown[]> =>
  server.ask(place, "SELECT id, events FROM orders ORDER BY id");

test("a dump of running backends' books is put into another database, and sold on with", PATIENT, async () => {
  const { schema: _, ...place } = await server.newPlace();
  const [before, after] = ["books_before", "books_after"];
  await server.ask(place, `CREATE DATABASE ${before}`);
  const shop = await openCounterShop();
  keepBooksIn(shop, { ...place, database: before });
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

  keepBooksIn(shop, { ...place, database: after });
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
