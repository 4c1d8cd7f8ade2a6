import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { PostgresCable } from "../support/postgres-cable.ts";
import { PostgresPlace } from "./postgres-place.ts";
import { at, KINDS, paid, paying, print, release, type TestJournal, takeAll, tell } from "./words.ts";

/** The connection is cut at every message of a sale: before a statement arrives, and between a commit and its answer. */

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.close());

const ONCE = "01JD5S3V8Q4R6T2W9Y0ZABCDEF";

/** Everything that a journal is asked to write, one after the other. */
async function sale(journal: TestJournal): Promise<void> {
  await journal.advance("A", paid(1), paying(1, [tell("offer"), release("coffee")]), { now: at(0), once: ONCE });
  const [offer, coffee] = await takeAll(journal);
  await journal.start(coffee?.id ?? "");
  const receipt = paying(10, [print("receipt"), tell("thanks")], { takesBack: ["tell"] });
  await journal.advance("A", paid(10), receipt, { now: at(0), finishes: coffee?.id ?? "" });
  await journal.finish(offer?.id ?? "");
  const [slip, thanks] = await takeAll(journal);
  await journal.again(thanks?.id ?? "", at(60_000));
  await journal.hasten("backend", at(0));
  await journal.advance("A", paid(99), () => ({ ignored: "late" }), { now: at(0), finishes: slip?.id ?? "" });
  await journal.note("heat", 41);
}

/** What the sale has left, but for how often something was put off: that may be counted twice. */
async function left(journal: TestJournal) {
  const owed = await journal.take({ now: at(0), kinds: KINDS, limit: 10, leaseMs: 1 });
  return {
    state: await journal.stateOf("A"),
    story: (await journal.story("A")).map(({ event }) => event.amount),
    owed: owed.map(({ effect, started }) => [effect.text, started]),
  };
}

const AT_ONCE = 4;
const SOLD = { state: { at: "paying", paid: 11 }, story: [1, 10], owed: [["thanks", false]] };

async function soldWithCut(cutAt?: number) {
  const place = await PostgresPlace.on(server);
  const cable = await PostgresCable.to(place.where, cutAt);
  try {
    const journal = await place.open({ place: cable.place, connections: 1 });
    await sale(journal);
    const { moments } = cable;
    return { moments, after: await left(journal) };
  } finally {
    await place.remove();
    await cable.close();
  }
}

describe("a connection that is lost", () => {
  test("at any message of a sale costs nothing and does nothing twice", async () => {
    const { moments, after } = await soldWithCut();
    expect(after).toEqual(SOLD);
    expect(moments).toBeGreaterThan(40);
    const cuts = Array.from({ length: moments }, (_, cutAt) => cutAt);
    const others: unknown[] = [];
    const live = async (): Promise<void> => {
      for (let cutAt = cuts.shift(); cutAt !== undefined; cutAt = cuts.shift()) {
        const { after } = await soldWithCut(cutAt);
        if (JSON.stringify(after) !== JSON.stringify(SOLD)) others.push({ cutAt, after });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, live));
    expect(others).toEqual([]);
  }, 120_000);
});
