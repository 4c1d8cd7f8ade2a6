import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { JournalFault } from "../../journal/journal.ts";
import { flawsOfSqliteJournal, readSqliteJournal, reserveSqliteJournal } from "../../journal/sqlite/open.ts";
import { journalContract } from "./contract.ts";
import { commandOf, OtherProcess } from "./other-process.ts";
import { SqlitePlace } from "./sqlite-place.ts";
import { at, KINDS, paid, paying, print, type State, shape, takeAll, tell, texts } from "./words.ts";

journalContract("SQLite", async () => new SqlitePlace());

let place: SqlitePlace;
let others: OtherProcess[];
beforeEach(() => {
  place = new SqlitePlace();
  others = [];
});
afterEach(async () => {
  for (const other of others) await other.kill();
  await place.remove();
});

const keeper = (task: string): OtherProcess => {
  const other = new OtherProcess(commandOf("./keeper.ts", place.file, task));
  others.push(other);
  return other;
};

const faultOf = (work: () => unknown): JournalFault | undefined => {
  try {
    work();
    return undefined;
  } catch (fault) {
    if (fault instanceof JournalFault) return fault;
    throw fault;
  }
};

/** What somebody else's hand does to the file. */
const tamper = (sql: string): void => {
  const database = new Database(place.file);
  database.exec(sql);
  database.close();
};

describe("two processes", () => {
  test("cannot hold one journal: the second is told so, and the file stays readable", async () => {
    const other = keeper("hold");
    expect(await other.hear()).toBe("held");
    const fault = faultOf(() => place.openAs());
    expect(fault?.code).toBe("busy");
    expect(fault?.message).toContain("is used by another process");
    const reader = readSqliteJournal(place.file, shape);
    expect(await reader.unfinished()).toEqual([]);
    await reader.close();
  });

  test("one may keep a journal from being opened, unless somebody has it open", async () => {
    const release = reserveSqliteJournal(place.file);
    await (await place.open()).close();
    release();
    const held = reserveSqliteJournal(place.file);
    expect(faultOf(() => place.openAs())?.code).toBe("busy");
    held();
    const { journal } = place.openAs();
    expect(faultOf(() => reserveSqliteJournal(place.file))?.code).toBe("busy");
    await journal.close();
    reserveSqliteJournal(place.file)();
  });

  test("a journal that nobody has held is not made by whoever wants to keep it", () => {
    reserveSqliteJournal(place.file)();
    expect(readdirSync(place.folder)).toEqual([]);
  });

  test("of which one was killed leave nothing locked, and nothing acknowledged is lost", async () => {
    const other = keeper("write");
    expect(await other.hear()).toBe("held");
    while (Number(await other.hear()) < 20);
    await other.kill();
    let acknowledged = 20;
    for (let word = await other.hear(); word !== undefined; word = await other.hear()) acknowledged = Number(word);
    const { journal } = place.openAs();
    const kept = await journal.story("A");
    expect(kept.length).toBeGreaterThanOrEqual(acknowledged);
    expect(kept.length).toBeLessThanOrEqual(acknowledged + 1);
    expect(kept.map(({ event }) => event.amount)).toEqual(kept.map((_, nth) => nth + 1));
  });

  test("of one program are held apart too, until the first closes", async () => {
    const { journal } = place.openAs();
    expect(faultOf(() => place.openAs())?.code).toBe("busy");
    await journal.close();
    place.openAs();
  });
});

describe("a reader", () => {
  test("sees orders, story and notes of a journal in use, and changes nothing", async () => {
    const { journal } = place.openAs();
    for (const order of ["A", "B", "C"])
      await journal.advance(order, paid(5), paying(5, [tell(order)]), { now: at(0) });
    await journal.note("heat", 41);
    const reader = readSqliteJournal(place.file, shape);
    expect((await reader.latest(2)).map(({ order }) => order)).toEqual(["C", "B"]);
    expect((await reader.story("A")).map(({ event }) => event)).toEqual([paid(5)]);
    expect(await reader.backlog(KINDS)).toMatchObject({ count: 3 });
    expect((await reader.notes("heat", 1)).map(({ json }) => json)).toEqual([41]);
    expect(reader.id).toBe(journal.id);
    await reader.close();
    await journal.advance("A", paid(5), paying(5), { now: at(0) });
  });

  test("of nothing creates nothing", () => {
    expect(faultOf(() => readSqliteJournal(place.path("none.sqlite"), shape))?.code).toBe("unwritable");
    expect(readdirSync(place.folder)).toEqual([]);
  });
});

describe("versions", () => {
  test("a file with tables of a later version is refused and left alone", async () => {
    await place.openAs().journal.close();
    tamper("PRAGMA user_version = 99");
    const bytes = readFileSync(place.file);
    const fault = faultOf(() => place.openAs());
    expect(fault?.code).toBe("newer");
    expect(fault?.message).toContain("tables of version 99");
    expect(readFileSync(place.file).equals(bytes)).toBe(true);
  });

  test.each(["state", "event", "effect"] as const)(
    "a file with later %ss is refused, and opens again later",
    async (word) => {
      await place.openAs({ shape: { ...shape, [word]: { ...shape[word], version: 2 } } }).journal.close();
      expect(faultOf(() => place.openAs())?.code).toBe("newer");
      place.openAs({ shape: { ...shape, [word]: { ...shape[word], version: 2 } } });
    },
  );

  test("what an earlier version wrote is read with that version's number", async () => {
    const before = place.openAs().journal;
    await before.advance("A", paid(5), paying(5), { now: at(0) });
    await before.close();
    const read = (json: unknown, version: number): State => ({
      ...shape.state.read(json, 1),
      at: `version ${version}`,
    });
    const after = place.openAs({ shape: { ...shape, state: { version: 2, read } } }).journal;
    expect(await after.stateOf("A")).toEqual({ at: "version 1", paid: 5 });
    await after.advance("A", paid(1), paying(1), { now: at(0) });
    expect(await after.stateOf("A")).toEqual({ at: "version 2", paid: 6 });
    await after.close();
    expect(faultOf(() => place.openAs())?.code).toBe("newer");
  });

  test("what no codec understands is a fault that names the order, and nothing is overwritten", async () => {
    const { journal } = place.openAs();
    await journal.advance("A", paid(5), paying(5), { now: at(0) });
    await journal.close();
    tamper("UPDATE orders SET state = '{}'");
    const again = place.openAs().journal;
    const refused = again.advance("A", paid(1), paying(1), { now: at(0) });
    await expect(refused).rejects.toMatchObject({ code: "corrupt", message: expect.stringContaining("order A") });
    expect(await again.story("A")).toHaveLength(1);
  });
});

test("a journal in memory works, and is another one every time", async () => {
  const one = place.openAs({ file: ":memory:" }).journal;
  const other = place.openAs({ file: ":memory:" }).journal;
  await one.advance("A", paid(5), paying(5, [tell("1")]), { now: at(0) });
  expect(texts(await takeAll(one))).toEqual(["1"]);
  expect(await other.stateOf("A")).toBeUndefined();
  expect(one.id).not.toBe(other.id);
  expect(existsSync(place.path("journal.sqlite"))).toBe(false);
});

test("a commit of event, state, effects and statement writes six pages, one for each thing that is new", async () => {
  await place.openAs().journal.close();
  const { journal } = place.openAs();
  const pages = (): number => Math.floor(statSync(`${place.file}-wal`).size / 4_096);
  const pay = (once: string) => journal.advance("A", paid(1), paying(1, [tell("1"), print("2")]), { now: at(0), once });
  await pay("first");
  const [before, owed] = [pages(), await takeAll(journal)];
  await pay("second");
  expect(pages() - before).toBeLessThanOrEqual(6);
  const started = pages();
  await journal.start(owed[0]?.id ?? "");
  expect(pages() - started).toBe(1);
});

test("a sweep of many old orders takes several short calls", async () => {
  await place.openAs().journal.close();
  fillWith(1_200);
  const { journal } = place.openAs();
  const swept = [];
  for (let count = -1; count !== 0; swept.push(count)) count = await journal.sweep(10_000);
  expect(swept).toEqual([500, 500, 200, 0]);
  expect(await journal.newest()).toBeUndefined();
});

test("10,000 finished orders and 5,000 effects for an absent stand slow nothing down", async () => {
  await place.openAs().journal.close();
  fillWith(10_000);
  tamper(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
    INSERT INTO effects (id, of, kind, addressee, due_clock, due_ms, wall, version, effect)
    SELECT 'effect-' || i, i, 'tell', 'away', 'boot-1', 3600000 + i, 0, 1, '{"do":"tell","to":"away","text":""}' FROM n`);
  const begun = performance.now();
  const { journal } = place.openAs();
  const opened = performance.now();
  await journal.advance("now", paid(1), paying(1, [tell("now", "here")]), { now: at(0) });
  for (let nth = 0; nth < 100; nth += 1) {
    await journal.take({ now: at(0), kinds: KINDS, limit: 16, leaseMs: 1 });
    await journal.nextDue(KINDS, at(0));
    await journal.unfinished();
    await journal.newest();
  }
  const done = performance.now();
  expect(opened - begun).toBeLessThan(1_000);
  expect((done - opened) / 100).toBeLessThan(5);
});

test("one of 10,000 parties finds what is open and owed of it without looking at the others'", async () => {
  await place.openAs().journal.close();
  const rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)";
  tamper(`BEGIN;
    ${rows} INSERT INTO orders (nth, id, events, finished, last_wall, version, state)
      SELECT i, 'order-' || i, 0, 0, 1000, 1, '{"at":"paid","paid":1,"of":"s-' || (i % 10000) || '"}' FROM n;
    ${rows} INSERT INTO effects (id, of, kind, addressee, due_clock, due_ms, wall, version, effect)
      SELECT 'effect-' || i, i, 'tell', 's-' || (i % 10000), 'boot-1', 3600000 + i, 0, 1, '{"do":"tell","to":"","text":""}' FROM n;
    COMMIT`);
  const { journal } = place.openAs();
  expect((await journal.unfinishedOf("s-7")).map(({ order }) => order)).toEqual(["order-7", "order-10007"]);
  const begun = performance.now();
  for (let nth = 0; nth < 1_000; nth += 1) {
    await journal.unfinishedOf(`s-${nth}`);
    await journal.hasten(`s-${nth}`, at(0));
  }
  expect((performance.now() - begun) / 1_000).toBeLessThan(1);
  const owed = await journal.take({ now: at(0), kinds: KINDS, limit: 10_000, leaseMs: 1 });
  expect(owed).toHaveLength(2_000);
});

/** Finished orders with six events each, last heard of at wall 1,000. */
function fillWith(orders: number): void {
  const rows = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${orders})`;
  const filler = "x".repeat(300);
  tamper(`BEGIN;
    ${rows} INSERT INTO orders (nth, id, events, finished, last_wall, version, state)
      SELECT i, 'order-' || i, 6, 1, 1000, 1, '{"at":"paid","paid":1,"more":"${filler}"}' FROM n;
    INSERT INTO events (of, nth, wall, version, event)
      SELECT nth, value, 1000, 1, '{"type":"paid","more":"${filler}"}' FROM orders, json_each('[1,2,3,4,5,6]');
    COMMIT`);
}

describe("what is wrong with a journal is told", () => {
  const flaws = (): readonly string[] => flawsOfSqliteJournal(place.file);
  beforeEach(async () => {
    const { journal } = place.openAs();
    for (const amount of [1, 2, 3])
      await journal.advance("A", paid(amount), paying(amount, [tell("paid")]), { now: at(0) });
    await journal.advance("B", paid(1), paying(1), { now: at(0) });
    await journal.close();
  });

  test("and of a sound one nothing", () => {
    expect(flaws()).toEqual([]);
  });

  test.each([
    ["an event in the middle is gone", "DELETE FROM events WHERE of = 1 AND nth = 2", "A has events missing"],
    ["the first event is gone", "DELETE FROM events WHERE of = 1 AND nth = 1", "A has events missing"],
    ["the last event is gone", "DELETE FROM events WHERE of = 1 AND nth = 3", "A has events missing"],
    ["all events are gone", "DELETE FROM events WHERE of = 1", "A has events missing"],
    ["there is one more event", "INSERT INTO events VALUES (2, 2, 0, 1, '{}')", "B has events missing, or more"],
    ["an order is gone", "DELETE FROM orders WHERE nth = 2", "order number 2 has events, but is not there"],
    ["what is owed lost its order", "DELETE FROM orders WHERE nth = 1", "is owed for an order that is not there"],
  ])("when %s", (_, sql, means) => {
    tamper(sql);
    expect(flaws().join("\n")).toContain(means);
  });

  test("when an index does not agree with its table", () => {
    const database = new Database(place.file, { readonly: true });
    const { page } = database
      .prepare<[], { page: number }>("SELECT rootpage AS page FROM sqlite_schema WHERE name = 'orders_unfinished'")
      .get() ?? { page: 0 };
    database.close();
    const bytes = readFileSync(place.file);
    bytes[page * 4_096 - 1] = 99;
    writeFileSync(place.file, bytes);
    expect(flaws().join("\n")).toContain("orders_unfinished");
  });
});
