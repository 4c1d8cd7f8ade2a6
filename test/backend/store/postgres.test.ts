import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openStore, type Store } from "../../../backend/store/store.ts";
import { steadyClock } from "../../../host/clock.ts";
import type { PostgresPlace } from "../../../journal/postgres/client.ts";
import { openPostgresJournal } from "../../../journal/postgres/open.ts";
import { idsFrom, seeded, shape } from "../../journal/words.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server?.close());

const clock = steadyClock("test");

async function open(place: PostgresPlace): Promise<Store> {
  const store = await openStore({ place: { postgres: place }, clock });
  onTestFinished(() => store.destroy());
  return store;
}

const cursors = (store: Store) => store.selectFrom("sales_cursors").selectAll().execute();

test("Journal and store lie in one schema, and neither sees the other's tables", async () => {
  const place = await server.newPlace();
  const newId = idsFrom(seeded(1), clock.wall);
  const journal = await openPostgresJournal({ place, clock, shape, newId, wall: clock.wall });
  onTestFinished(() => journal.close());
  const before = await server.ask<{ name: string }>(place, TABLES);
  const store = await open(place);
  expect(await cursors(store)).toEqual([]);
  const again = await openPostgresJournal({ place, clock, shape, newId, wall: clock.wall });
  await again.close();
  const names = (await server.ask<{ name: string }>(place, TABLES)).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([...before.map(({ name }) => name), "fleet_migrations", "sales"]));
  expect(new Set(names).size).toBe(names.length);
});

const TABLES = "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()";

test("A store that cannot be reached says so, and is there again when the database is", async () => {
  const place = await server.newPlace();
  const store = await open(place);
  await store.insertInto("sales_cursors").values({ name: "kept", until_ms: 1 }).execute();
  await server.kill();
  await expect(cursors(store)).rejects.toMatchObject({ name: "JournalFault", code: "unwritable" });
  await server.restart();
  await expect.poll(() => cursors(store).catch(() => []), { timeout: 10_000 }).toHaveLength(1);
});

test("A connection that goes in the midst of a transaction undoes it, and is replaced", async () => {
  const store = await open(await server.newPlace());
  const torn = store.transaction().execute(async (whole) => {
    await whole.insertInto("sales_cursors").values({ name: "torn", until_ms: 1 }).execute();
    await server.cutAll();
    await whole.insertInto("sales_cursors").values({ name: "torn too", until_ms: 1 }).execute();
  });
  await expect(torn).rejects.toMatchObject({ name: "JournalFault", code: "unwritable" });
  expect(await cursors(store)).toEqual([]);
});
