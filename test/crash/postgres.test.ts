import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isEverythingTried } from "../simulation/how-many.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { PostgresDisk } from "../world/postgres-disk.ts";
import type { Timeline } from "../world/timeline.ts";
import { pairs, tryAll, upTo } from "./cuts.ts";
import { oneSale, type Plot } from "./one-sale.ts";

/** The backend with its books in PostgreSQL is killed before and after every commit and every call to the provider. */

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.close());

const books = (timeline: Timeline): PostgresDisk => new PostgresDisk(server, timeline);
/** Of all pairs of moments so many are tried: every one takes as long as a sale in a file's thirty. */
const EVERY_NTH_PAIR = isEverythingTried ? 10 : 40;

describe("a backend on PostgreSQL that is killed", () => {
  test("at any moment charges no attempt twice and loses no settlement", async () => {
    const { moments, wrongs } = await oneSale({ books });
    expect(wrongs).toEqual([]);
    expect(moments.backend).toBeGreaterThanOrEqual(15);
    expect(await tryAll(upTo(moments.backend).map((first) => ({ books, backend: [first] })))).toEqual([]);
  }, 180_000);

  test("at any moment of a refund gives the money back once", async () => {
    const refund: Plot = { books, isStuck: true, policies: { failed: "refund" } };
    const { moments, wrongs, back } = await oneSale(refund);
    expect({ wrongs, back }).toEqual({ wrongs: [], back: 15_000 });
    const cuts = upTo(moments.backend).map((first) => ({ ...refund, backend: [first] }));
    expect(await tryAll(cuts, "remedied")).toEqual([]);
  }, 180_000);

  test("at some moment, and again at some moment of its recovery, does so neither", async () => {
    const { moments } = await oneSale({ books });
    const some = pairs(moments.backend, moments.backend).filter((_, nth) => nth % EVERY_NTH_PAIR === 0);
    expect(await tryAll(some.map((backend) => ({ books, backend })))).toEqual([]);
  }, 300_000);
});
