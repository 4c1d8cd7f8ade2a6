import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { JournalFault } from "../../journal/journal.ts";
import type { PostgresPlace as Where } from "../../journal/postgres/client.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { PostgresPlace } from "./postgres-place.ts";

/** A server over the network: who it is, and who is let in. */

let server: PostgresServer;
let place: PostgresPlace;
let remote: Where;
beforeAll(async () => {
  server = await startPostgres({ isOpen: true });
  place = await PostgresPlace.on(server);
  await server.ask(place.where, "CREATE ROLE backend LOGIN PASSWORD 'open sesame'");
  await server.ask(place.where, `GRANT ALL ON SCHEMA ${place.where.schema} TO backend`);
  const { port = 0, ca = "" } = server.open ?? {};
  remote = { ...place.where, host: "localhost", port, user: "backend", password: () => "open sesame", ca };
});
afterAll(async () => {
  await place?.remove();
  await server?.close();
});

const refusal = async (where: Where): Promise<string> => {
  const error: unknown = await place.open({ place: where, patienceMs: 500 }).catch((reason: unknown) => reason);
  if (!(error instanceof JournalFault)) throw error;
  expect(error.code).toBe("unwritable");
  expect(error.message).not.toContain("sesame");
  return error.message;
};

test("a journal is opened over TLS, with a password, and every connection is encrypted", async () => {
  const journal = await place.open({ place: remote });
  await journal.probe();
  const sql = `SELECT count(*)::integer AS count, bool_and(ssl) AS ssl FROM pg_stat_ssl
    JOIN pg_stat_activity USING (pid) WHERE usename = 'backend'`;
  const [seen] = await server.ask<{ readonly count: number; readonly ssl: boolean }>(place.where, sql);
  expect(seen?.count).toBeGreaterThanOrEqual(2);
  expect(seen?.ssl).toBe(true);
});

test("a server that nobody known has signed for is told nothing", async () => {
  expect(await refusal({ ...remote, ca: "system" })).toContain("name its signer as ca_file");
});

test("a wrong password is refused at once, and is not in the message", async () => {
  expect(await refusal({ ...remote, password: () => "open barley" })).toContain("does not let this user in");
});

test("a server without TLS is told nothing but that TLS is wanted", async () => {
  const heard: Buffer[] = [];
  const plain = createServer((socket) => {
    socket.on("error", () => undefined);
    // What PostgreSQL answers with ssl = off (its manual, "SSL Session Encryption").
    socket.on("data", (chunk) => {
      heard.push(chunk);
      socket.write("N");
    });
  });
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => plain.close(() => resolve())));
  const { port } = plain.address() as AddressInfo;
  expect(await refusal({ ...remote, port })).toContain("does not speak TLS");
  expect(Buffer.concat(heard).toString("latin1")).not.toContain("backend");
});
