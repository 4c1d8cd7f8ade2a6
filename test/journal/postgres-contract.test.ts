import { afterAll, beforeAll } from "vitest";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { journalContract } from "./contract.ts";
import { PostgresPlace } from "./postgres-place.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.close());

journalContract("a journal in PostgreSQL", () => PostgresPlace.on(server));
