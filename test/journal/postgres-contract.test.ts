import { afterAll, beforeAll, test } from "vitest";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { journalContract } from "./contract.ts";
import { playAgainstModel } from "./play.ts";
import { PostgresPlace } from "./postgres-place.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.close());

journalContract("a journal in PostgreSQL", () => PostgresPlace.on(server));

test("whatever is done to it in whatever order, cuts and reboots included, the journal answers as its model does", async () => {
  await playAgainstModel(() => PostgresPlace.on(server), 12);
}, 60_000);
