import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { JournalFault } from "../../journal/journal.ts";
import { verdictOf } from "../../journal/postgres/faults.ts";
import type { PostgresJournal } from "../../journal/postgres/postgres-journal.ts";
import { TABLE_VERSIONS, type TableVersion } from "../../journal/postgres/tables.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { PostgresPlace } from "./postgres-place.ts";
import {
  at,
  type Effect,
  type Event,
  KINDS,
  paid,
  paying,
  release,
  type State,
  shape,
  takeAll,
  tell,
  texts,
} from "./words.ts";

type Opened = PostgresJournal<State, Event, Effect>;

let server: PostgresServer;
let place: PostgresPlace;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.close());
beforeEach(async () => {
  place = await PostgresPlace.on(server);
});
afterEach(() => place.remove());

const faultOf = async (opening: Promise<unknown>): Promise<JournalFault | undefined> =>
  opening.then(
    () => undefined,
    (error: unknown) => (error instanceof JournalFault ? error : Promise.reject(error)),
  );

/** The process that has this journal open dies: the server ends its connections. */
async function die(journal: Opened, other: Opened): Promise<void> {
  await journal.close();
  expect(await other.bury()).toBeGreaterThanOrEqual(0);
}

describe("two processes on one database", () => {
  let one: Opened;
  let other: Opened;
  beforeEach(async () => {
    [one, other] = await Promise.all([place.open(), place.open()]);
  });

  test("begin one journal, though both came first", () => {
    expect(one.id).toBe(other.id);
  });

  test("never take two steps of an order at once, nor lose one", async () => {
    const pay = (journal: Opened) => journal.advance("A", paid(1), paying(1), { now: at(0) });
    await Promise.all(Array.from({ length: 30 }, (_, nth) => pay(nth % 2 === 0 ? one : other)));
    expect(await one.stateOf("A")).toEqual({ at: "paying", paid: 30 });
    expect(await other.story("A")).toHaveLength(30);
  });

  test("take a statement in once, though both hear it at the same moment", async () => {
    for (let nth = 0; nth < 10; nth += 1) {
      const options = { now: at(0), once: `statement-${nth}` };
      const steps = await Promise.all(
        [one, other].map((journal) => journal.advance("A", paid(1), paying(1, [tell(`${nth}`)]), options)),
      );
      expect(steps.filter((step) => "ignored" in step)).toEqual([{ ignored: "duplicate" }]);
    }
    expect((await one.stateOf("A"))?.paid).toBe(10);
    expect(texts(await takeAll(one))).toHaveLength(10);
  });

  test("decide on an order as it is, whatever they left it as themselves", async () => {
    const only = (at: string) => (state: State | undefined) =>
      state?.at === at ? { state: { at: "ended", paid: state.paid }, effects: [] } : { ignored: `${state?.at}` };
    await one.advance("A", paid(1), paying(1), { now: at(0) });
    await other.advance("A", { type: "said" }, () => ({ state: { at: "said", paid: 5 }, effects: [] }), { now: at(0) });
    expect(await one.advance("A", { type: "ended" }, only("said"), { now: at(0) })).toMatchObject({
      state: { at: "ended", paid: 5 },
    });
    expect(await other.advance("A", { type: "ended" }, only("said"), { now: at(0) })).toEqual({ ignored: "ended" });
    expect((await one.story("A")).map(({ event }) => event.type)).toEqual(["paid", "said", "ended"]);
  });

  test("take an order for new only where it is", async () => {
    const begin = (journal: Opened, once?: string) =>
      journal.advance("A", paid(1), paying(1), { now: at(0), isNew: true, ...(once && { once }) });
    expect(await begin(one, "first")).toMatchObject({ state: { paid: 1 } });
    expect(await begin(other, "second")).toMatchObject({ state: { paid: 2 } });
    expect(await begin(one, "second")).toEqual({ ignored: "duplicate" });
    expect(await other.story("A")).toHaveLength(2);
  });

  test("do not take an order for the one they left, where a database went back and on another way", async () => {
    await one.advance("A", paid(1), paying(1), { now: at(0) });
    const goBack = `UPDATE orders SET last_wall = last_wall + 1, state = '{"at":"paying","paid":100}' WHERE id = 'A'`;
    await server.ask(place.where, goBack);
    await one.advance("A", paid(1), paying(1), { now: at(0) });
    expect(await one.stateOf("A")).toEqual({ at: "paying", paid: 101 });
  });

  test("have no effect in both their hands", async () => {
    await one.advance(
      "A",
      paid(1),
      paying(
        1,
        Array.from({ length: 40 }, (_, nth) => tell(`${nth}`)),
      ),
      { now: at(0) },
    );
    const take = (journal: Opened) => journal.take({ now: at(0), kinds: KINDS, limit: 4, leaseMs: 60_000 });
    const taken = await Promise.all(Array.from({ length: 12 }, (_, nth) => take(nth % 2 === 0 ? one : other)));
    const found = texts(taken.flat());
    expect(found).toHaveLength(40);
    expect(new Set(found).size).toBe(40);
  });

  test("neither take what somebody just changes nor wait for it", async () => {
    await one.advance("A", paid(1), paying(1, [tell("first"), tell("second")]), { now: at(0) });
    const changing = `WITH changing AS MATERIALIZED (SELECT seq FROM effects ORDER BY seq LIMIT 1 FOR UPDATE)
      SELECT pg_sleep(60) FROM changing`;
    const changed = server.ask(place.where, changing).catch((error: Error) => error.message);
    const those = "FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
    await expect.poll(() => server.ask(place.where, `SELECT pid ${those}`)).toHaveLength(1);
    expect(texts(await takeAll(one))).toEqual(["second"]);
    await server.ask(place.where, `SELECT pg_cancel_backend(pid) ${those}`);
    expect(await changed).toContain("cancel");
    expect(texts(await takeAll(other))).toEqual(["first"]);
  });

  test("do not touch what the other has in hand, and take it over at once when that one is gone", async () => {
    await one.advance("A", paid(1), paying(1, [tell("hello"), release("coffee")]), { now: at(0) });
    const [, coffee] = await takeAll(one);
    await one.start(coffee?.id ?? "");
    expect(await other.bury()).toBe(0);
    expect(await takeAll(other)).toEqual([]);
    await die(one, other);
    const over = await takeAll(other);
    expect(over.map(({ effect, started }) => [effect.text, started])).toEqual([
      ["hello", false],
      ["coffee", true],
    ]);
  });

  test("do not begin an act that the other has taken over meanwhile, nor give it back", async () => {
    await one.advance("A", paid(1), paying(1, [release("coffee")]), { now: at(0) });
    const [mine] = await one.take({ now: at(0), kinds: KINDS, limit: 1, leaseMs: 1_000 });
    const [taken] = await other.take({ now: at(1_000), kinds: KINDS, limit: 1, leaseMs: 60_000 });
    expect(taken?.id).toBe(mine?.id);
    expect((await faultOf(one.start(mine?.id ?? "")))?.code).toBe("gone");
    await one.again(mine?.id ?? "", at(0));
    expect(await takeAll(one, at(1_000))).toEqual([]);
    await other.start(taken?.id ?? "");
    await other.finish(taken?.id ?? "");
    expect(await one.backlog(KINDS)).toEqual({ count: 0 });
  });

  test("hear what an addressee has, whoever sent it; it is owed no more, and nobody has it for another", async () => {
    const heard: (readonly string[])[] = [];
    one.listen((ids) => heard.push(ids));
    await one.advance("A", paid(1), paying(1, [tell("1", "s-1"), tell("2", "s-1")]), { now: at(0) });
    const ids = (await takeAll(one)).map(({ id }) => id);
    await other.received("s-2", ids);
    expect((await one.backlog(KINDS)).count).toBe(2);
    await other.received("s-1", ids);
    await expect.poll(() => heard.flat().sort()).toEqual([...ids].sort());
    expect((await one.backlog(KINDS)).count).toBe(0);
  });

  test("hear of what an addressee has also when it was taken back on its way: whoever sent it waits", async () => {
    const heard: (readonly string[])[] = [];
    one.listen((ids) => heard.push(ids));
    await one.advance("A", paid(1), paying(1, [tell("1", "s-1")]), { now: at(0) });
    const ids = (await takeAll(one)).map(({ id }) => id);
    await other.advance("A", paid(1), paying(1, [], { takesBack: ["tell"] }), { now: at(0) });
    await other.received("s-1", ids);
    await expect.poll(() => heard.flat()).toEqual(ids);
  });

  test("finish anew what the other had finished when a crash of the server has undone that", async () => {
    const heard: (readonly string[])[] = [];
    one.listen((ids) => heard.push(ids));
    await one.advance("A", paid(1), paying(1, [tell("1", "s-1")]), { now: at(0) });
    await server.ask(place.where, "CREATE TABLE before AS TABLE effects");
    const [{ id } = { id: "" }] = await takeAll(one);
    await other.received("s-1", [id]);
    await expect.poll(() => heard.flat()).toEqual([id]);
    await server.cutAll();
    await server.ask(place.where, "INSERT INTO effects OVERRIDING SYSTEM VALUE TABLE before");
    expect(texts(await takeAll(one))).toEqual(["1"]);
    await one.finish(id);
    expect(await other.backlog(KINDS)).toEqual({ count: 0 });
  });

  test("are led by one, and by the other when that one is gone", async () => {
    expect([await one.lead(), await one.lead(), await other.lead()]).toEqual([true, true, false]);
    await one.close();
    expect(await other.lead()).toBe(true);
  });

  test("are two workers again after both lost their connections, and what they had in hand is free", async () => {
    await one.advance("A", paid(1), paying(1, [tell("hello")]), { now: at(0) });
    await takeAll(one);
    await server.cutAll();
    expect(texts(await takeAll(other))).toEqual(["hello"]);
    expect(await takeAll(one)).toEqual([]);
  });
});

describe("a database that goes away", () => {
  test("for a moment, as by a power cut, is waited for", async () => {
    const journal = await place.open();
    await journal.advance("A", paid(1), paying(1, [tell("hello")]), { now: at(0) });
    await server.kill();
    const meanwhile = [
      journal.advance("A", paid(2), paying(2), { now: at(0) }),
      journal.note("heat", 41),
      takeAll(journal),
    ];
    await server.restart();
    await Promise.all(meanwhile);
    expect(await journal.stateOf("A")).toEqual({ at: "paying", paid: 3 });
  });

  test("for longer than patience lasts is told, and the journal works again when it is back", async () => {
    const journal = await place.open({ patienceMs: 200 });
    await server.kill();
    try {
      const fault = await faultOf(journal.advance("A", paid(1), paying(1), { now: at(0) }));
      expect(fault?.code).toBe("unwritable");
      expect(fault?.message).toContain("cannot be reached");
      expect((await faultOf(journal.probe()))?.code).toBe("unwritable");
      expect((await faultOf(takeAll(journal)))?.code).toBe("unwritable");
    } finally {
      await server.restart();
    }
    await journal.probe();
  });
});

/** Every new order is answered as on a full disk; how often, the sequence tells, which no failure takes back. */
const FULL = `CREATE SEQUENCE refusals;
  CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM nextval('refusals');
    RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100';
  END $$;
  CREATE TRIGGER no_space BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION refuse()`;

describe("a database without space", () => {
  const refusals = async () => (await server.ask<{ last_value: string }>(place.where, "TABLE refusals"))[0]?.last_value;

  test("for a moment is waited for", async () => {
    const journal = await place.open();
    await server.ask(place.where, FULL);
    const meanwhile = journal.advance("A", paid(1), paying(1, [tell("hello")]), { now: at(0) });
    await expect.poll(async () => Number(await refusals())).toBeGreaterThan(1);
    await server.ask(place.where, "DROP TRIGGER no_space ON orders");
    await meanwhile;
    expect(await journal.stateOf("A")).toEqual({ at: "paying", paid: 1 });
  });

  test("for longer than patience lasts is told", async () => {
    const journal = await place.open({ patienceMs: 200 });
    await server.ask(place.where, FULL);
    const fault = await faultOf(journal.advance("A", paid(1), paying(1), { now: at(0) }));
    expect(fault?.code).toBe("full");
    expect(fault?.message).toContain("free some on the database's disk");
  });
});

test("a server that cannot write what it keeps for new connections is tried again, and one that does not know the user is not", () => {
  const said = (code: string) => Object.assign(new Error("could not write init file"), { severity: "FATAL", code });
  expect(verdictOf(said("XX000"))).toBe("lost");
  expect(verdictOf(said("28P01"))).toBe("final");
});

describe("an opening is refused", () => {
  test("where there is no server, with the place in the message", async () => {
    const fault = await faultOf(place.open({ place: { ...place.where, port: 5_433 }, patienceMs: 100 }));
    expect(fault?.code).toBe("unwritable");
    expect(fault?.message).toContain(":5433/postgres");
  });

  test("where there is no such database, at once", async () => {
    const fault = await faultOf(place.open({ place: { ...place.where, database: "none" } }));
    expect(fault?.message).toContain("create the database");
  });

  test("to a user who may not make tables", async () => {
    await server.ask(place.where, "CREATE ROLE stranger LOGIN");
    const fault = await faultOf(place.open({ place: { ...place.where, user: "stranger" } }));
    expect(fault?.code).toBe("unwritable");
    expect(fault?.message).toContain("give its schema");
  });

  test("where a commit does not wait for the disk", async () => {
    await server.ask(place.where, "ALTER SYSTEM SET full_page_writes = off");
    await server.ask(place.where, "SELECT pg_reload_conf()");
    try {
      const unsafe = () => faultOf(place.open().then((journal) => journal.probe()));
      await expect.poll(async () => (await unsafe())?.message).toContain("full_page_writes=off");
    } finally {
      await server.ask(place.where, "ALTER SYSTEM RESET full_page_writes");
      await server.ask(place.where, "SELECT pg_reload_conf()");
    }
  });
});

describe("tables of a later version", () => {
  const more: TableVersion = { sql: "ALTER TABLE orders ADD COLUMN colour text NOT NULL DEFAULT 'red'", worksWith: 1 };
  const strict: TableVersion = {
    sql: "ALTER TABLE orders ADD COLUMN size integer",
    worksWith: TABLE_VERSIONS.length + 1,
  };

  test("are made while a backend of the version before works, which goes on and may start anew", async () => {
    const older = await place.open();
    let isMade = false;
    const working = (async () => {
      let count = 0;
      for (; !isMade || count < 20; count += 1) await older.advance("A", paid(1), paying(1), { now: at(0) });
      return count;
    })();
    const newer = await place.open({ tables: [...TABLE_VERSIONS, more] });
    isMade = true;
    const count = await working;
    expect((await newer.stateOf("A"))?.paid).toBe(count);
    const again = await place.open();
    await again.advance("A", paid(1), paying(1), { now: at(0) });
    expect((await older.stateOf("A"))?.paid).toBe(count + 1);
  });

  test("that are not only more refuse a program of the version before, and change nothing for it", async () => {
    await place.open({ tables: [...TABLE_VERSIONS, strict] });
    const fault = await faultOf(place.open());
    expect(fault?.code).toBe("newer");
    expect(fault?.message).toContain(`tables of version ${TABLE_VERSIONS.length + 1}`);
  });

  test("are made once, though several come at the same time", async () => {
    const tables = [...TABLE_VERSIONS, more];
    const opened = await Promise.all(Array.from({ length: 4 }, () => place.open({ tables })));
    expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
    const versions = await server.ask(place.where, "SELECT version FROM versions ORDER BY version");
    expect(versions).toEqual(tables.map((_, index) => ({ version: index + 1 })));
  });

  test("that fail leave the ones before", async () => {
    const broken = {
      sql: "ALTER TABLE orders ADD COLUMN colour text; ALTER TABLE nothing ADD COLUMN x text",
      worksWith: 1,
    };
    expect((await faultOf(place.open({ tables: [...TABLE_VERSIONS, broken] })))?.code).toBe("corrupt");
    await (await place.open()).advance("A", paid(1), paying(1), { now: at(0) });
  });
});

test("an order that a backend of the first version wrote is looked at for every party, until somebody else writes it", async () => {
  const journal = await place.open();
  const asOfVersion1 = `INSERT INTO orders (events, finished, last_wall, version, state, id)
    VALUES (0, 0, 1000, 1, '{"at":"paying","paid":5,"of":"s-1"}', 'old')`;
  await server.ask(place.where, asOfVersion1);
  const openOf = async (party: string) => (await journal.unfinishedOf(party)).map(({ order }) => order);
  expect([await openOf("s-1"), await openOf("s-2")]).toEqual([["old"], ["old"]]);
  const decide = () => ({ state: { at: "paying", paid: 6, of: "s-1" }, effects: [] });
  await journal.advance("old", paid(1), decide, { now: at(0) });
  expect([await openOf("s-1"), await openOf("s-2")]).toEqual([["old"], []]);
});

describe("words of a later version", () => {
  const later = { ...shape, state: { ...shape.state, version: 2 }, effect: { ...shape.effect, version: 2 } };

  test("are left to later programs by one that is running, and are no damage", async () => {
    const older = await place.open();
    await older.advance("old", paid(1), paying(1, [tell("old words")]), { now: at(0) });
    const newer = await place.open({ shape: later });
    await newer.advance("new", paid(1), paying(1, [tell("new words")]), { now: at(0) });
    expect(texts(await takeAll(older))).toEqual(["old words"]);
    expect(texts(await takeAll(newer))).toEqual(["new words"]);
    const fault = await faultOf(older.advance("new", paid(1), paying(1), { now: at(0) }));
    expect(fault?.code).toBe("newer");
    expect((await newer.stateOf("new"))?.paid).toBe(1);
  });

  test("refuse a program that starts and does not know them", async () => {
    await place.open({ shape: later });
    expect((await faultOf(place.open()))?.code).toBe("newer");
  });
});

test("the database tells what time it is", async () => {
  const [before, journal] = [Date.now(), await place.open()];
  expect(Math.abs((await journal.time()) - before)).toBeLessThan(60_000);
});

test("10,000 finished orders and 5,000 effects for an absent stand slow nothing down", async () => {
  const journal = await place.open();
  await fillWith(10_000);
  await server.ask(
    place.where,
    `INSERT INTO effects (id, of, kind, addressee, clock, due_ms, wall, version, effect)
     SELECT 'effect-' || i, i, 'tell', 'away', 'boot-1', 3600000 + i, 0, 1, '{"do":"tell","to":"away","text":""}'
     FROM generate_series(1, 5000) i`,
  );
  await server.ask(place.where, "ANALYZE");
  await journal.advance("now", paid(1), paying(1, [tell("now", "here")]), { now: at(0) });
  const begun = performance.now();
  for (let nth = 0; nth < 100; nth += 1) {
    await journal.take({ now: at(0), kinds: KINDS, limit: 16, leaseMs: 1 });
    await journal.nextDue(KINDS, at(0));
    await journal.unfinished();
    await journal.unfinishedOf("s-1");
    await journal.newest();
  }
  expect((performance.now() - begun) / 100).toBeLessThan(50);
});

test("a day's backlog is not looked through for what is taken, nor for a kind of which there is none", async () => {
  await (await place.open()).close();
  await fillWith(5_000);
  await server.ask(
    place.where,
    `INSERT INTO effects (id, of, kind, addressee, clock, due_ms, wall, version, effect)
     SELECT 'effect-' || i, i, 'tell', 's-' || i, 'boot-1', i % 2, 0, 1, '{"do":"tell","to":"s","text":""}'
     FROM generate_series(1, 5000) i`,
  );
  const journal = await place.open();
  /* All of them are looked at once in a process: whether they wait on another clock. */
  const before = await rowsRead();
  const take = (kind: string) => journal.take({ now: at(5), kinds: [kind], limit: 16, leaseMs: 60_000 });
  for (let nth = 0; nth < 8; nth += 1) expect([await take("tell"), await take("release")].flat()).toHaveLength(16);
  await journal.close();
  await expect.poll(rowsRead).toBeGreaterThan(before);
  expect((await rowsRead()) - before).toBeLessThan(10_000);
});

/** Rows of effects that were looked at by sessions that have ended, as the server counts them. */
async function rowsRead(): Promise<number> {
  const sql =
    "SELECT seq_tup_read + idx_tup_fetch AS read FROM pg_stat_user_tables WHERE relname = 'effects' AND schemaname = $1";
  const [row] = await server.ask<{ readonly read: string }>(place.where, sql, [place.where.schema]);
  return Number(row?.read ?? 0);
}

test("an addressee for whom nothing waits does not make the database be asked anew what is due", async () => {
  const journal = await place.open();
  const before = await searches();
  for (let nth = 0; nth < 60; nth += 1) {
    await journal.hasten(`s-${nth}`, at(0));
    expect(await journal.take({ now: at(0), kinds: ["tell"], limit: 16, leaseMs: 60_000 })).toEqual([]);
  }
  await journal.close();
  await expect.poll(searches).toBeGreaterThan(before);
  /* One a time to find who waits, and hardly any for what is due. */
  expect((await searches()) - before).toBeLessThan(120);
});

/** How often it was looked for what is due, by sessions that have ended, as the server counts it. */
async function searches(): Promise<number> {
  const sql = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'effects_free' AND schemaname = $1";
  const [row] = await server.ask<{ readonly idx_scan: string }>(place.where, sql, [place.where.schema]);
  return Number(row?.idx_scan ?? 0);
}

test("a sweep of many old orders takes several short calls", async () => {
  const journal = await place.open();
  await fillWith(1_200);
  const swept = [];
  for (let count = -1; count !== 0; swept.push(count)) count = await journal.sweep(10_000);
  expect(swept).toEqual([500, 500, 200, 0]);
  expect(await journal.newest()).toBeUndefined();
  expect(await server.ask(place.where, "SELECT 1 FROM events LIMIT 1")).toEqual([]);
});

/** Finished orders with six events each, last heard of at wall 1,000. */
async function fillWith(orders: number): Promise<void> {
  const filler = "x".repeat(300);
  await server.ask(
    place.where,
    `INSERT INTO orders (id, events, finished, last_wall, version, state)
     SELECT 'order-' || i, 6, 1, 1000, 1, '{"at":"paid","paid":1,"more":"${filler}"}' FROM generate_series(1, ${orders}) i`,
  );
  await server.ask(
    place.where,
    `INSERT INTO events (of, nth, wall, version, event, mark)
     SELECT nth, i, 1000, 1, '{"type":"paid","more":"${filler}"}', '' FROM orders, generate_series(1, 6) i`,
  );
}
