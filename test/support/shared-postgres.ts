import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import type { PostgresPlace } from "../../journal/postgres/client.ts";
import { type PostgresPlaces, type PostgresServer, placesOn, startPostgres } from "./postgres.ts";

/* One PostgreSQL for all files of a run that neither stop it nor cut its connections; the first that asks has it started. */

declare module "vitest" {
  interface ProvidedContext {
    /** Whoever connects to this Unix socket is told where the server is. */
    readonly postgresDoor: string;
  }
}

type Answer = { readonly place: PostgresPlace } | { readonly error: string };

/** Every file of the run may hold a few stores open. */
const ROOM = { max_connections: "200" };

/** Vitest's `globalSetup`: runs in the process that all workers come from, and ends with it what it has begun. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "qris-door-"));
  const path = join(folder, "postgres.sock");
  let started: Promise<PostgresServer> | undefined;
  const door = createServer((socket) => {
    socket.on("error", () => undefined);
    started ??= startPostgres({ settings: ROOM });
    void answer(started).then((said) => socket.end(JSON.stringify(said)));
  });
  await once(door.listen(path), "listening");
  project.provide("postgresDoor", path);
  return async () => {
    door.close();
    await started?.then(
      (server) => server.close(),
      // Whoever asked was told.
      () => undefined,
    );
    rmSync(folder, { recursive: true, force: true });
  };
}

const answer = (started: Promise<PostgresServer>): Promise<Answer> =>
  started.then(
    ({ place }) => ({ place }),
    (error: unknown) => ({ error: String(error) }),
  );

/** Places on the run's one server. */
export async function sharedPostgres(): Promise<PostgresPlaces> {
  const said = JSON.parse(await text(connect(inject("postgresDoor")))) as Answer;
  if ("error" in said) throw new Error(said.error);
  return placesOn(said.place);
}
